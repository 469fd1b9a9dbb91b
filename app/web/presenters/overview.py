# SPDX-License-Identifier: Apache-2.0
"""The front page: one headline that is true, and an honest account of how far it can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import Confidence, Impunity, SiteCondition, VantageHealth, VantageRole
from app.services.overview import TROUBLE
from app.web.presenters import sites, words
from app.web.presenters.sites import SiteRow
from app.web.presenters.vantages import VantageRow, vantage_rows

_DOUBTFUL = (VantageHealth.OFFLINE, VantageHealth.UNHEALTHY)

TROUBLE_SAYS: dict[SiteCondition, str] = {
    SiteCondition.DOWN: "They fail for the controls as well: outages, not blocking.",
    SiteCondition.INCONCLUSIVE: "They keep failing, and no control can say why. Nobody is accused.",
    SiteCondition.SERVER_SIDE: "The sites themselves refuse or challenge visitors.",
    SiteCondition.RECOVERING: "They answer again; a few more successes are needed to count.",
    SiteCondition.SUSPECT: "They failed once; quick re-checks are running and nothing is claimed.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The one sentence the page opens with, and the one beneath it."""

    title: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with what it counts and where its rows are."""

    number: int
    words: str
    href: str
    is_loud: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Sites in one condition that is not blocking."""

    code: SiteCondition
    word: str
    says: str
    rows: tuple[SiteRow, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """From where it is measured, in sentences, with what cannot be known from there."""

    sentences: tuple[str, ...]
    vantages: tuple[VantageRow, ...]
    has_control: bool


def headline(view: Mapping[str, Any]) -> Headline:
    """Say what stands now; a vantage that is offline or in doubt accuses no site."""
    counts = view["sites"]
    field = field_vantages(view["vantages"])
    if counts["by_state"].get(SiteCondition.BLOCKED, 0):
        return Headline(title=_blocked(view), lead=_watched(counts, field))
    if field and all(one["health"] is VantageHealth.OFFLINE for one in field):
        who = "This vantage is" if len(field) == 1 else "Every vantage is"
        return Headline(
            title=f"{who} offline; it accuses no site",
            lead="Its own canaries do not answer, so what it sees says nothing about any site.",
        )
    if not counts["measured"]:
        return Headline(title="Nothing has been measured yet", lead=_waiting(counts, field))
    return Headline(title="No site is known to be blocked", lead=_watched(counts, field))


def figures(view: Mapping[str, Any]) -> list[Figure]:
    """Return the numbers of the front page, each leading to its rows."""
    sites_in, by_level = view["sites"]["by_state"], view["incidents"]["by_impunity"]
    blocked = sites_in.get(SiteCondition.BLOCKED, 0)
    complete = by_level.get(Impunity.COMPLETE_IMPUNITY, 0)
    partial = by_level.get(Impunity.PARTIAL_IMPUNITY, 0)
    return [
        Figure(
            number=blocked,
            words="site blocked now" if blocked == 1 else "sites blocked now",
            href="/sites?state=blocked",
            is_loud=blocked > 0,
        ),
        Figure(
            number=view["incidents"]["total"],
            words="incidents on record"
            if view["incidents"]["total"] != 1
            else "incident on record",
            href="/incidents",
        ),
        Figure(
            number=complete,
            words="in complete impunity",
            href="/incidents?impunity=complete_impunity",
            is_loud=complete > 0,
        ),
        Figure(
            number=partial,
            words="in partial impunity",
            href="/incidents?impunity=partial_impunity",
        ),
    ]


def field_vantages(vantages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the vantages that measure and are switched on."""
    return [one for one in vantages if one["role"] is VantageRole.FIELD and one["is_enabled"]]


def _blocked(view: Mapping[str, Any]) -> str:
    """Count what is confirmed apart from what is probable, each with its countries."""
    sure: list[set[str | None]] = []
    probable: list[set[str | None]] = []
    for site in view["blocked"]:
        states = [one for one in site["states"] if one["state"] is SiteCondition.BLOCKED]
        confirmed = any(one["confidence"] is Confidence.CONFIRMED for one in states)
        (sure if confirmed else probable).append({one["country"] for one in states})
    unlisted = view["sites"]["by_state"][SiteCondition.BLOCKED] - len(view["blocked"])
    if not sure:
        number = len(probable) + unlisted
        verb = "is" if number == 1 else "are"
        return words.capital(
            f"{words.count(number, 'site')} {verb} probably blocked{_places(probable)}"
        )
    number = len(sure) + unlisted
    said = f"{words.count(number, 'site')} {'is' if number == 1 else 'are'} blocked{_places(sure)}"
    if probable:
        said += f", {words.number_word(len(probable))} more probably{_places(probable)}"
    return words.capital(said)


def _places(countries: Sequence[set[str | None]]) -> str:
    named = sorted({words.place(one) for found in countries for one in found if one})
    if len(named) > 2:
        return f" in {words.count(len(named), 'country', 'countries')}"
    return f" in {words.listed(named)}" if named else ""


def _watched(counts: Mapping[str, Any], field: Sequence[Mapping[str, Any]]) -> str:
    said = f"{words.count(counts['measured'], 'site')} measured from "
    return words.capital(f"{said}{words.count(len(field), 'vantage')}.")


def _waiting(counts: Mapping[str, Any], field: Sequence[Mapping[str, Any]]) -> str:
    if not field:
        return "No vantage is set up, so nothing is known about any site."
    if not counts["probed"]:
        return "No site is on the list of those to probe, so nothing is known about any."
    return words.capital(
        f"{words.count(counts['probed'], 'site')} will be; until then nothing is known about them."
    )


def troubles(view: Mapping[str, Any]) -> list[Trouble]:
    """Return what else is wrong, kept apart from blocking; conditions without a site are left out."""
    return [
        Trouble(
            code=code,
            word=sites.CONDITIONS[code],
            says=TROUBLE_SAYS[code],
            rows=tuple(sites.site_row(one) for one in view["trouble"][code]),
            total=view["sites"]["by_state"].get(code, 0),
        )
        for code in TROUBLE
        if view["trouble"][code]
    ]


def coverage(view: Mapping[str, Any]) -> Coverage:
    """Say from where it is measured, and what cannot be known from there."""
    field = field_vantages(view["vantages"])
    return Coverage(
        sentences=tuple(_coverage_sentences(view, field)),
        vantages=tuple(vantage_rows(view["vantages"])),
        has_control=bool(view["controls"]),
    )


def _coverage_sentences(view: Mapping[str, Any], field: Sequence[Mapping[str, Any]]) -> list[str]:
    counts = view["sites"]
    said = [
        words.capital(
            f"{words.count(counts['probed'], 'site')} of {counts['listed']} listed are probed, "
            f"from {words.count(len(field), 'vantage')}."
        )
    ]
    doubtful = [one for one in field if one["health"] in _DOUBTFUL]
    if doubtful:
        said.append(_in_doubt(len(doubtful), len(field)))
    if field and all(one["country"] is None for one in field):
        said.append("No vantage has a country set, so none of this counts for a country.")
    if not view["controls"]:
        said.append("There is no control, so blocked and down cannot be told apart from here.")
    stale = counts["by_state"].get(SiteCondition.STALE, 0)
    if stale:
        said.append(
            words.capital(f"{words.count(stale, 'site')} had no measurement lately: a gap, not up.")
        )
    return said


def _in_doubt(doubtful: int, total: int) -> str:
    if total == 1:
        return "The vantage's own connection fails its check; it accuses no site."
    return words.capital(
        f"{words.count(doubtful, 'vantage')} of {total} fail the check of their own connection "
        "and accuse no site."
    )
