# SPDX-License-Identifier: Apache-2.0
"""Where a person is, by the last that the record says, as of any day and as known at any time.

A fold over what happened to them, in the order of its days. Silence is `unknown`, never free; the
day on which a sentence would have ended frees nobody.
Never here: whose incidents and facts they are, or who may read of them (app/services/people.py).
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.record import person_rules as rules
from app.domain.record.cases import known
from app.domain.record.dates import DateSpan, human, order_key
from app.domain.record.person_rules import Effect, Rule, Told
from app.domain.vocabulary import FactKind, PersonStanding

HELD = frozenset(
    {
        PersonStanding.IMPRISONED,
        PersonStanding.IN_PSYCHIATRIC_INSTITUTION,
        PersonStanding.UNDER_HOUSE_ARREST,
        PersonStanding.IN_DETENTION,
    }
)
"""Deprived of liberty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One incident, fact or statement about a person.

    `matters` are the incidents and cases it belongs to: an acquittal lifts what was of the same
    matter. `known_from` is since when it counts: verified by a second person.
    """

    id: str
    told: frozenset[Told]
    happened: DateSpan
    known_from: datetime
    retracted_at: datetime | None = None
    matters: frozenset[str] = frozenset()
    sequence: int = 0
    sentence_months: int | None = None
    for_life: bool = False
    suspended_sentence: bool = False
    in_absentia: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A standing and since when; `ids` are the incidents, facts and statements that say so."""

    state: PersonStanding
    since: DateSpan
    rule: str
    sentence: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a person is, with everything that explains it.

    `presumed_end` is the last day of the sentence by its length, of somebody imprisoned; whether
    it has passed says `is_past_presumed_end`. `last_known` is what an `unknown` came after.
    """

    state: PersonStanding
    since: DateSpan | None
    rule: str
    reasons: tuple[str, ...]
    ids: tuple[str, ...]
    presumed_end: date | None
    is_past_presumed_end: bool
    last_known: PersonStanding | None
    history: tuple[Turn, ...]
    as_of: date


@dataclass(slots=True)
class _Fold:
    """What the fold carries: holds not yet lifted, sentences by case, and the turns so far."""

    turns: list[Turn] = field(default_factory=list)
    holds: list[tuple[frozenset[str], Rule, Happening]] = field(default_factory=list)
    months: dict[frozenset[str], int] = field(default_factory=dict)
    starts: dict[frozenset[str], DateSpan] = field(default_factory=dict)

    @property
    def state(self) -> PersonStanding:
        return self.turns[-1].state if self.turns else PersonStanding.UNKNOWN


def standing(happenings: Iterable[Happening], *, as_of: date, known_at: datetime) -> Standing:
    """Return the standing on a day, as known at a time, from happenings in any order."""
    counting = [
        (one, _rule(one))
        for one in happenings
        if one.happened.counts_from <= as_of and known(one.known_from, one.retracted_at, known_at)
    ]
    fold = _Fold()
    for one, rule in sorted(counting, key=_order):
        # Also what says nothing of where somebody is: an appeal may have changed the sentence.
        _note_sentence(fold, one)
        if rule is not None:
            _take(fold, one, rule)
    return _told(fold, as_of)


def _rule(one: Happening) -> Rule | None:
    found = rules.rule_for(one.told)
    if found is None or found.effect is not Effect.WHERE_HELD:
        return found
    if one.suspended_sentence:
        return rules.SUSPENDED
    return found


def _order(row: tuple[Happening, Rule | None]) -> tuple[date, int, int, int, str]:
    """Order by day; what ends something comes after all that it may have ended."""
    one, rule = row
    is_ending = rule is not None and rule.effect in (Effect.FREE, Effect.LIFT, Effect.END)
    day, rank, sequence = order_key(one.happened, one.sequence)
    if is_ending and one.happened.latest != date.max:
        day = one.happened.latest
    return (day, int(is_ending), rank, sequence, one.id)


def _note_sentence(fold: _Fold, one: Happening) -> None:
    if one.suspended_sentence or one.in_absentia:
        return
    if one.for_life:
        fold.months.pop(one.matters, None)
    elif one.sentence_months is not None:
        fold.months[one.matters] = one.sentence_months
    if FactKind.SENTENCE_STARTED in one.told:
        fold.starts[one.matters] = one.happened
    elif FactKind.CONVICTED in one.told:
        fold.starts.setdefault(one.matters, one.happened)


def _take(fold: _Fold, one: Happening, rule: Rule) -> None:
    if fold.turns and fold.state in (PersonStanding.KILLED, PersonStanding.DIED):
        return
    match rule.effect:
        case Effect.HOLD | Effect.HOLD_WEAKLY:
            fold.holds.append((one.matters, rule, one))
            # An arrest carries out a sentence, or comes before it; it makes nobody less imprisoned.
            keeps = rule.effect is Effect.HOLD_WEAKLY and fold.state is PersonStanding.IMPRISONED
            _turn(fold, one, rule, fold.state if keeps else rule.standing)
        case Effect.WHERE_HELD:
            is_prison = one.sentence_months is None or one.sentence_months > 0
            if fold.state in HELD and is_prison and not one.in_absentia:
                fold.holds.append((one.matters, rule, one))
                _turn(fold, one, rule, rule.standing)
        case Effect.FREE:
            _free(fold, one, rule)
        case Effect.LIFT:
            _lift(fold, one, rule)
        case Effect.SET | Effect.END:
            fold.holds.clear()
            _turn(fold, one, rule, rule.standing)


def _free(fold: _Fold, one: Happening, rule: Rule) -> None:
    end = _presumed_end(fold)
    is_served = end is not None and one.happened.earliest >= end
    fold.holds.clear()
    fold.months.clear()
    served = rules.SERVED_RULE if is_served else rule
    _turn(fold, one, served, served.standing)


def _lift(fold: _Fold, one: Happening, rule: Rule) -> None:
    """Take away what was of this matter; of somebody who is not held it says nothing."""
    for matter in [key for key in fold.months if key & one.matters]:
        del fold.months[matter]
    left = [hold for hold in fold.holds if not hold[0] & one.matters]
    if len(left) == len(fold.holds):
        return
    fold.holds = left
    if left:
        _, last, happening = left[-1]
        _turn(fold, happening, last, last.standing)
    else:
        _turn(fold, one, rule, rule.standing)


def _turn(fold: _Fold, one: Happening, rule: Rule, state: PersonStanding) -> None:
    if fold.turns and fold.state is state:
        last = fold.turns[-1]
        ids = (*last.ids, *(() if one.id in last.ids else (one.id,)))
        fold.turns[-1] = Turn(
            state=state, since=last.since, rule=last.rule, sentence=last.sentence, ids=ids
        )
        return
    fold.turns.append(
        Turn(state=state, since=one.happened, rule=rule.id, sentence=rule.sentence, ids=(one.id,))
    )


def _presumed_end(fold: _Fold) -> date | None:
    """Return the last day of the longest sentence in force, from the latest day it may have begun."""
    ends = [
        _after(fold.starts[matter].latest, months)
        for matter, months in fold.months.items()
        if matter in fold.starts and fold.starts[matter].latest != date.max
    ]
    return max(ends, default=None)


def _after(day: date, months: int) -> date:
    """Return the day so many months later; the month's last day where it has no such day."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _told(fold: _Fold, as_of: date) -> Standing:
    if not fold.turns:
        return Standing(
            state=PersonStanding.UNKNOWN,
            since=None,
            rule=rules.SILENT,
            reasons=(rules.SILENT_SENTENCE,),
            ids=(),
            presumed_end=None,
            is_past_presumed_end=False,
            last_known=None,
            history=(),
            as_of=as_of,
        )
    last = fold.turns[-1]
    end = _presumed_end(fold) if last.state is PersonStanding.IMPRISONED else None
    before = fold.turns[-2].state if len(fold.turns) > 1 else None
    return Standing(
        state=last.state,
        since=last.since,
        rule=last.rule,
        reasons=tuple(_reasons(last, end, as_of)),
        ids=last.ids,
        presumed_end=end,
        is_past_presumed_end=end is not None and end < as_of,
        last_known=before if last.state is PersonStanding.UNKNOWN else None,
        history=tuple(fold.turns),
        as_of=as_of,
    )


def _said(span: DateSpan) -> str:
    """Say when; after an open start by when, for it began then at the latest and has not ended."""
    is_open = span.earliest == date.min
    return f"by {human(span).removeprefix('until ')}" if is_open else human(span)


def _reasons(last: Turn, end: date | None, as_of: date) -> Iterable[str]:
    yield f"{last.sentence} ({_said(last.since)})"
    if end is not None and end < as_of:
        yield f"The sentence would have ended by {end.isoformat()}; a release is not on record."
    elif end is not None:
        yield f"By its length the sentence ends by {end.isoformat()}."
    elif last.state in HELD:
        yield "A release is not on record."
