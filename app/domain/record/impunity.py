# SPDX-License-Identifier: Apache-2.0
"""Impunity, derived: what justice did about an incident, as of a day and as known at a time.

The level is the first row of a table (impunity_rules.py) that applies to what was found. It comes
with its reasons, who is held, who is missing by role, and the facts it rests on. Nothing is guessed:
charges, arrests and promises of a State change nothing, and silence is `not_assessed`.
Never here: who is responsible (responsibility.py), visibility of names, or a level set by hand
(impunity_override.py), which is laid over the result and never changes it.
Source of the rules: CPJ's three levels, made exact in docs/impunity.md.

A journalist was attacked and the perpetrators were convicted in summer 2013. That the act was
ordered is established; by whom is not known. The judgment names no slot, so it adds a member.

>>> from datetime import UTC
>>> from app.domain.record.cases import Involvement
>>> from app.domain.record.dates import parse
>>> from app.domain.record.impunity_input import InstigationNote
>>> from app.domain.vocabulary import Category, Instigation, Polarity
>>> told = datetime(2013, 11, 1, tzinfo=UTC)
>>> def slot(id, role, identified):
...     return Involvement(id=id, role=CrimeRole(role), identified=identified, recorded_at=told)
>>> def fact(id, kind, day, **about):
...     return CaseFact(id=id, case_id="A", kind=FactKind(kind), happened=parse(day), **about,
...                     polarity=Polarity.ACCOUNTABILITY, recorded_at=told, verified_at=told)
>>> def ask(day, facts, slots):
...     note = InstigationNote(value=Instigation.ESTABLISHED, recorded_at=told)
...     given = ImpunityInput(categories=frozenset({Category.PHYSICAL_ATTACK}), facts=tuple(facts),
...                           verified_at=told, involvements=tuple(slots), instigation=(note,))
...     result = derive(given, as_of=date.fromisoformat(day), known_at=told)
...     return result.level.value, [(one.count, str(one.role)) for one in result.missing]
>>> orderer = slot("o", "instigator", False)
>>> convicted = fact("f1", "convicted", "2013-22", role=CrimeRole.EXECUTOR)
>>> ask("2013-11-27", [convicted], [orderer])
('partial_impunity', [(1, 'instigator')])

Four convicted (two executors, a driver, the organiser), the orderer still unknown:

>>> roles = ("executor", "executor", "accomplice", "organiser")
>>> four = [slot(f"s{n}", role, True) for n, role in enumerate(roles)]
>>> judgment = [fact(f"c{n}", "convicted", "2013-07-10", involvement_id=f"s{n}") for n in range(4)]
>>> ask("2013-11-27", judgment, [*four, orderer])
('partial_impunity', [(1, 'instigator')])

A conviction that names the orderer's slot completes justice; quashing it takes that back, and the
day before each of them the old answer stands.

>>> later = [fact("f2", "convicted", "2014-03-05", involvement_id="o"),
...          fact("f3", "quashed", "2015-06-01", involvement_id="o")]
>>> for day in ("2014-03-04", "2014-03-05", "2015-05-31", "2015-06-01"):
...     print(day, *ask(day, [convicted, *later], [orderer]))
2014-03-04 partial_impunity [(1, 'instigator')]
2014-03-05 full_justice []
2015-05-31 full_justice []
2015-06-01 partial_impunity [(1, 'instigator')]
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from app.domain.record.cases import CaseFact
from app.domain.record.consequences import ImpunityFlags, flags_of
from app.domain.record.impunity_input import (
    ImpunityInput,
    OnRecord,
    Override,
    ReportedLevel,
    on_record,
)
from app.domain.record.impunity_rules import NOT_CHECKED, REPORTED, Findings, Rule, first_rule
from app.domain.record.responsibility import Member, responsible
from app.domain.vocabulary import CrimeRole, FactKind, Impunity, Instigation


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A member of the responsible set whom a conviction in force holds."""

    role: CrimeRole | None
    involvement_id: str | None
    person_key: str | None
    fact_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """How many of a role are not held; role None where no source states one."""

    role: CrimeRole | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpunityResult:
    """The level with everything that explains it; `since` is the day it has stood without change."""

    level: Impunity
    rule: str
    reasons: tuple[str, ...]
    as_of: date
    known_at: datetime
    since: date | None = None
    held: tuple[Held, ...] = ()
    missing: tuple[Missing, ...] = ()
    flags: ImpunityFlags = field(default_factory=ImpunityFlags)
    fact_ids: tuple[str, ...] = ()
    basis: Literal["derived", "reported", "override"] = "derived"
    # Who says so, where the level is reported and not derived.
    assessor: str | None = None
    # What an assessor says, whether it decides or speaks only of later days.
    said: ReportedLevel | None = None
    # What is known of an order, where anything is derived.
    instigation: Instigation | None = None
    # The level set by hand that stands here, and what would stand without it.
    override: Override | None = None
    derived: "ImpunityResult | None" = None


