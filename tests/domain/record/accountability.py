# SPDX-License-Identifier: Apache-2.0
"""Short ways to write slots, facts and questions, and strategies that make arbitrary cases."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from app.domain.record.cases import CaseFact, Involvement
from app.domain.record.dates import parse
from app.domain.record.impunity import ImpunityResult, derive
from app.domain.record.impunity_input import (
    AccountabilityCheck,
    ExecutorsNote,
    ImpunityInput,
    InstigationNote,
)
from app.domain.vocabulary import (
    Category,
    CrimeRole,
    FactKind,
    Impunity,
    Instigation,
    InvolvementStatus,
    Polarity,
)

EPOCH = datetime(2010, 1, 1, tzinfo=UTC)
TOLD = datetime(2013, 11, 1, tzinfo=UTC)
LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)

JUSTICE = {
    Impunity.NOT_ASSESSED: 0,
    Impunity.COMPLETE_IMPUNITY: 0,
    Impunity.PARTIAL_IMPUNITY: 1,
    Impunity.FULL_JUSTICE: 2,
}


def slot(slot_id: str, role: str, *, person: str | None = None, **more: Any) -> Involvement:
    """Return a slot; identified where a person is given, unless said otherwise."""
    values: dict[str, Any] = {"identified": person is not None, "recorded_at": TOLD} | more
    return Involvement(id=slot_id, role=CrimeRole(role), person_key=person, **values)


def fact(fact_id: str, kind: str, day: str, **more: Any) -> CaseFact:
    """Return a verified fact of accountability case A, learned in November 2013."""
    values: dict[str, Any] = {
        "case_id": "A",
        "polarity": Polarity.ACCOUNTABILITY,
        "recorded_at": TOLD,
        "verified_at": TOLD,
    } | more
    if "role" in values:
        values["role"] = CrimeRole(values["role"])
    return CaseFact(id=fact_id, kind=FactKind(kind), happened=parse(day), **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident to ask about; `change` gives a variant."""

    slots: tuple[Involvement, ...] = ()
    facts: tuple[CaseFact, ...] = ()
    instigation: Instigation | None = Instigation.NOT_SUSPECTED
    executors_complete: bool | None = None
    checked: date | None = None
    verified_at: datetime | None = TOLD
    categories: frozenset[Category] = frozenset({Category.PHYSICAL_ATTACK})

    def change(self, **more: Any) -> "Incident":
        """Return the same incident with other values."""
        return replace(self, **more)

    def given(self) -> ImpunityInput:
        """Return what the derivation is handed."""
        order, complete, check = self.instigation, self.executors_complete, self.checked
        return ImpunityInput(
            categories=self.categories,
            verified_at=self.verified_at,
            involvements=self.slots,
            facts=self.facts,
            instigation=(InstigationNote(value=order, recorded_at=TOLD),) if order else (),
            executors_complete=(
                () if complete is None else (ExecutorsNote(complete=complete, recorded_at=TOLD),)
            ),
            checks=(AccountabilityCheck(on=check, recorded_at=TOLD),) if check else (),
        )

    def ask(
        self, day: str = "2029-12-31", known_at: datetime = LONG_AFTER, **more: Any
    ) -> ImpunityResult:
        """Derive the level as of a day."""
        return derive(self.given(), as_of=date.fromisoformat(day), known_at=known_at, **more)

    def level(self, day: str = "2029-12-31") -> Impunity:
        """Return only the level."""
        return self.ask(day).level


def missing(result: ImpunityResult) -> dict[str | None, int]:
    """Return who is missing as a plain mapping."""
    return {one.role.value if one.role else None: one.count for one in result.missing}


# Few values on purpose: facts that concern one another are the interesting ones.
_DAYS = st.sampled_from(
    [
        "2012",
        "2013",
        "2013-22",
        "2013-07",
        "2013-07-10",
        "2014-03-05",
        "2014",
        "../2013",
        "2015-06-01",
    ]
)
_MOMENTS = st.integers(0, 6).map(lambda years: EPOCH + timedelta(days=365 * years))
_SLOT_IDS = ("s1", "s2", "s3")
_PEOPLE = st.sampled_from([None, None, "p1", "p2"])
_ROLES = st.sampled_from(list(CrimeRole))
JUDGED = (
    "convicted",
    "quashed",
    "acquitted",
    "cleared",
    "slot_closed",
    "responsibility_established",
)
_KINDS = st.sampled_from([*JUDGED, "convicted", "convicted", "died", "appeal_filed", "pardoned"])


