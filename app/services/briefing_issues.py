# SPDX-License-Identifier: Apache-2.0
"""The sections by issue that need more than their incidents: outlets, blocking, attacks, people.

Each function returns the blocks of one section.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from app.domain.record.briefing import Block, Run, Table
from app.domain.record.statistics import Window
from app.domain.vocabulary import Category, Polarity, Stage, TargetKind
from app.services import briefing_counts as counts
from app.services import briefing_dates
from app.services.briefing_incidents import kinds, person_name, roles
from app.services.briefing_justice import standing
from app.services.briefing_labels import label
from app.services.briefing_material import Material, Told
from app.services.briefing_measured import BlockedSite, Measured
from app.services.briefing_outlets import Change, outlets_of, table, untold
from app.services.briefing_sections import (
    MOST,
    context_of,
    incidents,
    nothing_after,
    patterns,
    told_in,
)
from app.services.briefing_sentences import is_punished, sentence_of
from app.services.briefing_summary import level_parts
from app.services.briefing_texts import Texts
from app.services.briefing_writing import Pen, plain

_FEW = 5


def simple(pen: Pen, material: Material, key: str) -> Iterator[Block]:
    """Tell of incidents and practices."""
    yield from incidents(pen, material, told_in(material, key))
    yield from patterns(pen, material, key, nothing_after)


def closures(
    pen: Pen, material: Material, changes: tuple[Change, ...], key: str
) -> Iterator[Block]:
    """Tell of closures or suspensions, with the outlets that fell under the same decisions."""
    found = told_in(material, key)
    yield from incidents(pen, material, found, outlets=lambda one: outlets_of(one, changes))
    yield from patterns(pen, material, key, nothing_after)
    if key == "closures":
        # Only what these two sections tell: an attack on an outlet says nothing of its closure.
        told = [*found[:MOST], *told_in(material, "suspensions")[:MOST]]
        yield from untold(pen, changes, told)
        yield from table(pen, changes)


def blocking(pen: Pen, material: Material, measured: Measured) -> Iterator[Block]:
    """Tell of declared blocks, then of what was measured and how far that reaches."""
    texts = pen.texts

    def beside(pattern: dict[str, Any]) -> tuple[Run, ...]:
        is_block = pattern["category"] == Category.ONLINE_CENSORSHIP
        return (Run(text=texts.say("pattern_blocking")),) if is_block else ()

    yield from incidents(pen, material, told_in(material, "blocking"))
    yield from patterns(pen, material, "blocking", beside)
    yield pen.numbered(Run(text=one) for one in _coverage(texts, measured, material.window))
    if measured.blocked:
        yield _blocked_table(texts, measured.blocked)


def _coverage(texts: Texts, measured: Measured, window: Window) -> Iterator[str]:
    coverage, number = measured.coverage, len(measured.blocked)
    if coverage.first is None or coverage.last is None:
        # A blocking that began an hour ago is on record before its day is counted.
        if not number:
            yield texts.say("measured_none")
    else:
        yield texts.say(
            "measured",
            days=coverage.days,
            whole=(window.last - window.first).days + 1,
            first=briefing_dates.day(texts, coverage.first),
            last=briefing_dates.day(texts, coverage.last),
            measurements=texts.count("measurements", coverage.measurements),
            sites=texts.count("sites", coverage.sites),
            vantages=texts.count("vantages", coverage.vantages),
            networks=texts.count("networks", coverage.networks),
        )
        yield texts.say("measured_limits")
    if number:
        sites = texts.count("sites", number)
        yield texts.say("measured_blocked", sites=sites, were=texts.count("were", number))
    elif coverage.days:
        yield texts.say("measured_nothing_blocked")


def _blocked_table(texts: Texts, blocked: tuple[BlockedSite, ...]) -> Table:
    names = ("site", "networks", "first_seen", "last_seen", "how", "confidence")
    return Table(
        caption=texts.say("blocked_table"),
        header=tuple(texts.of("columns", one) for one in names),
        rows=tuple(
            (
                urlsplit(one.url).hostname or one.url,
                ", ".join(_network(texts, asn) for asn in one.networks),
                briefing_dates.day(texts, one.since),
                briefing_dates.day(texts, one.until) if one.until else texts.word("ongoing"),
                ", ".join(label(texts, mechanism) for mechanism in one.mechanisms),
                label(texts, one.confidence),
            )
            for one in blocked
        ),
    )


def _network(texts: Texts, asn: int | None) -> str:
    return texts.word("unknown_network") if asn is None else f"AS{asn}"


def attacks(pen: Pen, material: Material) -> Iterator[Block]:
    """Tell of attacks: how much goes unpunished, each attack, and what is asserted beside it."""
    texts = pen.texts
    found = told_in(material, "attacks")
    sure = counts.crimes(material.incidents)
    if sure:
        yield pen.numbered(Run(text=one) for one in _shares(texts, sure))

    def beside(pattern: dict[str, Any]) -> tuple[Run, ...]:
        of_kind = [
            one for one in sure if pattern["category"] in {category for category, _ in one.kinds}
        ]
        share = counts.share(of_kind)
        if share.percent is None:
            return (Run(text=texts.say("claim_uncompared")),)
        said = texts.say(
            "claim_compared",
            percent=texts.percent(share.percent),
            n=share.complete,
            whole=share.assessed,
        )
        few = texts.say("share_few") if share.assessed < _FEW else ""
        return Run(text=said), Run(text=few)

    yield from incidents(pen, material, found)
    yield from patterns(pen, material, "attacks", beside)


def _shares(texts: Texts, sure: list[Told]) -> Iterator[str]:
    share = counts.share(sure)
    yield texts.say(
        "attacks_levels",
        incidents=texts.count("incidents", len(sure)),
        parts=level_parts(texts, counts.levels(sure)),
    )
    if share.percent is None:
        yield texts.say("share_unknown")
        return
    yield texts.say(
        "share",
        percent=texts.percent(share.percent),
        n=share.complete,
        whole=share.assessed,
        unassessed=share.not_assessed,
    )
    if share.assessed < _FEW:
        yield texts.say("share_few")


def persecution(pen: Pen, material: Material) -> Iterator[Block]:
    """Tell of people imprisoned or prosecuted, those of the wider context behind the others."""
    found, context = told_in(material, "persecution"), context_of(material, persecuted=True)

    def beside(one: Told) -> Iterator[Run]:
        for target in one.document["targets"]:
            said = standing(pen.texts, material, target)
            if said is not None:
                yield Run(text=pen.texts.say("standing", state=said))

    date = briefing_dates.day(pen.texts, material.as_of)
    yield from incidents(pen, material, found, beside=beside)
    yield from patterns(pen, material, "persecution", nothing_after)
    if context:
        yield plain(pen.texts.say("persecution_context"))
        yield from incidents(pen, material, context, beside=beside)
    rows = list(_people(pen, material, [*found[:MOST], *context[:MOST]]))
    if rows:
        names = ("person", "role", "recorded_as", "sentence", "stage", "standing", "told_in")
        yield Table(
            caption=pen.texts.say("people_table", date=date),
            header=tuple(pen.texts.of("columns", one) for one in names),
            rows=tuple(rows),
        )


def people_told(material: Material) -> int:
    """Return how many people are named as imprisoned or prosecuted."""
    context = context_of(material, persecuted=True)
    found = [*told_in(material, "persecution")[:MOST], *context[:MOST]]
    return len(
        {
            str(target["person"]["id"])
            for one in found
            for target in one.document["targets"]
            if target["person"] is not None
        }
    )


def _people(pen: Pen, material: Material, found: list[Told]) -> Iterator[tuple[str, ...]]:
    texts, unstated = pen.texts, pen.texts.word("not_stated")
    for one in found:
        for target in one.document["targets"]:
            name = person_name(texts, target["person"])
            if name is None:
                continue
            cases = [case for case in one.cases if _concerns(case, target)]
            person, alone = str(target["person"]["id"]), _is_alone(one)
            sentence = sentence_of(texts, cases, person, alone=alone)
            is_sentenced = is_punished(cases, person, alone=alone)
            stages = [label(texts, Stage(case["stage"])) for case in cases if case["stage"]]
            number = pen.told_in(str(one.document["id"]))
            yield (
                name,
                roles(texts, target) or unstated,
                kinds(texts, one.kinds),
                sentence or (unstated if is_sentenced else "–"),
                ", ".join(stages) or unstated,
                standing(texts, material, target) or unstated,
                str(number) if number else "",
            )


def _concerns(case: dict[str, Any], target: dict[str, Any]) -> bool:
    """Whether a case is against a person: its facts name them, or nobody."""
    if case["polarity"] != Polarity.REPRISAL:
        return False
    named = {str(fact["person"]["id"]) for fact in case["facts"] if fact["person"]}
    return not named or str(target["person"]["id"]) in named


def _is_alone(one: Told) -> bool:
    """Whether an act was aimed at one person only, so that what names nobody is about them."""
    targets = one.document["targets"]
    return len([one for one in targets if one["kind"] != TargetKind.OUTLET]) == 1


def context(pen: Pen, material: Material) -> Iterator[Block]:
    """Tell of the wider events and of what belongs to them."""
    found = context_of(material, persecuted=False)
    named = {
        str(one.document["event_group"]["id"])
        for one in (*material.incidents, *material.earlier)
        if one.document["event_group"]
    }
    for key, group in material.groups.items():
        if key in named:
            yield pen.numbered(_group(pen, group))
    yield from incidents(pen, material, found)


def _group(pen: Pen, group: dict[str, Any]) -> Iterator[Run]:
    texts, notes = pen.texts, pen.cite([group["source"]])
    name = texts.own(group["name"])
    if group["date"]:
        date = briefing_dates.plain(texts, group["date"])
        name = texts.say("group_dated", name=name, date=date)
    yield Run(text=name, strong=True, notes=notes)
    if group["summary"]:
        text = group["summary"]
        is_own = texts.is_own(text)
        said = text if is_own else f"{texts.say('quoted')} {texts.quoted(text)}"
        yield Run(text=said, notes=notes)
