# SPDX-License-Identifier: Apache-2.0
"""The incidents that statistics count: what this viewer sees, verified or published, on any day.

A past time of knowledge reads every field from the revisions, so that its answer does not change.
Never here: formulas (`app.domain.record.statistics*`), or levels of impunity (statistics_levels.py).
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.place import shows_region
from app.domain.record.statistics import Counted, Victim
from app.domain.visibility import Viewer
from app.domain.vocabulary import (
    ActorType,
    Category,
    IncidentScope,
    LegalGround,
    Motive,
    PersonRole,
    Precision,
    TargetKind,
    WorkflowStatus,
)
from app.services.drafts import CategoryDraft, InvolvementDraft, TargetDraft
from app.services.statistics_levels import Asked, Fields, levels_of
from app.storage import ledger
from app.storage.decisions import Decision
from app.storage.incidents import VERIFIED, Incident, visible_to
from app.storage.parts import IncidentCategory, Involvement, Target


def counted(session: Session, viewer: Viewer, asked: Asked, *, now: datetime) -> list[Counted]:
    """Return what counts for this viewer; in no order."""
    fields = fields_of(session, viewer, asked)
    levels = levels_of(session, fields, asked, now=now)
    return [
        Counted(
            id=str(incident_id),
            country=one.country,
            happened=dates.parse(one.date_text),
            kinds=one.kinds,
            motive=one.motive,
            scope=one.scope,
            status=one.status,
            victims=one.victims,
            actors=one.actors,
            admin1=one.admin1,
            ground=one.ground,
            level=levels[incident_id].level,
            is_basis_reported=levels[incident_id].is_reported,
            later_justice=levels[incident_id].later_justice,
            derived_level=levels[incident_id].derived,
        )
        for incident_id, one in fields.items()
    ]


def fields_of(session: Session, viewer: Viewer, asked: Asked) -> dict[uuid.UUID, Fields]:
    """Return the incidents that count for this viewer by their own fields, without their levels."""
    if asked.known_at is not None:
        return _at_a_time(session, viewer, asked)
    return _today(session, viewer, asked)


def _wanted(viewer: Viewer, asked: Asked) -> sa.Select[uuid.UUID]:
    query = sa.select(Incident.id).where(visible_to(viewer))
    if asked.known_at is not None:
        # Fields may have been others then: what they were is looked at in the revisions.
        return query.where(Incident.created_at <= asked.known_at)
    query = query.where(Incident.status.in_(VERIFIED))
    if asked.countries:
        query = query.where(Incident.country.in_(asked.countries))
    if asked.people is not None:
        query = query.where(
            sa.exists().where(Target.incident_id == Incident.id, Target.person_id.in_(asked.people))
        )
    if asked.category is not None:
        query = query.where(
            sa.exists().where(
                IncidentCategory.incident_id == Incident.id,
                IncidentCategory.category == asked.category,
            )
        )
    return query


def _today(session: Session, viewer: Viewer, asked: Asked) -> dict[uuid.UUID, Fields]:
    wanted = _wanted(viewer, asked)
    kinds: dict[uuid.UUID, list[tuple[Category, str | None]]] = defaultdict(list)
    category = IncidentCategory
    for incident_id, code, subtype in session.execute(
        sa.select(category.incident_id, category.category, category.subtype)
        .where(category.incident_id.in_(wanted))
        .order_by(category.position)
    ):
        kinds[incident_id].append((code, subtype or None))
    victims = _victims(session, wanted)
    actors: dict[uuid.UUID, set[ActorType]] = defaultdict(set)
    for incident_id, actor in session.execute(
        sa.select(Involvement.incident_id, Involvement.actor_type).where(
            Involvement.incident_id.in_(wanted), Involvement.retracted_at.is_(None)
        )
    ):
        actors[incident_id].add(actor)
    rows = session.execute(
        sa.select(
            Incident.id,
            Incident.country,
            Incident.date_text,
            Incident.motive,
            Incident.scope,
            Incident.status,
            Incident.verified_at,
            Incident.admin1,
            Incident.public_precision,
            Incident.decision_id,
        ).where(Incident.id.in_(wanted))
    )
    grounds = _grounds(session, viewer)
    return {
        incident_id: Fields(
            country=country,
            date_text=date_text,
            motive=motive,
            scope=scope,
            status=status,
            kinds=tuple(kinds[incident_id]),
            victims=tuple(victims[incident_id]),
            actors=frozenset(actors[incident_id]),
            admin1=_region(viewer, admin1, told),
            ground=grounds.get(decision_id),
            verified_at=verified_at,
        )
        for (
            incident_id, country, date_text, motive, scope, status, verified_at, admin1, told,
            decision_id,
        ) in rows
    }  # fmt: skip


def _grounds(
    session: Session, viewer: Viewer, *, known_at: datetime | None = None
) -> dict[uuid.UUID | None, LegalGround]:
    """Return the grounds of the decisions that this viewer may know of, or might at a time."""
    query = sa.select(Decision.id, Decision.ground)
    if not viewer.is_staff:
        query = query.where(Decision.is_published)
    if known_at is not None and not viewer.is_staff:
        later = sa.exists().where(
            ledger.Revision.object_kind == "decision",
            ledger.Revision.object_id == Decision.id,
            ledger.Revision.action == "publish",
            ledger.Revision.at > known_at,
        )
        query = query.where(~later)
    return dict(iter(session.execute(query)))


def _region(viewer: Viewer, admin1: str | None, told: Precision) -> str | None:
    return admin1 if viewer.is_staff or shows_region(told) else None


def _victims(session: Session, wanted: sa.Select[uuid.UUID]) -> dict[uuid.UUID, list[Victim]]:
    found: dict[uuid.UUID, list[Victim]] = defaultdict(list)
    query = sa.select(Target).where(Target.incident_id.in_(wanted)).order_by(Target.position)
    for one in session.scalars(query):
        found[one.incident_id].append(_victim(one))
    return found


def _victim(one: Target | TargetDraft) -> Victim:
    return Victim(
        kind=one.kind,
        person_id=str(one.person_id) if one.person_id else None,
        outlet_id=str(one.outlet_id) if one.outlet_id else None,
        count=one.count if one.kind is TargetKind.GROUP else 1,
        primary_role=one.primary_role,
        other_roles=tuple(PersonRole(role) for role in one.other_roles),
        sex=one.sex,
        age_group=one.age_group,
        arbitrary=one.arbitrary,
        state_acquiescence=one.state_acquiescence,
        due_diligence_failed=one.due_diligence_failed,
    )


def _at_a_time(session: Session, viewer: Viewer, asked: Asked) -> dict[uuid.UUID, Fields]:
    """Return every incident that counted at a time, by the fields it had then."""
    assert asked.known_at is not None
    wanted = _wanted(viewer, asked)
    history: dict[uuid.UUID, list[ledger.Revision]] = defaultdict(list)
    for one in ledger.revisions_until(session, "incident", wanted, asked.known_at):
        history[one.object_id].append(one)
    # Outside the desk only what was public then: past knowledge tells nobody when a report came in.
    stamps = session.execute(
        sa.select(Incident.id, Incident.published_at).where(Incident.id.in_(wanted))
    )
    published = dict(iter(stamps))
    found: dict[uuid.UUID, Fields] = {}
    grounds = _grounds(session, viewer, known_at=asked.known_at)
    for incident_id, revisions in history.items():
        since = published.get(incident_id)
        fields = _rebuilt(revisions, viewer, grounds)
        if fields is None or not _is_asked(fields, asked):
            continue
        was_public = fields.status is WorkflowStatus.PUBLISHED and since is not None
        if viewer.is_staff or (was_public and since is not None and since <= asked.known_at):
            found[incident_id] = fields
    return found


def _rebuilt(
    revisions: Sequence[ledger.Revision],
    viewer: Viewer,
    grounds: Mapping[uuid.UUID | None, LegalGround],
) -> Fields | None:
    values: dict[str, Any] = {}
    verified_at: datetime | None = None
    for one in revisions:
        for name, change in one.changes.items():
            # An erased value says nothing any more: the one before it stands.
            if change is not None:
                values[name] = change["new"]
        if "status" in one.changes:
            stands = one.changes["status"]["new"] in VERIFIED
            verified_at = (verified_at or one.at) if stands else None
    if verified_at is None or "categories" not in values:
        return None
    categories = msgspec.convert(values["categories"], list[CategoryDraft])
    targets = msgspec.convert(values.get("targets") or [], list[TargetDraft])
    involvements = msgspec.convert(values.get("involvements") or [], list[InvolvementDraft])
    decision_id = values.get("decision_id")
    return Fields(
        country=values["country"],
        date_text=values["date"],
        motive=Motive(values["motive"]),
        scope=IncidentScope(values["scope"]),
        status=WorkflowStatus(values["status"]),
        kinds=tuple((one.category, one.subtype) for one in categories),
        victims=tuple(_victim(one) for one in targets),
        actors=frozenset(one.actor_type for one in involvements),
        admin1=_region(
            viewer, values.get("admin1"), Precision(values.get("public_precision", "admin1"))
        ),
        ground=grounds.get(uuid.UUID(decision_id) if decision_id else None),
        verified_at=verified_at,
    )


def _is_asked(one: Fields, asked: Asked) -> bool:
    is_of_category = asked.category is None or asked.category in {kind for kind, _ in one.kinds}
    return is_of_category and (not asked.countries or one.country in asked.countries)
