# SPDX-License-Identifier: Apache-2.0
"""The domains of a decision, proposed as sites to watch: a person accepts or declines each.

Nothing is watched because a decision names it: a domain may be anybody's by now.
"""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer
from app.errors import Conflict, NotFound
from app.services import sites, statement_views
from app.services.checks import wrong
from app.storage import ledger
from app.storage.database import new_id
from app.storage.reached import get_outlet
from app.storage.site_proposals import SiteProposal, answers_to
from app.storage.sites import Site


def list_proposals(
    session: Session, viewer: Viewer, decision_id: uuid.UUID
) -> list[dict[str, Any]]:
    """Return each domain of a decision: waiting, watched already, accepted or declined."""
    decision = statement_views.find_view(session, viewer, "decision", decision_id)
    answers = {one.domain: one for one in answers_to(session, decision_id)}
    domains = list(dict.fromkeys(decision["domains"]))
    listed = _listed(session, domains)
    outlets = decision["outlet_ids"]
    return [
        {
            "domain": domain,
            "url": f"https://{domain}/",
            "country": decision["territory"],
            # Only where there is one outlet can it be guessed; with several a person says which.
            "outlet_id": outlets[0] if len(outlets) == 1 else None,
            "state": _state(answers.get(domain), listed.get(domain)),
            "site_id": answers[domain].site_id if domain in answers else listed.get(domain),
            "reason": answers[domain].reason if domain in answers else None,
            "decided_at": answers[domain].decided_at if domain in answers else None,
        }
        for domain in domains
    ]


def accept(
    session: Session,
    viewer: Viewer,
    decision_id: uuid.UUID,
    domain: str,
    *,
    category_code: str,
    outlet_id: uuid.UUID | None,
    now: datetime,
) -> dict[str, Any]:
    """Watch a proposed domain as a site of an outlet; one that is listed already is joined to it."""
    proposal = _waiting(session, viewer, decision_id, domain)
    outlet_id = outlet_id or proposal["outlet_id"]
    if outlet_id is not None:
        try:
            get_outlet(session, viewer, outlet_id)
        except NotFound:
            raise wrong("/outlet_id", "unknown", "There is no such outlet.") from None
    site_id = proposal["site_id"]
    if site_id is None:
        site_id = sites.add_site(
            session,
            url=proposal["url"],
            category_code=category_code,
            country=proposal["country"],
            outlet_id=outlet_id,
            now=now,
            actor_id=viewer.key_id,
        ).id
    elif outlet_id is not None:
        _join(session, viewer, site_id, outlet_id, now=now)
    _answer(session, viewer, decision_id, domain, site_id=site_id, reason=None, now=now)
    return _one(session, viewer, decision_id, domain)


def decline(
    session: Session,
    viewer: Viewer,
    decision_id: uuid.UUID,
    domain: str,
    *,
    reason: str,
    now: datetime,
) -> dict[str, Any]:
    """Say why a proposed domain is not watched."""
    _waiting(session, viewer, decision_id, domain)
    _answer(session, viewer, decision_id, domain, site_id=None, reason=reason, now=now)
    return _one(session, viewer, decision_id, domain)


def _state(answer: SiteProposal | None, site_id: uuid.UUID | None) -> str:
    if answer is not None:
        return "accepted" if answer.site_id is not None else "declined"
    return "proposed" if site_id is None else "listed"


def _listed(session: Session, domains: list[str]) -> dict[str, uuid.UUID]:
    hosts = sa.select(Site.host, Site.id).where(Site.host.in_(domains)).order_by(Site.created_at)
    found: dict[str, uuid.UUID] = {}
    for host, site_id in session.execute(hosts):
        found.setdefault(host, site_id)
    return found


def _one(session: Session, viewer: Viewer, decision_id: uuid.UUID, domain: str) -> dict[str, Any]:
    for one in list_proposals(session, viewer, decision_id):
        if one["domain"] == domain:
            return one
    raise NotFound("this decision names no such domain: GET its proposals lists them")


def _waiting(
    session: Session, viewer: Viewer, decision_id: uuid.UUID, domain: str
) -> dict[str, Any]:
    found = _one(session, viewer, decision_id, domain)
    if found["decided_at"] is not None:
        raise Conflict(f"this domain was {found['state']} already")
    return found


def _join(
    session: Session, viewer: Viewer, site_id: uuid.UUID, outlet_id: uuid.UUID, *, now: datetime
) -> None:
    site = session.get_one(Site, site_id, with_for_update=True)
    if site.outlet_id not in (None, outlet_id):
        raise Conflict("this site is listed already, for another outlet")
    if site.outlet_id is None:
        site.outlet_id, site.updated_at = outlet_id, now
        changes = {"outlet_id": {"old": None, "new": str(outlet_id)}}
        ledger.record_revision(
            session,
            object_kind="site",
            object_id=site_id,
            action="edit",
            actor_id=viewer.key_id,
            at=now,
            changes=changes,
        )
        ledger.bump(session, "public", "staff")


def _answer(
    session: Session,
    viewer: Viewer,
    decision_id: uuid.UUID,
    domain: str,
    *,
    site_id: uuid.UUID | None,
    reason: str | None,
    now: datetime,
) -> None:
    session.add(
        SiteProposal(
            id=new_id(),
            decision_id=decision_id,
            domain=domain,
            site_id=site_id,
            reason=reason,
            decided_at=now,
            decided_by_id=viewer.key_id,
        )
    )
    ledger.record_revision(
        session,
        object_kind="decision",
        object_id=decision_id,
        action="accept_site" if site_id else "decline_site",
        actor_id=viewer.key_id,
        at=now,
        reason=reason,
        changes={"domain": domain, "site": str(site_id) if site_id else None},
    )
    ledger.bump(session, "staff")
