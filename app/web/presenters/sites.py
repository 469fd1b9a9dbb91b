# SPDX-License-Identifier: Apache-2.0
"""Sites for people: a state as a word, how access fails, in which network, since when."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from app.domain.vocabulary import (
    Confidence,
    Egress,
    Layer,
    Mechanism,
    SiteCondition,
    VantageHealth,
    VerdictState,
)
from app.web.presenters import words

CONDITIONS: dict[SiteCondition, str] = {
    SiteCondition.BLOCKED: "Blocked",
    SiteCondition.DOWN: "Down for everybody",
    SiteCondition.INCONCLUSIVE: "Cause not established",
    SiteCondition.SERVER_SIDE: "Refused by the site",
    SiteCondition.RECOVERING: "Answering again",
    SiteCondition.SUSPECT: "Being re-checked",
    SiteCondition.REACHABLE: "Reachable",
    SiteCondition.STALE: "No recent data",
    SiteCondition.UNKNOWN: "Not measured",
}
"""In the order a reader wants to choose from."""

VERDICTS: dict[VerdictState, str] = {
    VerdictState.OK: "Reached",
    VerdictState.BLOCKED: "Blocked",
    VerdictState.DOWN: "Down",
    VerdictState.SERVER_SIDE: "Refused by the site",
    VerdictState.INSUFFICIENT: "Cannot be said",
}

LAYERS: dict[Layer, str] = {
    Layer.DNS: "DNS",
    Layer.TCP: "connection",
    Layer.TLS: "TLS",
    Layer.HTTP: "HTTP",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """One site in one network."""

    where: str
    code: SiteCondition
    word: str
    sentence: str
    how: str
    confidence: str
    rule: str | None
    reasons: tuple[str, ...]
    since: datetime | date | None
    measured_at: datetime | date | None
    doubt: str
    vantages: int = 1

    @property
    def seen(self) -> str:
        """From how many vantages of the network it is seen so, where it is more than one."""
        return words.count(self.vantages, "vantage") if self.vantages > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """One site in a list, with the network that says the most about it first."""

    id: str
    host: str
    url: str
    code: SiteCondition
    word: str
    country: str
    category: str
    outlet: Mapping[str, Any] | None
    states: tuple[StateRow, ...]
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """Measurements in a row about which the rules say the same; one of them, or many."""

    at: datetime | date
    first_at: datetime | date
    number: int
    where: str
    code: VerdictState
    word: str
    how: str
    confidence: str
    rule: str
    rules_version: int
    reasons: tuple[str, ...]
    interference: bool

    @property
    def span(self) -> str:
        """When it was measured, or from when to when."""
        return words.span(self.first_at, self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRow:
    """One uninterrupted blocking, as one vantage saw it or several of a network alike."""

    site_id: str
    host: str
    where: str
    period: str
    is_open: bool
    how: str
    confidence: str
    rule: str
    note: str | None
    withdrawn: bool = False  # late measurements show that there was none
    vantages: int = 1

    @property
    def seen(self) -> str:
        """From how many vantages it was seen, where it is more than one."""
        return words.count(self.vantages, "vantage") if self.vantages > 1 else ""


def how(layer: Layer | None, mechanism: Mechanism | None) -> str:
    """Say how access fails: 'DNS: the resolver denies the name'."""
    if mechanism is None:
        return ""
    said = words.HOW[mechanism]
    return f"{LAYERS[layer]}: {said}" if layer else said


def confidence(level: Confidence | None, vantages: int) -> str:
    """Say how sure it is; what one vantage alone saw is never more than likely."""
    if level is None:
        return ""
    alone = vantages == 1 and level is not Confidence.CONFIRMED
    return f"{level.label}, one vantage" if alone else level.label


def state_row(state: Mapping[str, Any], *, agreeing: int) -> StateRow:
    """Put one standing state into words; `agreeing` vantages see the site so."""
    code: SiteCondition = state["state"]
    failing = code not in (SiteCondition.REACHABLE, SiteCondition.UNKNOWN, SiteCondition.STALE)
    return StateRow(
        where=words.network(state["country"], state["asn"]),
        code=code,
        word=CONDITIONS[code],
        sentence=code.sentence,
        how=how(state["layer"], state["mechanism"]) if failing else "",
        confidence=confidence(state["confidence"], agreeing) if failing else "",
        rule=state["rule"],
        reasons=tuple(state["reasons"] or ()),
        since=state["since"],
        measured_at=state["last_measured_at"],
        doubt=_doubt(state),
    )


def _doubt(state: Mapping[str, Any]) -> str:
    """Say why the state deserves caution, if it does."""
    if state["vantage_health"] in (VantageHealth.OFFLINE, VantageHealth.UNHEALTHY):
        return f"The vantage is {state['vantage_health'].label}; this is what it saw before."
    if state["maintenance"]:
        return "Announced work is going on here; nobody is told meanwhile."
    if state["flapping"]:
        return "It keeps changing between reached and not."
    return ""


def site_row(site: Mapping[str, Any]) -> SiteRow:
    """Put a site into words, the state named in its headline first."""
    code: SiteCondition = site["state"]
    ordered = sorted(site["states"], key=lambda one: one["state"] is not code)
    same = sum(one["state"] is code for one in site["states"])
    states = _together([state_row(one, agreeing=same) for one in ordered])
    return SiteRow(
        id=str(site["id"]),
        host=words.host(site["url"]),
        url=site["url"],
        code=code,
        word=CONDITIONS[code],
        country=words.place(site["country"]) if site["country"] else "",
        category=site["category"],
        outlet=site["outlet"],
        states=states,
        standing=_standing(site),
    )


def _together(rows: Sequence[StateRow]) -> tuple[StateRow, ...]:
    """Say once what several vantages of one network see alike: the longest, measured last."""
    found: dict[tuple[str, ...], StateRow] = {}
    for row in rows:
        key = (row.where, row.code, row.how, row.confidence, row.doubt)
        known = found.get(key)
        if known is None:
            found[key] = row
            continue
        found[key] = replace(
            known,
            vantages=known.vantages + 1,
            since=min((known.since, row.since), key=words.machine),
            measured_at=max((known.measured_at, row.measured_at), key=words.machine),
        )
    return tuple(found.values())


def _standing(site: Mapping[str, Any]) -> str:
    if site["is_canary"]:
        return "A canary: it tells whether a vantage itself is online, and is never accused."
    if not site["is_probed"]:
        return "Listed, not probed: its category is not measured unless an operator asks for it."
    return ""


def verdict_row(one: Mapping[str, Any]) -> VerdictRow:
    """Put one verdict of a timeline into words."""
    code: VerdictState = one["verdict"]
    return VerdictRow(
        at=one["measured_at"],
        first_at=one["measured_at"],
        number=1,
        where=_measured_in(one),
        code=code,
        word=VERDICTS[code],
        how=how(one["layer"], one["mechanism"]),
        confidence=one["confidence"].label if one["confidence"] else "",
        rule=one["rule"],
        rules_version=one["rules_version"],
        reasons=tuple(one["reasons"]),
        interference=one["interference"],
    )


def _measured_in(one: Mapping[str, Any]) -> str:
    """Say in which network it was measured, and if that was by others."""
    where = words.network(one["country"], one["asn"])
    return f"{where}, measured by others" if one["egress"] is Egress.IMPORTED else where


def in_a_row(verdicts: Sequence[VerdictRow]) -> list[VerdictRow]:
    """Say once what is said of many measurements in a row, latest first."""
    found: list[VerdictRow] = []
    for one in verdicts:
        last = found[-1] if found else None
        if last is None or replace(one, at=last.at, number=last.number) != replace(
            last, first_at=one.first_at
        ):
            found.append(one)
        else:
            found[-1] = replace(last, first_at=one.first_at, number=last.number + 1)
    return found


def episode_rows(episodes: Sequence[Mapping[str, Any]]) -> list[EpisodeRow]:
    """Put blockings into words; what several vantages of a network saw alike is said once."""
    found = Counter(_episode_row(one) for one in episodes)
    return [replace(row, vantages=number) for row, number in found.items()]


def _episode_row(one: Mapping[str, Any]) -> EpisodeRow:
    return EpisodeRow(
        site_id=str(one["site"]["id"]),
        host=words.host(one["site"]["url"]),
        where=words.network(one["country"], one["asn"]),
        period=words.period(one["since"], one["until"]),
        is_open=one["until"] is None,
        how=how(one["layer"], one["mechanism"]),
        confidence=one["confidence"].label,
        rule=one["rule"],
        note=one["note"],
        withdrawn=one["withdrawn"],
    )


def gap_lines(gaps: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say while when nothing was measured, and why."""
    return [
        f"{words.period(one['since'], one['until'])}, {words.network(one['country'], one['asn'])}: "
        f"{one['reason'].sentence}"
        for one in gaps
    ]
