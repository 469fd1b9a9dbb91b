# SPDX-License-Identifier: Apache-2.0
"""Outlets for people: a headline, three axes, and the dated history behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.vocabulary import (
    Base,
    DecisionKind,
    LegalGround,
    Mechanism,
    OutletAxis,
    Publication,
    Reachability,
)
from app.web.presenters import words
from app.web.presenters.sources import Source, source

AXES: dict[OutletAxis, str] = {
    OutletAxis.PUBLICATION: "Publication",
    OutletAxis.REACHABILITY: "Reachability",
    OutletAxis.BASE: "Base",
}
_VALUES: dict[OutletAxis, type[Publication] | type[Reachability] | type[Base]] = {
    OutletAxis.PUBLICATION: Publication,
    OutletAxis.REACHABILITY: Reachability,
    OutletAxis.BASE: Base,
}
_SHUT = frozenset(
    {
        Publication.SUSPENDED,
        Publication.CLOSED,
        Publication.CLOSED_BY_COURT,
        Publication.CLOSED_BY_REGULATOR,
        Publication.CLOSED_BY_OWNER,
        Publication.SEIZED,
        Publication.CEASED_UNKNOWN,
    }
)
_BLOCKED = frozenset(
    {Reachability.BLOCKED_BOTH, Reachability.BLOCKED_DECLARED, Reachability.BLOCKED_MEASURED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What holds on one axis now."""

    name: str
    word: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRow:
    """An outlet in a list; `mark` is the shape beside its headline."""

    id: str
    name: str
    country: str
    country_code: str
    is_group: bool
    mark: str
    word: str
    since: str
    ground: str
    authority: str
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One dated change on one axis."""

    axis: str
    word: str
    sentence: str
    period: str
    why: str
    decision: str
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachRow:
    """Whether readers of one country reach it, and in which networks not."""

    country: str
    mark: str
    word: str
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingRow:
    """One measured blocking of one of the outlet's sites."""

    site_id: str
    host: str
    period: str
    how: str
    where: str


def outlet_row(view: Mapping[str, Any]) -> OutletRow:
    """Put an outlet's present condition into words; where the history is there, as it dates it."""
    dates = {
        str(one["valid_from"]["earliest"]): one["valid_from"]["text"]
        for one in view.get("history", ())
    }
    status = str(view["status"])
    ground = view["ground"]
    return OutletRow(
        id=str(view["id"]),
        name=view["name"],
        country=words.place(view["country"]),
        country_code=view["country"],
        is_group=view["is_group"],
        mark=_mark(status),
        word=words.capital(words.label(status)) if status != "unknown" else "Not known",
        since=_since(view["since"], dates),
        ground=LegalGround(ground).sentence.rstrip(".") if ground else "",
        authority=view["authority"] or "",
        axes=tuple(_axis(axis, view[axis.value]) for axis in AXES),
    )


def _since(since: date | None, dates: Mapping[str, str]) -> str:
    if since is None:
        return ""
    if str(since) in dates:
        text = dates[str(since)]
        return words.edtf(text) if "/" in text else f"since {words.edtf(text)}"
    # The day may be the first of a span the source gives: the year is what can be said for certain.
    return f"since {since.year}"


def _mark(status: str) -> str:
    """Return the class of the mark: shut as what is blocked, operating as what is reached."""
    if status in _SHUT:
        return "shut"
    if status in _BLOCKED:
        return "blocked"
    return {Publication.OPERATING: "reachable", "unknown": "unknown"}.get(status, "inconclusive")


def _axis(axis: OutletAxis, value: str) -> Axis:
    term = _VALUES[axis](value)
    word = "Not known" if value == "unknown" else words.capital(term.label)
    return Axis(
        name=AXES[axis], word=word, sentence="" if term.sentence == "Not known." else term.sentence
    )


def event_row(event: Mapping[str, Any]) -> EventRow:
    """Put one event of the history into words."""
    axis = OutletAxis(event["axis"])
    said = _axis(axis, event["value"])
    start, end = words.edtf(event["valid_from"]["text"]), words.edtf(event["valid_to"])
    why = [
        f"Ground: {LegalGround(event['ground']).sentence.rstrip('.')}" if event["ground"] else "",
        event["statute"] or "",
        event["authority"] or "",
        f"In {words.place(event['territory'])}" if event["territory"] else "",
        ", ".join(event["scope"]),
    ]
    return EventRow(
        axis=said.name,
        word=said.word,
        sentence=said.sentence,
        period=words.capital(f"{start} to {end}" if end else start),
        why=" · ".join(one for one in why if one),
        decision=_decision(event["decision"]),
        source=source(event["source"]) if event["source"] else None,
    )


def _decision(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return ""
    kind = DecisionKind(one["kind"])
    said = "" if kind is DecisionKind.UNKNOWN else f", {kind.label}"
    return f"{one['title']}{said}, {words.edtf(one['date'])}"


def reach_row(view: Mapping[str, Any]) -> ReachRow:
    """Put what is known of one country's readers into words."""
    value = str(view["reachability"])
    return ReachRow(
        country=words.place(view["country"]),
        mark="reachable" if value == Reachability.REACHABLE else _mark(value),
        word=_axis(OutletAxis.REACHABILITY, value).word,
        networks=tuple(_network(one) for one in view["networks"]),
    )


def _network(one: Mapping[str, Any]) -> str:
    where = f"AS{one['asn']}" if one["asn"] else "a network of few vantages"
    said = f"{where}: {Reachability(one['measured']).label} {words.since(one['since'])}"
    return words.capital(said.rstrip())


def blocking_row(one: Mapping[str, Any]) -> BlockingRow:
    """Put one measured blocking into words."""
    start: date = one["since"]
    return BlockingRow(
        site_id=str(one["site_id"]),
        host=words.host(one["url"]),
        period=words.capital(words.period(start, one["until"])),
        how=words.HOW[Mechanism(one["mechanism"])],
        where=words.place(one["country"]) if one["country"] else "",
    )
