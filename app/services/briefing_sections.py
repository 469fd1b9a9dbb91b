# SPDX-License-Identifier: Apache-2.0
"""Which incident and which practice is told in which section, and in what order.

Each incident is told once: in the section of its first category, the most severe first. What belongs
to the wider context is told apart. Never here: sentences about one incident (briefing_incidents.py).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.domain.record import dates
from app.domain.record.briefing import Block, Run, Section
from app.domain.vocabulary import IMPUNITY_APPLICABLE, Category, Impunity, LegalGround
from app.services import briefing_dates
from app.services.briefing_incidents import kinds, what_happened
from app.services.briefing_justice import what_justice_did
from app.services.briefing_labels import label
from app.services.briefing_material import Material, Told
from app.services.briefing_writing import Pen, plain

MOST = 40
"""Incidents told in one section; the others are counted and their number is said."""

ISSUES = (
    "closures", "suspensions", "suits", "blocking", "attacks", "persecution", "assembly", "other",
)  # fmt: skip
"""The sections by issue, in their order; `context` follows them."""

_SUITS = frozenset({"defamation", "insult_of_official"})
_BY_CATEGORY: dict[Category, str] = {
    Category.OUTLET_MEASURE: "closures",
    Category.CIVIL_SUIT: "suits",
    Category.ONLINE_CENSORSHIP: "blocking",
    Category.DETENTION: "persecution",
    Category.CRIMINAL_PROSECUTION: "persecution",
    Category.EXTRADITION_RENDITION: "persecution",
    Category.ASSEMBLY_RESTRICTION: "assembly",
}
_LEVELS = (
    (Impunity.COMPLETE_IMPUNITY,),
    (Impunity.PARTIAL_IMPUNITY,),
    (Impunity.NOT_ASSESSED, Impunity.NOT_APPLICABLE),
    (Impunity.FULL_JUSTICE,),
)


def section_of(category: Category, subtype: str | None) -> str:
    """Return the key of the section that tells of a kind of act."""
    if category in IMPUNITY_APPLICABLE:
        return "attacks"
    if category is Category.OUTLET_MEASURE and subtype == "suspension":
        return "suspensions"
    if category is Category.CRIMINAL_PROSECUTION and subtype in _SUITS:
        return "suits"
    return _BY_CATEGORY.get(category, "other")


def by_weight(one: Told) -> tuple[int, int, int, str]:
    """Order incidents: severity, then how little justice was done, then the later, then the id."""
    level = Impunity(one.document["impunity"]["level"])
    justice = next(place for place, same in enumerate(_LEVELS) if level in same)
    severity = one.document["severity_level"]
    return (severity, justice, -one.happened.latest.toordinal(), str(one.document["id"]))


def told_in(material: Material, key: str) -> list[Told]:
    """Return the incidents of a section by issue, in the order they are told."""
    found = [*material.incidents, *material.earlier]
    of_it = [one for one in found if one.is_media and section_of(*one.kinds[0]) == key]
    return sorted(of_it, key=by_weight)


def context_of(material: Material, *, persecuted: bool) -> list[Told]:
    """Return the incidents of the wider context: the persecuted, or all others."""
    found = [one for one in (*material.incidents, *material.earlier) if not one.is_media]
    of_it = [one for one in found if _is_persecution(one) is persecuted]
    return sorted(of_it, key=by_weight)


def _is_persecution(one: Told) -> bool:
    has_person = any(target["kind"] == "person" for target in one.document["targets"])
    return has_person and section_of(*one.kinds[0]) in ("persecution", "suits")


def section(pen: Pen, key: str, blocks: Iterable[Block]) -> Section | None:
    """Make a section; None where it would be empty."""
    found = tuple(blocks)
    heading = pen.texts.of("headings", key)
    return Section(key=key, heading=heading, blocks=found) if found else None


def incidents(
    pen: Pen,
    material: Material,
    found: list[Told],
    outlets: Callable[[Told], Iterable[str]] = lambda _: (),
    beside: Callable[[Told], Iterable[Run]] = lambda _: (),
) -> Iterator[Block]:
    """Tell incidents, each in a numbered paragraph; `beside` is what else is known of one."""
    earlier = {id(one) for one in material.earlier}
    for one in found[:MOST]:
        sentences = [*what_happened(pen, one, material, outlets=outlets(one))]
        sentences += [*what_justice_did(pen, one), *beside(one)]
        if id(one) in earlier:
            sentences.append(Run(text=pen.texts.say("earlier_mark"), emphasis=True))
        yield pen.numbered(sentences, about=[str(one.document["id"])])
    more = len(found) - MOST
    if more > 0:
        texts = pen.texts
        yield plain(
            texts.say(
                "section_more",
                incidents=texts.count("incidents", more),
                are=texts.count("are", more),
            )
        )


def patterns(
    pen: Pen, material: Material, key: str, after: Callable[[dict[str, Any]], Iterable[Run]]
) -> Iterator[Block]:
    """Tell the practices of a section; `after` adds what stands beside each."""
    for one in material.patterns:
        if section_of(Category(one["category"]), one["subtype"]) == key:
            yield pen.numbered([*_pattern(pen, one), *after(one)])


def nothing_after(_pattern: dict[str, Any]) -> tuple[Run, ...]:
    """Add nothing to a practice."""
    return ()


def _pattern(pen: Pen, one: dict[str, Any]) -> Iterator[Run]:
    texts = pen.texts
    said = kinds(texts, [(Category(one["category"]), one["subtype"])])
    yield Run(text=texts.say("pattern", kinds=said))
    yield Run(text=texts.quoted(one["statement"]), notes=pen.cite([one["source"]]))
    if one["date"]:
        dates.parse(one["date"])
        when = briefing_dates.plain(texts, one["date"])
        yield Run(text=texts.say("pattern_when", date=when))
    if one["ground"]:
        ground = label(texts, LegalGround(one["ground"]))
        yield Run(text=texts.say("pattern_ground", ground=ground))
