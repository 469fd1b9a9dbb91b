# SPDX-License-Identifier: Apache-2.0
"""Which incidents and reports may speak of the same act: found by keys, compared by rules, kept.

Keys and comparisons follow every change of a report (`match_reports`) and of an incident
(`keep_incident`, called where every conclusion is drawn). Never here: what follows (attaching.py).
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.record.matching import RULES_VERSION, Decision, Described, Match, compare
from app.domain.record.matching_keys import keys_of, wanted_keys
from app.domain.vocabulary import ReportStatus
from app.services import describing
from app.services.describing import Subject
from app.storage import matching as kept
from app.storage.database import new_id
from app.storage.incidents import Incident
from app.storage.matching import INCIDENT, REPORT, ReportCandidate
from app.storage.reports import Report

AT_ONCE = 500
"""Reports that are compared together, so that a file of any length takes the same memory."""

_RANK = {Decision.DIFFERENT: 0, Decision.ASK: 1, Decision.SAME: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Another account that may speak of the same act; a report that is of an incident stands for it.

    `via` is the report whose words decided, where it was not the incident's own.
    """

    kind: str
    id: uuid.UUID
    match: Match
    via: uuid.UUID | None = None


Found = dict[uuid.UUID, list[Candidate]]
"""What may be the same as each report, the surest first; nothing that is different."""

LeaveOut = Callable[[set[uuid.UUID]], set[uuid.UUID]]
"""Says which of these incidents nothing is compared with."""


def _nothing(_ids: set[uuid.UUID]) -> set[uuid.UUID]:
    return set()


def match_reports(
    session: Session,
    subjects: Mapping[uuid.UUID, Subject],
    *,
    now: datetime,
    are_new: bool,
    but_reports: bool = False,
    leave_out: LeaveOut = _nothing,
) -> Found:
    """Bring the keys and comparisons of reports to what they say; `are_new` have none yet.

    With `but_reports` they are compared with incidents alone; `leave_out` says with which not.
    """
    if not are_new:
        kept.forget_candidates(session, subjects)
    # All keys first, so that accounts of one reading find each other whichever stands first.
    for some in _parts(subjects):
        if are_new:
            kept.add_keys(
                session, REPORT, {one: keys_of(said.described) for one, said in some.items()}
            )
        else:
            for one, said in some.items():
                kept.replace_keys(session, REPORT, one, keys_of(said.described))
    found: Found = {}
    seen: set[frozenset[uuid.UUID]] = set()
    for some in _parts(subjects):
        chunk = _compared(session, some, but_reports=but_reports, leave_out=leave_out)
        kept.add_candidates(session, [*_rows(chunk, seen, now=now)])
        found |= chunk
    return found


def _parts(subjects: Mapping[uuid.UUID, Subject]) -> Iterator[dict[uuid.UUID, Subject]]:
    ids = list(subjects)
    for start in range(0, len(ids), AT_ONCE):
        yield {one: subjects[one] for one in ids[start : start + AT_ONCE]}


def rematch_reports(session: Session, ids: Collection[uuid.UUID], *, now: datetime) -> None:
    """Compare reports again that were changed elsewhere; those set aside keep nothing."""
    subjects = describing.reports(session, ids)
    for gone in set(ids) - set(subjects):
        kept.replace_keys(session, REPORT, gone, ())
        kept.forget_candidates(session, [gone])
    match_reports(session, subjects, now=now, are_new=False)


def keep_incident(session: Session, row: Incident, *, now: datetime) -> None:
    """Bring the keys of an incident to what it says, and compare the reports again that it touches."""
    is_out = row.status in describing.OUT
    subject = describing.of_incident(row)
    own = () if is_out else keys_of(subject.described)
    has_changed = kept.replace_keys(session, INCIDENT, row.id, own)
    touched = set(
        session.scalars(
            sa.select(ReportCandidate.report_id).where(ReportCandidate.incident_id == row.id)
        )
    )
    if not (has_changed or touched):
        return
    kept.forget_incident(session, row.id)
    if not is_out:
        _compare_waiting(session, {row.id: subject}, now=now)


def keep_new_incidents(
    session: Session, rows: Sequence[Incident], *, now: datetime, but_of: uuid.UUID
) -> None:
    """Do the same for incidents that a source has just made, all at once.

    Reports of that source were compared before anything was made of them, and are not again.
    """
    subjects = {row.id: describing.of_incident(row) for row in rows}
    keys = {one: keys_of(said.described) for one, said in subjects.items()}
    kept.add_keys(session, INCIDENT, keys)
    _compare_waiting(session, subjects, now=now, but_of=but_of)