def derive(
    given: ImpunityInput, *, as_of: date, known_at: datetime, include_unverified: bool = False
) -> ImpunityResult:
    """Derive the level with its reasons, from facts up to a day, as known at a time.

    Imprecise dates count from their first possible day; `cases.counted` says why. With
    `include_unverified` facts count before a second person verified them: for editors, never public.
    """
    record = on_record(given, known_at, include_unverified=include_unverified)
    facts = record.facts_until(as_of)
    found = _find(record, as_of)
    rule = first_rule(found)
    if rule.id == NOT_CHECKED and record.reported is not None:
        return _as_reported(record.reported, rule, as_of, known_at)
    if rule.level in (Impunity.NOT_APPLICABLE, Impunity.NOT_ASSESSED):
        return ImpunityResult(
            level=rule.level, rule=rule.id, reasons=(rule.sentence,), as_of=as_of, known_at=known_at
        )
    flags = flags_of(
        [one.convictions for one in found.held],
        facts,
        record.slots,
        resolved_by_death=bool(found.responsible.resolved_by_death),
    )
    return ImpunityResult(
        level=rule.level,
        rule=rule.id,
        reasons=_reasons(rule, found, flags),
        as_of=as_of,
        known_at=known_at,
        since=_since(record, rule.level, as_of),
        held=tuple(_held(one) for one in found.held),
        missing=_count_by_role(found.missing),
        flags=flags,
        fact_ids=_decisive(facts),
        instigation=found.instigation,
    )


def _as_reported(
    said: ReportedLevel, rule: Rule, as_of: date, known_at: datetime
) -> ImpunityResult:
    """Return an outside assessor's level: only where no facts exist, and always by its name."""
    if not said.holds_on(as_of):
        later = (
            f"{said.assessor} reports a conviction on {said.stated_on}; since when is not known."
        )
        return ImpunityResult(
            level=rule.level,
            rule=rule.id,
            reasons=(rule.sentence, later),
            as_of=as_of,
            known_at=known_at,
            said=said,
        )
    return ImpunityResult(
        level=said.level,
        rule=REPORTED,
        reasons=(
            f"Reported by {said.assessor} on {said.stated_on}; not derived.",
            "No dated fact about proceedings is on record here.",
        ),
        as_of=as_of,
        known_at=known_at,
        basis="reported",
        assessor=said.assessor,
        said=said,
    )


def _find(record: OnRecord, day: date) -> Findings:
    facts = record.facts_until(day)
    return Findings(
        is_applicable=record.is_applicable,
        is_verified=record.is_verified,
        # A promise is not a proceeding: it says nothing about whether anybody looked for one.
        is_assessed=any(fact.kind is not FactKind.PROMISE for fact in facts)
        or any(checked <= day for checked in record.checked_on),
        responsible=responsible(
            record.slots,
            facts,
            instigation=record.instigation,
            executors_complete=record.executors_complete,
        ),
        instigation=record.instigation,
    )


def _since(record: OnRecord, level: Impunity, as_of: date) -> date | None:
    """Return the first day of the unbroken stretch on which the level was what it is."""
    since: date | None = None
    for day in record.change_days(as_of):
        if first_rule(_find(record, day)).level is not level:
            break
        since = day
    return since


def _held(member: Member) -> Held:
    return Held(
        role=member.role,
        involvement_id=member.involvement_id,
        person_key=member.person_key,
        fact_ids=tuple(fact.id for fact in member.convictions),
    )


_ROLE_ORDER: tuple[CrimeRole | None, ...] = (*CrimeRole, None)
_ROLE_WORDS = {
    CrimeRole.EXECUTOR: ("executor", "executors"),
    CrimeRole.ACCOMPLICE: ("accomplice", "accomplices"),
    CrimeRole.ORGANISER: ("organiser", "organisers"),
    CrimeRole.INSTIGATOR: ("instigator", "instigators"),
    CrimeRole.SUPERIOR: ("superior who failed to act", "superiors who failed to act"),
    None: ("person whose role is not stated", "people whose role is not stated"),
}


def _count_by_role(members: Iterable[Member]) -> tuple[Missing, ...]:
    counts = Counter(member.role for member in members)
    return tuple(Missing(role=role, count=counts[role]) for role in _ROLE_ORDER if role in counts)


def _reasons(rule: Rule, found: Findings, flags: ImpunityFlags) -> tuple[str, ...]:
    sentences = [rule.sentence]
    for heading, members in (("Held", found.held), ("Missing", found.missing)):
        if members:
            roles = [_words(one) for one in _count_by_role(members)]
            sentences.append(f"{heading}: {', '.join(roles)}.")
    sentences.append(f"Whether somebody ordered it: {found.instigation.label}.")
    return (*sentences, *flags.sentences())


def _words(counted_role: Missing) -> str:
    one, many = _ROLE_WORDS[counted_role.role]
    return f"{counted_role.count} {one if counted_role.count == 1 else many}"


_DECISIVE = frozenset(
    {
        FactKind.CONVICTED,
        FactKind.ACQUITTED,
        FactKind.CLEARED,
        FactKind.APPEAL_FILED,
        FactKind.UPHELD,
        FactKind.QUASHED,
        FactKind.REVIEW_REFUSED,
        FactKind.FINAL,
        FactKind.SENTENCE_STARTED,
        FactKind.PARDONED,
        FactKind.DIED,
        FactKind.RESPONSIBILITY_ESTABLISHED,
        FactKind.SLOT_CLOSED,
    }
)


def _decisive(facts: Iterable[CaseFact]) -> tuple[str, ...]:
    """Return the facts the answer rests on: judgments, or where none exist all that were counted."""
    ids = [(fact.id, fact.kind in _DECISIVE) for fact in facts]
    judged = tuple(fact_id for fact_id, is_decisive in ids if is_decisive)
    return judged or tuple(fact_id for fact_id, _ in ids)
