# SPDX-License-Identifier: Apache-2.0
"""A country for people: those held or prosecuted, practices without particulars, what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import Category, LegalGround, PersonRole
from app.web.presenters import justice, words
from app.web.presenters.sources import Source, source


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody the record names, what was done to them, and what they were sentenced to."""

    name: str
    others: Mapping[str, str]
    roles: str
    incidents: tuple[tuple[str, str], ...]
    cases: tuple[str, ...]
    claims: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRow:
    """A practice; never counted as incidents."""

    statement: str
    kind: str
    ground: str
    date: str
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationRow:
    """Who is asked by whom to do what."""

    text: str
    who: str
    when: str
    status: str
    source: Source | None


def person_row(view: Mapping[str, Any]) -> PersonRow:
    """Put a person into words."""
    claims = [flag for one in view["targeted_in"] for flag in one["flags"]]
    return PersonRow(
        name=view["name"],
        others={code: name for code, name in sorted(view["names"].items()) if name != view["name"]},
        roles=words.capital(", ".join(PersonRole(role).label for role in view["roles"])),
        incidents=tuple((str(one["id"]), one["title"]) for one in view["targeted_in"]),
        cases=tuple(justice.case_in_short(one) for one in view["cases"]),
        claims=words.listed([words.label(one) for one in dict.fromkeys(claims)]),
    )


def pattern_row(view: Mapping[str, Any]) -> PatternRow:
    """Put a practice into words."""
    kind = Category(view["category"]).label
    if view["subtype"]:
        kind += f": {words.label(view['subtype'])}"
    ground = LegalGround(view["ground"]).sentence.rstrip(".") if view["ground"] else ""
    return PatternRow(
        statement=view["statement"],
        kind=kind,
        ground=ground,
        date=words.edtf(view["date"]),
        source=source(view["source"]) if view["source"] else None,
    )


def recommendation_row(view: Mapping[str, Any]) -> RecommendationRow:
    """Put what is asked into words."""
    by = f"asked by {view['asked_by']}" if view["asked_by"] else ""
    said = [f"To: {view['addressee']}", by]
    next_check = f"next check: {view['next_check']}" if view["next_check"] else ""
    return RecommendationRow(
        text=view["text"],
        who=", ".join(one for one in said if one),
        when=" · ".join(one for one in (words.edtf(view["made_on"]), next_check) if one),
        status=words.label(view["status"]),
        source=source(view["source"]) if view["source"] else None,
    )
