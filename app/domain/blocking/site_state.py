# SPDX-License-Identifier: Apache-2.0
"""The standing state of one site in one vantage network, as a value that survives as plain JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar

from app.domain.vocabulary import Confidence, Layer, Mechanism, SiteCondition, VerdictState


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentFailure:
    """One round of the present series of failures."""

    at: datetime
    verdict_state: VerdictState
    failure_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """Everything the fold remembers. Times are UTC."""

    condition: SiteCondition = SiteCondition.UNKNOWN
    since: datetime | None = None  # when this condition was entered
    last_measured_at: datetime | None = None  # of any round that was carried out
    last_telling_at: datetime | None = None  # of a round that said something: success or failure
    # Of the last verdict that said why; a later "cannot say" does not wipe it out.
    layer: Layer | None = None
    mechanism: Mechanism | None = None
    confidence: Confidence | None = None
    rule: str | None = None
    failures_in_a_row: int = 0
    first_failure_at: datetime | None = None
    recent_failures: tuple[RecentFailure, ...] = ()
    oks_in_a_row: int = 0
    first_ok_at: datetime | None = None
    # The last bad condition since the site was last reachable, and when it began: a relapse while
    # recovering returns to it as if it had never ended.
    previous_bad: SiteCondition | None = None
    previous_bad_since: datetime | None = None
    # The open blocking episode, if any; it outlives gaps in the data.
    episode_since: datetime | None = None
    episode_mechanism: Mechanism | None = None
    # Of the present unbroken series of fetches that got nothing, whatever the cause.
    unreachable_since: datetime | None = None
    history: tuple[bool, ...] = ()  # last rounds that said something, oldest first: was it reached?
    turned_at: tuple[datetime, ...] = ()  # last changes between reached and not
    flapping: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON: text, numbers, lists, None."""
        return {
            "condition": self.condition.value,
            "layer": _value(self.layer),
            "mechanism": _value(self.mechanism),
            "confidence": _value(self.confidence),
            "rule": self.rule,
            "failures_in_a_row": self.failures_in_a_row,
            "recent_failures": [
                [failure.at.isoformat(), failure.verdict_state.value, failure.failure_class]
                for failure in self.recent_failures
            ],
            "oks_in_a_row": self.oks_in_a_row,
            "previous_bad": _value(self.previous_bad),
            "episode_mechanism": _value(self.episode_mechanism),
            "history": "".join("1" if reached else "0" for reached in self.history),
            "turned_at": [at.isoformat() for at in self.turned_at],
            "flapping": self.flapping,
            **{name: _text(getattr(self, name)) for name in _TIMES},
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; an empty mapping is a site never measured."""
        if not kept:
            return cls()
        return cls(
            condition=SiteCondition(kept["condition"]),
            layer=_term(Layer, kept["layer"]),
            mechanism=_term(Mechanism, kept["mechanism"]),
            confidence=_term(Confidence, kept["confidence"]),
            rule=kept["rule"],
            failures_in_a_row=kept["failures_in_a_row"],
            recent_failures=tuple(
                RecentFailure(
                    at=datetime.fromisoformat(at),
                    verdict_state=VerdictState(state),
                    failure_class=failure_class,
                )
                for at, state, failure_class in kept["recent_failures"]
            ),
            oks_in_a_row=kept["oks_in_a_row"],
            previous_bad=_term(SiteCondition, kept["previous_bad"]),
            episode_mechanism=_term(Mechanism, kept["episode_mechanism"]),
            history=tuple(bit == "1" for bit in kept["history"]),
            turned_at=tuple(datetime.fromisoformat(at) for at in kept["turned_at"]),
            flapping=kept["flapping"],
            **{name: _time(kept[name]) for name in _TIMES},
        )


_TIMES = (
    "since",
    "last_measured_at",
    "last_telling_at",
    "first_failure_at",
    "first_ok_at",
    "previous_bad_since",
    "episode_since",
    "unreachable_since",
)

AnyTerm = TypeVar("AnyTerm", Layer, Mechanism, Confidence, SiteCondition)


def _value(term: Layer | Mechanism | Confidence | SiteCondition | None) -> str | None:
    return None if term is None else term.value


def _term(kind: type[AnyTerm], value: str | None) -> AnyTerm | None:
    return None if value is None else kind(value)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