@st.composite
def slots(draw: st.DrawFn) -> tuple[Involvement, ...]:
    """Up to three slots, some identified, some with a person, some already cleared."""
    return tuple(
        Involvement(
            id=slot_id,
            role=draw(_ROLES),
            identified=draw(st.booleans()),
            person_key=draw(_PEOPLE),
            recorded_at=draw(_MOMENTS),
            retracted_at=draw(st.none() | _MOMENTS) if draw(st.integers(0, 4)) == 0 else None,
            status=draw(st.sampled_from([InvolvementStatus.ALLEGED, *InvolvementStatus])),
        )
        for slot_id in _SLOT_IDS[: draw(st.integers(0, 3))]
    )


@st.composite
def facts(draw: st.DrawFn, fact_id: str, kind: st.SearchStrategy[str] = _KINDS) -> CaseFact:
    """One fact about a slot, a person, both or nobody."""
    return CaseFact(
        id=fact_id,
        case_id=draw(st.sampled_from(["A", "A", "B"])),
        kind=FactKind(draw(kind)),
        polarity=Polarity.ACCOUNTABILITY,
        happened=parse(draw(_DAYS)),
        recorded_at=draw(_MOMENTS),
        verified_at=draw(st.none() | _MOMENTS) if draw(st.integers(0, 5)) == 0 else EPOCH,
        retracted_at=draw(st.none() | _MOMENTS) if draw(st.integers(0, 5)) == 0 else None,
        sequence=draw(st.integers(0, 2)),
        involvement_id=draw(st.sampled_from([None, None, *_SLOT_IDS])),
        person_key=draw(_PEOPLE),
        role=draw(st.none() | _ROLES),
        lesser_charge=draw(st.booleans()),
    )


@st.composite
def arbitrary(draw: st.DrawFn) -> Incident:
    """An arbitrary verified incident, checked early so that it is always assessed."""
    return Incident(
        slots=draw(slots()),
        facts=tuple(draw(facts(f"f{number}")) for number in range(draw(st.integers(0, 5)))),
        instigation=draw(st.none() | st.sampled_from(list(Instigation))),
        executors_complete=draw(st.none() | st.booleans()),
        checked=date(2011, 1, 1),
    )


@st.composite
def nearly_just(draw: st.DrawFn) -> Incident:
    """An incident whose every slot is convicted, with a few arbitrary facts beside it.

    Full justice is rare among arbitrary cases, and it is what a wrong rule would give away.
    """
    listed = tuple(
        Involvement(
            id=slot_id,
            role=draw(st.sampled_from([CrimeRole.EXECUTOR, CrimeRole.EXECUTOR, *CrimeRole])),
            identified=draw(st.booleans()),
            person_key=draw(_PEOPLE),
            recorded_at=EPOCH,
        )
        for slot_id in _SLOT_IDS[: draw(st.integers(1, 2))]
    )
    judged = tuple(
        replace(
            draw(facts(f"c{one.id}", st.just("convicted"))),
            involvement_id=one.id,
            recorded_at=EPOCH,
            verified_at=EPOCH,
            retracted_at=None,
        )
        for one in listed
    )
    return Incident(
        slots=listed,
        facts=judged + tuple(draw(facts(f"f{n}")) for n in range(draw(st.integers(0, 2)))),
        instigation=draw(st.sampled_from([Instigation.NOT_SUSPECTED, *Instigation])),
        executors_complete=draw(st.sampled_from([True, True, None])),
        checked=date(2011, 1, 1),
    )


def incidents() -> st.SearchStrategy[Incident]:
    """Arbitrary incidents and nearly just ones."""
    return st.one_of(arbitrary(), nearly_just(), nearly_just())
