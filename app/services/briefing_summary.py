# SPDX-License-Identifier: Apache-2.0
"""The first section of a briefing: how much, more or less than before, and what is not known."""

from collections.abc import Iterator
from datetime import timedelta

from app.domain.record.briefing import Block, Section, Table
from app.domain.record.statistics import Window
from app.domain.vocabulary import Category, Impunity, TargetKind
from app.services import briefing_counts as counts
from app.services import briefing_dates
from app.services.briefing_counts import Tally
from app.services.briefing_figures import chart
from app.services.briefing_labels import label
from app.services.briefing_material import Audience, Material
from app.services.briefing_measured import Measured
from app.services.briefing_texts import Texts
from app.services.briefing_writing import plain

DAY = timedelta(days=1)


def summary(texts: Texts, material: Material, measured: Measured, people: int) -> Section:
    """Write the summary; `people` are those the briefing tells of as imprisoned or prosecuted."""
    return Section(
        key="summary",
        heading=texts.of("headings", "summary"),
        blocks=tuple(_blocks(texts, material, measured, people)),
    )


def period(texts: Texts, window: Window) -> str:
    """Say a period by months where it consists of whole ones, else by days."""
    whole = window.first.day == 1 and window.last.month != (window.last + DAY).month
    first, last = (
        briefing_dates.plain(texts, f"{day:%Y-%m}" if whole else day.isoformat())
        for day in (window.first, window.last)
    )
    return first if first == last else texts.say("period", first=first, last=last)


def level_parts(texts: Texts, found: dict[Impunity, int]) -> str:
    """Say how many stand at each level: 'partial impunity: 1'."""
    return texts.listed(
        texts.say("summary_level", level=label(texts, level), n=count)
        for level, count in found.items()
    )


def _blocks(texts: Texts, material: Material, measured: Measured, people: int) -> Iterator[Block]:
    now = counts.tally(material.incidents, material.window)
    before = counts.tally(material.before_it, material.before)
    yield plain(*_totals(texts, material, now))
    yield plain(*_trend(texts, material, now, before))
    if now.by_category:
        yield _table(texts, material, now, before)
    drawn = chart(texts, material)
    if drawn is not None:
        yield drawn
    yield plain(*_justice(texts, material, people))
    yield plain(texts.say("unknown_lead"), *_unknown(texts, material, measured, now))


def _totals(texts: Texts, material: Material, now: Tally) -> Iterator[str]:
    if not (now.surely or now.perhaps):
        yield texts.say("summary_none")
    else:
        yield texts.say(
            "summary_total",
            incidents=texts.count("incidents", now.surely),
            lie=texts.count("lie", now.surely),
        )
    if now.perhaps:
        yield texts.say(
            "summary_perhaps",
            incidents=texts.count("incidents", now.perhaps),
            their=texts.count("their", now.perhaps),
        )
    context = [one for one in (*material.incidents, *material.earlier) if not one.is_media]
    if context:
        yield texts.say(
            "summary_context",
            incidents=texts.count("incidents", len(context)),
            are=texts.count("are", len(context)),
        )


def _trend(texts: Texts, material: Material, now: Tally, before: Tally) -> Iterator[str]:
    said = period(texts, material.before)
    if not before.surely:
        yield texts.say("trend_none", period=said)
        return
    difference = now.surely - before.surely
    key = "trend_more" if difference > 0 else "trend_fewer" if difference else "trend_same"
    yield texts.say(
        key,
        period=said,
        before=texts.count("incidents", before.surely),
        difference=abs(difference),
    )
    yield texts.say("trend_caution")


def _table(texts: Texts, material: Material, now: Tally, before: Tally) -> Table:
    names = ["category", "this_period", "may_lie"]
    if before.surely:
        names += ["period_before", "may_lie_before"]
    found = [one for one in Category if one in now.by_category or one in before.by_category]
    rows = []
    for category in found:
        numbers = list(now.by_category.get(category, (0, 0)))
        if before.surely:
            numbers += before.by_category.get(category, (0, 0))
        rows.append((label(texts, category), *map(str, numbers)))
    key = "category_table_desk" if material.audience is Audience.DESK else "category_table"
    several = any(len({kind for kind, _ in one.kinds}) > 1 for one in material.incidents)
    note = f" {texts.say('overlap')}" if several else ""
    return Table(
        caption=texts.say(key) + ("." + note if note else ""),
        header=tuple(texts.of("columns", one) for one in names),
        rows=tuple(rows),
    )


def _justice(texts: Texts, material: Material, people: int) -> Iterator[str]:
    found = counts.levels(counts.crimes(material.incidents))
    if found:
        yield texts.say("summary_levels", parts=level_parts(texts, found))
    if people:
        yield texts.say("summary_people", people=texts.count("people", people))


def _unknown(texts: Texts, material: Material, measured: Measured, now: Tally) -> Iterator[str]:
    said = []
    if now.perhaps:
        said.append(texts.say("unknown_dates", incidents=texts.count("incidents", now.perhaps)))
    open_levels = counts.levels(counts.crimes(material.incidents)).get(Impunity.NOT_ASSESSED, 0)
    if open_levels:
        said.append(texts.say("unknown_levels", incidents=texts.count("incidents", open_levels)))
    groups = sum(
        target["kind"] == TargetKind.GROUP and target["count"] is None
        for one in (*material.incidents, *material.earlier)
        for target in one.document["targets"]
    )
    if groups:
        said.append(
            texts.say(
                "unknown_groups",
                groups=texts.count("groups", groups),
                are=texts.count("are", groups),
            )
        )
    number = len(material.patterns)
    if number:
        practices = texts.count("practices", number)
        said.append(
            texts.say("unknown_patterns", practices=practices, are=texts.count("are", number))
        )
    said.append(texts.say("unknown_end" if measured.coverage.days else "unknown_measured"))
    yield from said