def _compare_waiting(
    session: Session,
    subjects: Mapping[uuid.UUID, Subject],
    *,
    now: datetime,
    but_of: uuid.UUID | None = None,
) -> None:
    """Compare incidents with the reports nobody has decided on that share a key with them."""
    wanted = {one: wanted_keys(said.described) for one, said in subjects.items()}
    holding = kept.holders(session, _stored(wanted.values()))
    near = {
        one: [other.id for other in kept.sharing(holding, keys) if other.kind == REPORT]
        for one, keys in wanted.items()
    }
    waiting = _undecided(session, {one for some in near.values() for one in some}, but_of)
    described = describing.reports(session, waiting)
    rows = []
    for incident_id, some in near.items():
        for report_id in some:
            if report_id in described:
                match = judged(described[report_id], subjects[incident_id])
                one = Candidate(kind=INCIDENT, id=incident_id, match=match)
                rows += [_row(report_id, one, now)] if match.decision in _WORTH else []
    kept.add_candidates(session, rows)


_WORTH = (Decision.SAME, Decision.ASK)


def _undecided(
    session: Session, ids: Collection[uuid.UUID], but_of: uuid.UUID | None
) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), 400):
        some = ordered[start : start + 400]
        query = sa.select(Report.id).where(Report.id.in_(some), Report.status == ReportStatus.NEW)
        if but_of is not None:
            query = query.where(Report.source_id != but_of)
        found |= set(session.scalars(query))
    return found


def _stored(keys: Iterable[Iterable[str]]) -> set[str]:
    return {kept.stored(key) for some in keys for key in some}


def _compared(
    session: Session,
    subjects: Mapping[uuid.UUID, Subject],
    *,
    but_reports: bool,
    leave_out: LeaveOut,
) -> Found:
    wanted = {one: wanted_keys(said.described) for one, said in subjects.items()}
    holding = kept.holders(session, _stored(wanted.values()))
    near = {one: kept.sharing(holding, keys, but=((REPORT, one),)) for one, keys in wanted.items()}
    others = {
        kind: {one.id for some in near.values() for one in some if one.kind == kind}
        for kind in (INCIDENT, REPORT)
    }
    wanted_incidents = others[INCIDENT] - leave_out(others[INCIDENT])
    incidents = describing.incidents(session, wanted_incidents)
    known = {(INCIDENT, one): said for one, said in incidents.items()}
    if not but_reports:
        at_hand = {one: said for one, said in subjects.items() if one in others[REPORT]}
        rest = describing.reports(session, others[REPORT] - set(at_hand))
        known |= {(REPORT, one): said for one, said in {**at_hand, **rest}.items()}
    return {
        one: _best(
            (other.kind, other.id, told, judged(said, told))
            for other in near[one]
            if (told := known.get((other.kind, other.id))) is not None
        )
        for one, said in subjects.items()
    }


def judged(a: Subject, b: Subject) -> Match:
    """Compare two accounts; where one names no day, also as if its publication said nothing of it."""
    alike = describing.likeness(a, b)
    found = compare(a.described, b.described, likeness=alike)
    if found.decision is not Decision.DIFFERENT or (a.is_dated and b.is_dated):
        return found
    one = a.described if a.is_dated else describing.without_days(a.described)
    other = b.described if b.is_dated else describing.without_days(b.described)
    return compare(one, other, likeness=alike)


def _best(judgements: Iterable[tuple[str, uuid.UUID, Subject, Match]]) -> list[Candidate]:
    """Return one candidate for each incident and undecided report, the surest first."""
    by_subject: dict[tuple[str, uuid.UUID], list[Candidate]] = defaultdict(list)
    for kind, object_id, said, match in judgements:
        if match.decision not in _WORTH:
            continue
        if kind == REPORT and said.incident_id is not None:
            one = Candidate(kind=INCIDENT, id=said.incident_id, match=match, via=object_id)
        else:
            one = Candidate(kind=kind, id=object_id, match=match)
        by_subject[one.kind, one.id].append(one)
    return sorted((max(some, key=_surest) for some in by_subject.values()), key=_surest)[::-1]


def _surest(one: Candidate) -> tuple[int, float, bool, uuid.UUID]:
    return _RANK[one.match.decision], one.match.score, one.via is None, one.id


def _rows(
    found: Found, seen: set[frozenset[uuid.UUID]], *, now: datetime
) -> Iterable[dict[str, Any]]:
    for report_id, candidates in found.items():
        for one in candidates:
            pair = frozenset((report_id, one.id))
            # Two reports of one file find each other; one row tells both.
            if one.kind == REPORT and pair in seen:
                continue
            seen.add(pair)
            yield _row(report_id, one, now)


def same_by_id(
    session: Session,
    report_id: uuid.UUID,
    incident_id: uuid.UUID,
    *,
    name: tuple[str, str],
    now: datetime,
) -> Candidate:
    """Keep that a report and an incident bear one id of one system, for a person to see."""
    named = Described(external_ids=frozenset({name}))
    one = Candidate(kind=INCIDENT, id=incident_id, match=compare(named, named))
    kept.add_candidates(session, [_row(report_id, one, now)])
    return one


def _row(report_id: uuid.UUID, one: Candidate, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "report_id": report_id,
        "incident_id": one.id if one.kind == INCIDENT else None,
        "other_report_id": one.id if one.kind == REPORT else None,
        "decision": one.match.decision,
        "score": one.match.score,
        "rule": one.match.rule,
        "reasons": list(one.match.reasons),
        "rules_version": RULES_VERSION,
        "computed_at": now,
    }
