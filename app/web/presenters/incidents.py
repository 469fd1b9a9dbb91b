# SPDX-License-Identifier: Apache-2.0
"""Incidents for people: what happened to whom, where and when, and the parts of a public document.

Works on the document as everybody gets it, in JSON values. Names are shown as they stand there: who
may be named was decided before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import (
    BlockingLink,
    Category,
    Impunity,
    LegalGround,
    Motive,
    PersonRole,
)
from app.web.presenters import justice, words
from app.web.presenters.justice import Justice
from app.web.presenters.sources import Source, source

LANGUAGES = {"en": "English", "kk": "Қазақша", "ru": "Русский"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name with the language it is written in, so that readers and their software know."""

    text: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """Whom it was aimed at, in the role they had."""

    name: str
    others: tuple[Name, ...]
    page: str | None
    employer: tuple[str, str] | None  # id and name of the outlet they worked at
    role: str
    harm: str
    claims: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A narrative in one language."""

    language: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """An incident in a list."""

    id: str
    title: str
    kinds: str
    date: str
    where: str
    country: str
    who: str
    is_context: bool
    justice: Justice
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """An incident as its own page."""

    row: IncidentRow
    ref: str | None
    texts: tuple[Text, ...]
    targets: tuple[TargetRow, ...]
    involved: tuple[str, ...]
    motive: str
    blocking: str
    decision: str
    event: str
    sources: tuple[Source, ...]
    updated: str


def incident_row(document: Mapping[str, Any]) -> IncidentRow:
    """Put a document into a line of a list."""
    return IncidentRow(
        id=str(document["id"]),
        title=document["title"],
        kinds=kinds(document),
        date=words.edtf(document["date"]["text"]),
        where=where(document),
        country=document["country"],
        who=words.listed([_name(one) for one in document["targets"][:4]]),
        is_context=document["scope"] == "context",
        justice=justice.justice(document),
        stages=tuple(justice.case_in_short(one) for one in document["cases"]),
    )


def incident_page(document: Mapping[str, Any]) -> IncidentPage:
    """Put a document into the parts of a page."""
    motive = Motive(document["motive"])
    link = document["blocking_link"]
    return IncidentPage(
        row=incident_row(document),
        ref=document["ref"],
        texts=texts(document["narrative"]),
        targets=tuple(target_row(one) for one in document["targets"]),
        involved=tuple(_involved(one) for one in document["involvements"]),
        motive="" if motive is Motive.NOT_ASSESSED else motive.sentence,
        blocking=BlockingLink(link).sentence if link else "",
        decision=decision(document["decision"]),
        event=document["event_group"]["name"] if document["event_group"] else "",
        sources=tuple(source(one) for one in document["sources"]),
        updated=words.from_text(document["updated_at"]),
    )


def kinds(document: Mapping[str, Any]) -> str:
    """Say the categories with their subtypes: 'physical attack (injury), detention'."""
    said = []
    for one in document["categories"]:
        label = Category(one["category"]).label
        subtype = words.label(one["subtype"]) if one["subtype"] else ""
        said.append(f"{label}: {subtype}" if subtype and subtype != label else label)
    return ", ".join(said)


def where(document: Mapping[str, Any]) -> str:
    """Say where, as exactly as the record tells the public."""
    location = document["location"]
    named = [location["place"], location["admin1"], words.place(document["country"])]
    return ", ".join(dict.fromkeys(one for one in named if one))


def _name(target: Mapping[str, Any]) -> str:
    if target["person"]:
        return str(target["person"]["name"])
    if target["outlet"]:
        return str(target["outlet"]["name"])
    if target["name_withheld"]:
        return "a person whose name is withheld"
    return str(target["description"] or "a group the source does not name")


def target_row(target: Mapping[str, Any]) -> TargetRow:
    """Put one target into words."""
    person = target["person"]
    roles = [role for role in (target["primary_role"], *target["other_roles"]) if role]
    said = [PersonRole(role).label for role in roles]
    if target["count"]:
        said.append(words.count(target["count"], "of them", "of them"))
    names = person["names"] if person else {}
    # Documents kept before it was recorded have no such field.
    employer = target.get("employer")
    return TargetRow(
        name=words.capital(_name(target)),
        others=tuple(
            Name(text=text, language=language)
            for language, text in sorted(names.items())
            if text != person["name"]
        ),
        page=_page_of(target),
        employer=(str(employer["id"]), employer["name"]) if employer else None,
        role=words.capital(", ".join(said)),
        harm=words.capital(target["harm"] or ""),
        claims=words.listed([words.label(one) for one in target["flags"]]),
    )


def _page_of(target: Mapping[str, Any]) -> str | None:
    for kind, path in (("person", "people"), ("outlet", "outlets")):
        if target[kind]:
            return f"/{path}/{target[kind]['id']}"
    return None


def _involved(one: Mapping[str, Any]) -> str:
    name = f"{one['person']['name']}, " if one["person"] else ""
    role = justice.ROLES[one["crime_role"]]
    status = words.label(one["status"])
    return words.capital(f"{name}{one['description']}: {role}; {status}")


def texts(narrative: Mapping[str, str]) -> tuple[Text, ...]:
    """Return the narratives, English first, each cut into its paragraphs."""
    order = sorted(narrative, key=lambda code: (code != "en", code))
    return tuple(
        Text(
            language=code,
            heading=LANGUAGES.get(code, code) if len(narrative) > 1 else "",
            paragraphs=tuple(re.split(r"\n\s*\n", narrative[code].strip())),
        )
        for code in order
        if narrative[code].strip()
    )


def decision(one: Mapping[str, Any] | None) -> str:
    """Say a decision: what it is, who took it, when, on which ground."""
    if one is None:
        return ""
    ground = LegalGround(one["ground"])
    parts = [one["title"], one["authority"], words.edtf(one["date"])]
    return ", ".join(part for part in parts if part) + f". Ground: {ground.sentence}"


def filter_in_words(
    country: str | None, category: Category | None, level: Impunity | None, q: str
) -> str:
    """Say a choice as part of a sentence: 'in Kazakhstan, of the kind detention'."""
    said = []
    if country:
        said.append(f"in {words.place(country)}")
    if category:
        said.append(f"of the kind “{category.label}”")
    if level:
        said.append(f"with “{justice.LEVELS[level].lower()}”")
    if q:
        said.append(f"mentioning “{q}”")
    return ", ".join(said)
