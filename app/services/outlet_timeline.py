# SPDX-License-Identifier: Apache-2.0
"""Everything that happened to an outlet on one line of time: what was decided, measured, done, said.

Each entry passes the filter of its own kind, so that what a viewer may not see is not there, and is
not counted. Imprecise dates stand where they may begin, as facts of a case do.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.domain.record import dates
from app.domain.record.dates import DateSpan, order_key
from app.domain.visibility import Viewer
from app.domain.vocabulary import (
    BlockingLink,
    Category,
    Confidence,
    LegalGround,
    Mechanism,
    PartyRole,
    Polarity,
    TimelineKind,
)
from app.services import outlet_views
from app.services.citations import citation_view
from app.services.conclusions import case_found
from app.services.documents import date_view
from app.services.statistics_answers import When
from app.storage import incidents, outlet_sites, reached, replies
from app.storage.cases import FACTS, Case, case_incidents, seen_by
from app.storage.decisions import Decision
from app.storage.incidents import Incident, IncidentFilter
from app.storage.outlets import Outlet, OutletStatusEvent
from app.storage.parties import Party
from app.storage.parts import Target
from app.storage.replies import ReplyClaim, StateReply
from app.storage.sites import Episode

Entry = dict[str, Any]
_RANK = {kind: rank for rank, kind in enumerate(TimelineKind)}
_SUITS = frozenset({Category.CIVIL_SUIT, Category.CRIMINAL_PROSECUTION})
_BLOCKING = (Category.ONLINE_CENSORSHIP.value, "website_blocking")


def timeline(
    session: Session,
    viewer: Viewer,
    outlet_id: uuid.UUID,
    when: When,
    *,
    now: datetime,
    kinds: Sequence[TimelineKind] = (),
) -> list[Entry]:
    """Return the entries of an outlet, oldest first; of some kinds only, where they are named."""
    row = reached.get_outlet(session, viewer, outlet_id)
    happened = list(_incidents(session, viewer, row, when))
    entries = [
        *_events(session, viewer, row, when),
        *_measured(session, row, when, now),
        *(entry for _, entry in happened),
        *_suits(session, viewer, row, when, now=now),
        *_replies(session, viewer, [one.id for one, _ in happened], when),
    ]
    placed = [(dates.parse(one["date"]["text"]), one) for one in entries]
    kept = [
        (span, one)
        for span, one in placed
        if span.counts_from <= when.as_of and (not kinds or one["kind"] in kinds)
    ]
    return [one for _, one in sorted(kept, key=_order)]


def _order(placed: tuple[DateSpan, Entry]) -> tuple[Any, ...]:
    span, entry = placed
    return (*order_key(span, 0), _RANK[entry["kind"]], str(entry["id"]))


def _entry(
    kind: TimelineKind,
    entry_id: uuid.UUID,
    date: Mapping[str, Any],
    title: str,
    *,
    link: str,
    until: str | None = None,
    detail: str | None = None,
    page: str | None = None,
    source: Mapping[str, Any] | None = None,
    **terms: object,
) -> Entry:
    return {
        "kind": kind,
        "id": entry_id,
        "date": date,
        "until": until,
        "title": title,
        "detail": detail,
        "terms": terms,
        "link": link,
        "page": page,
        "source": source,
    }


def _events(session: Session, viewer: Viewer, row: Outlet, when: When) -> Iterator[Entry]:
    told: set[uuid.UUID] = set()
    for one in outlet_views.shown_events(viewer, row):
        if not outlet_views.is_known(viewer, one, when):
            continue
        yield _event(row, one)
        if one.decision_id is None or one.decision_id in told:
            continue
        decision = session.get(Decision, one.decision_id, options=[joinedload(Decision.citation)])
        if decision is not None and (viewer.is_staff or decision.is_published):
            told.add(decision.id)
            yield _entry(
                TimelineKind.DECISION,
                decision.id,
                date_view(decision.date_text, decision.date_earliest, decision.date_latest),
                decision.title,
                detail=decision.authority,
                link=f"/api/v1/decisions/{decision.id}",
                source=citation_view(decision.citation),
                decision_kind=decision.kind,
                ground=decision.ground,
            )


def _event(row: Outlet, one: OutletStatusEvent) -> Entry:
    ground = LegalGround(one.ground).sentence.rstrip(".") if one.ground else None
    return _entry(
        TimelineKind.STATUS,
        one.id,
        date_view(one.valid_from, one.earliest, one.latest),
        f"{one.axis.label.capitalize()}: {outlet_views.value_of(one).label}",
        until=one.valid_to,
        detail=". ".join(said for said in (ground, one.statute, one.authority) if said) or None,
        link=f"/api/v1/outlets/{row.id}",
        source=citation_view(one.citation),
        axis=one.axis,
        value=one.value,
        ground=one.ground,
        territory=one.territory,
    )


def _measured(session: Session, row: Outlet, when: When, now: datetime) -> Iterator[Entry]:
    """Show blockings by the day, without the network: that is shown where the site is."""
    known_at = when.known_at or now
    for one in outlet_sites.episodes_of(session, [row.id], known_at=when.known_at):
        yield _blocking(one, known_at)


def _blocking(one: Episode, known_at: datetime) -> Entry:
    first = dates.exact(one.since.date())
    is_over = one.until is not None and one.until <= known_at
    return _entry(
        TimelineKind.BLOCKING_MEASURED,
        one.id,
        date_view(first.text, first.earliest, first.latest),
        f"{one.site.host}: measured blocked",
        until=one.until.date().isoformat() if is_over and one.until else None,
        detail=f"{Mechanism(one.mechanism).sentence} {Confidence(one.confidence).sentence}",
        link=f"/api/v1/sites/{one.site_id}",
        page=f"/sites/{one.site_id}",
        mechanism=one.mechanism,
        confidence=one.confidence,
        country=one.country,
        site_id=one.site_id,
    )


def _incidents(
    session: Session, viewer: Viewer, row: Outlet, when: When
) -> Iterator[tuple[Incident, Entry]]:
    """Yield what was done to the outlet and to those who worked there, as everybody may read it."""
    at_it = sa.exists().where(Target.incident_id == Incident.id, Target.outlet_id == row.id)
    query = sa.select(Incident, at_it).where(
        incidents.visible_to(viewer), *incidents.matching(IncidentFilter(outlet_id=row.id))
    )
    if when.known_at is not None:
        since = Incident.created_at if viewer.is_staff else Incident.published_at
        query = query.where(since <= when.known_at)
    for one, is_target in session.execute(query):
        yield one, _incident(one, is_target=is_target)


def _incident(one: Incident, *, is_target: bool) -> Entry:
    document = one.document
    kinds = [(each["category"], each["subtype"]) for each in document["categories"]]
    kind = _kind(kinds, is_target=is_target)
    link = document["blocking_link"]
    return _entry(
        kind,
        one.id,
        document["date"],
        document["title"],
        detail=BlockingLink(link).sentence if link else None,
        link=f"/api/v1/incidents/{one.id}",
        page=f"/incidents/{one.id}",
        source=document["sources"][0] if document["sources"] else None,
        categories=document["categories"],
        impunity=document["impunity"]["level"],
        blocking_link=link,
    )


def _kind(kinds: Sequence[tuple[str, str | None]], *, is_target: bool) -> TimelineKind:
    if not is_target:
        return TimelineKind.ATTACK
    if _BLOCKING in kinds:
        return TimelineKind.BLOCKING_DECLARED
    is_suit = any(category in _SUITS for category, _ in kinds)
    return TimelineKind.SUIT if is_suit else TimelineKind.INCIDENT


def _suits(
    session: Session, viewer: Viewer, row: Outlet, when: When, *, now: datetime
) -> Iterator[Entry]:
    """Yield cases against the outlet: of an incident aimed at it, or in which it is the defendant."""
    of_incident = sa.exists().where(
        case_incidents.c.case_id == Case.id,
        case_incidents.c.incident_id == Incident.id,
        Target.incident_id == Incident.id,
        Target.outlet_id == row.id,
        incidents.visible_to(viewer),
    )
    defends = sa.exists().where(
        Party.case_id == Case.id,
        Party.outlet_id == row.id,
        Party.role == PartyRole.DEFENDANT,
        Party.verified_at.is_not(None),
        Party.retracted_at.is_(None),
    )
    query = (
        sa.select(Case)
        .where(Case.polarity == Polarity.REPRISAL, seen_by(viewer), sa.or_(of_incident, defends))
        .options(*FACTS)
    )
    for case in session.scalars(query):
        found = case_found(case, as_of=when.as_of, known_at=when.known_at or now)
        stored = {str(fact.id): fact for fact in case.facts}
        # Outside the desk what was withdrawn since is left out of the past as well.
        facts = [
            fact for fact in found.facts if viewer.is_staff or stored[fact.id].retracted_at is None
        ]
        if not facts:
            continue
        first = facts[0].happened
        yield _entry(
            TimelineKind.SUIT,
            case.id,
            date_view(first.text, first.earliest, first.latest),
            case.title,
            detail=found.stage.sentence if found.stage else None,
            link=f"/api/v1/cases/{case.id}",
            source=citation_view(stored[facts[0].id].citation),
            polarity=case.polarity,
            stage=found.stage,
        )


def _replies(
    session: Session, viewer: Viewer, incident_ids: Sequence[uuid.UUID], when: When
) -> Iterator[Entry]:
    """Yield what a State was asked about these incidents, and what it answered."""
    about = sa.exists().where(
        ReplyClaim.reply_id == StateReply.id, ReplyClaim.incident_id.in_(incident_ids)
    )
    query = sa.select(StateReply).where(about).options(*replies.WHOLE)
    if not viewer.is_staff:
        query = query.where(StateReply.is_published)
    if when.known_at is not None:
        since = StateReply.recorded_at if viewer.is_staff else StateReply.published_at
        query = query.where(since <= when.known_at)
    for one in session.scalars(query):
        span = dates.parse(one.replied_on or one.asked_on)
        yield _entry(
            TimelineKind.REPLY,
            one.id,
            date_view(span.text, span.earliest, span.latest),
            f"{one.addressee}: {'answered' if one.replied_on else 'asked, no answer on record'}",
            detail=one.answer or one.question,
            link=f"/api/v1/replies/{one.id}",
            source=citation_view(one.citation),
            answered=one.replied_on is not None,
        )
