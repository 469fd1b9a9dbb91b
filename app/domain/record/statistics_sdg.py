# SPDX-License-Identifier: Apache-2.0
"""A count aligned with SDG indicator 16.10.1: victims, one code each, the most serious that is met.

The order is A killing, C torture, B enforced disappearance, D arbitrary detention, E kidnapping, F other
harmful acts; it is not that of the alphabet. Ours is a count by an organisation, never the indicator.
Nothing is imputed: what nobody assessed is told beside the count. Source: UN metadata 16.10.1, 2018.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.record.incident import sdg_function
from app.domain.record.statistics import Counted, Holds, Victim, Window, both
from app.domain.vocabulary import (
    ActorType,
    Assessment,
    Category,
    Motive,
    PersonRole,
    StateLink,
    TargetKind,
    WorkflowStatus,
)

LABEL = (
    "A count aligned with SDG indicator 16.10.1, made by the organisation that runs this record; "
    "it is not the indicator."
)

STATE_ACTORS = frozenset(
    {
        ActorType.HEAD_OF_STATE_OR_GOVERNMENT,
        ActorType.PUBLIC_OFFICIAL_NATIONAL,
        ActorType.PUBLIC_OFFICIAL_LOCAL,
        ActorType.POLICE,
        ActorType.SECURITY_SERVICE,
        ActorType.MILITARY,
        ActorType.PROSECUTOR_OR_JUDGE,
        ActorType.REGULATOR,
        ActorType.PRISON_STAFF,
    }
)
NON_STATE_ACTORS = frozenset(
    {
        ActorType.ARMED_GROUP,
        ActorType.CRIMINAL_GROUP,
        ActorType.RELIGIOUS_GROUP,
        ActorType.PRIVATE_COMPANY,
        ActorType.PRIVATE_SECURITY,
        ActorType.PRIVATE_INDIVIDUAL,
        ActorType.MOB,
        ActorType.MEDIA_OWNER,
    }
)
"""Paramilitaries, parties, hospitals and companies of the State may be either: nobody is told."""


class Code(StrEnum):
    """The codes, the most serious first."""

    A = "A"
    C = "C"
    B = "B"
    D = "D"
    E = "E"
    F = "F"


@dataclass(frozen=True, slots=True, kw_only=True)
class SdgRow:
    """Victims of one kind; the rows add up to the count."""

    code: Code
    function: str
    country: str
    sex: str
    age_group: str
    state_link: StateLink
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SdgCount:
    """The count and all that stands beside it, none of which is in it."""

    rows: tuple[SdgRow, ...]
    total: int
    verified: int
    published: int
    # A code may apply, and somebody would have to assess what decides.
    not_assessed: int
    # Assessed, and no code applies.
    not_met: int
    # Neither journalist, trade unionist nor defender, or their role is not on record.
    out_of_scope: int
    # Dated so that they may lie in the period or not.
    perhaps_in_period: int
    # Groups whose number nobody states: how many groups.
    uncounted_groups: int
    attempted_killings: int


def state_link(incident: Counted, victim: Victim) -> StateLink:
    """Return who is behind an act, as far as the record says."""
    if incident.actors & STATE_ACTORS:
        return StateLink.STATE
    if victim.state_acquiescence is Assessment.YES:
        return StateLink.STATE_ACQUIESCENCE
    if incident.actors and incident.actors <= NON_STATE_ACTORS:
        return StateLink.NON_STATE
    return StateLink.UNKNOWN


def _by_state(incident: Counted, victim: Victim) -> Holds:
    link = state_link(incident, victim)
    if link in (StateLink.STATE, StateLink.STATE_ACQUIESCENCE):
        return Holds.YES
    is_ruled_out = victim.state_acquiescence is Assessment.NO
    return Holds.NO if link is StateLink.NON_STATE and is_ruled_out else Holds.PERHAPS


def _unprotected(incident: Counted, victim: Victim) -> Holds:
    """Whether others did it and the State failed to protect."""
    link = state_link(incident, victim)
    by_others = {StateLink.NON_STATE: Holds.YES, StateLink.UNKNOWN: Holds.PERHAPS}
    return both(by_others.get(link, Holds.NO), _said(victim.due_diligence_failed))


def _said(answer: Assessment) -> Holds:
    return {Assessment.YES: Holds.YES, Assessment.NO: Holds.NO}.get(answer, Holds.PERHAPS)


def _always(_incident: Counted, _victim: Victim) -> Holds:
    return Holds.YES


_DETENTIONS = frozenset({Category.DETENTION, Category.EXTRADITION_RENDITION})
_OTHER_ACTS = frozenset({Category.PHYSICAL_ATTACK, Category.THREAT_HARASSMENT})

TESTS: tuple[tuple[Code, frozenset[Category], Callable[[Counted, Victim], Holds]], ...] = (
    (Code.A, frozenset({Category.KILLING}), _always),
    (Code.C, frozenset({Category.TORTURE}), _by_state),
    (Code.B, frozenset({Category.ENFORCED_DISAPPEARANCE}), _by_state),
    (
        Code.D,
        _DETENTIONS,
        lambda incident, victim: both(_by_state(incident, victim), _said(victim.arbitrary)),
    ),
    (Code.E, frozenset({Category.KIDNAPPING}), _unprotected),
    (Code.F, _OTHER_ACTS, _by_state),
)
"""What each code asks of an act, the most serious code first."""


def code_of(incident: Counted, victim: Victim) -> tuple[Code | None, bool]:
    """Return the most serious code that is met, and whether another one may be met instead."""
    motive = {Motive.CONFIRMED: Holds.YES, Motive.NOT_WORK_RELATED: Holds.NO}.get(
        incident.motive, Holds.PERHAPS
    )
    is_open = False
    for code, categories, test in TESTS:
        if not categories & incident.categories:
            continue
        met = both(motive, test(incident, victim))
        if met is Holds.YES:
            return code, is_open
        is_open = is_open or met is Holds.PERHAPS
    return None, is_open


def function_of(victim: Victim) -> str | None:
    """Return J, T or H, or None where the victim is outside the indicator."""
    roles: list[PersonRole] = [*victim.other_roles]
    return sdg_function(roles if victim.primary_role is None else [victim.primary_role, *roles])


def told_apart(incident: Counted, victim: Victim) -> dict[str, str | None]:
    """Return by what victims of one code in one country are told apart."""
    return {
        "function": function_of(victim),
        "sex": victim.sex.value if victim.sex else "unknown",
        "age_group": victim.age_group.value if victim.age_group else "unknown",
        "state_link": state_link(incident, victim).value,
    }


def count(incidents: Iterable[Counted], window: Window, *, as_of: date) -> SdgCount:
    """Return the victims of a period, each once for each incident."""
    rows: Counter[tuple[Code, str, str, str, str, StateLink]] = Counter()
    beside: Counter[str] = Counter()
    for incident in incidents:
        within = window.holds(incident.happened)
        if within is Holds.NO or incident.happened.counts_from > as_of:
            continue
        for victim in incident.victims:
            if victim.kind is TargetKind.OUTLET:
                continue
            _take(rows, beside, incident, victim, within)
    return SdgCount(
        rows=tuple(
            _row(key, rows[key])
            for code in Code
            for key in sorted(one for one in rows if one[0] is code)
        ),
        total=rows.total(),
        verified=beside["verified"],
        published=beside["published"],
        not_assessed=beside["not_assessed"],
        not_met=beside["not_met"],
        out_of_scope=beside["out_of_scope"],
        perhaps_in_period=beside["perhaps_in_period"],
        uncounted_groups=beside["uncounted_groups"],
        attempted_killings=beside["attempted_killings"],
    )


def _take(
    rows: Counter[tuple[Code, str, str, str, str, StateLink]],
    beside: Counter[str],
    incident: Counted,
    victim: Victim,
    within: Holds,
) -> None:
    number = victim.count
    function = function_of(victim)
    code, is_open = code_of(incident, victim)
    if number is None:
        beside["uncounted_groups"] += 1
    elif function is None:
        beside["out_of_scope"] += number
    elif code is None:
        attempted = Category.ATTEMPTED_KILLING in incident.categories
        beside["attempted_killings"] += number if attempted else 0
        beside["not_assessed" if is_open else "not_met"] += number
    elif within is Holds.PERHAPS:
        beside["perhaps_in_period"] += number
    else:
        is_published = incident.status is WorkflowStatus.PUBLISHED
        beside["published" if is_published else "verified"] += number
        key = (
            code,
            function,
            incident.country,
            victim.sex.value if victim.sex else "unknown",
            victim.age_group.value if victim.age_group else "unknown",
            state_link(incident, victim),
        )
        rows[key] += number


def _row(key: tuple[Code, str, str, str, str, StateLink], number: int) -> SdgRow:
    code, function, country, sex, age_group, link = key
    return SdgRow(
        code=code,
        function=function,
        country=country,
        sex=sex,
        age_group=age_group,
        state_link=link,
        count=number,
    )
