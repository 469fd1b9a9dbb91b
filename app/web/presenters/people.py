# SPDX-License-Identifier: Apache-2.0
"""People for people: where they are by the last that is on record, and all that it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import CrimeRole, InvolvementStatus, PersonRole, PersonStanding
from app.web.presenters import justice, words
from app.web.presenters.sources import Source, source

_MARKS = {
    PersonStanding.KILLED: "shut",
    PersonStanding.DIED: "shut",
    PersonStanding.MISSING: "shut",
    PersonStanding.IMPRISONED: "blocked",
    PersonStanding.IN_PSYCHIATRIC_INSTITUTION: "blocked",
    PersonStanding.UNDER_HOUSE_ARREST: "blocked",
    PersonStanding.IN_DETENTION: "blocked",
    PersonStanding.EXILED: "inconclusive",
    PersonStanding.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where somebody is; `mark` is the shape beside it."""

    mark: str
    word: str
    since: str
    reasons: tuple[str, ...]
    rule: str
    is_past_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One incident aimed at somebody, in the role and at the outlet they had."""

    id: str
    title: str
    date: str
    as_what: str
    outlet_id: str | None
    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """One standing in the history."""

    when: str
    word: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """What a source states, where no incident and no case says it."""

    when: str
    word: str
    detail: str
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """Somebody the record names, what was done to them, and what they were sentenced to."""

    id: str
    name: str
    others: Mapping[str, str]
    country: str
    country_code: str | None
    summary: str
    roles: str
    standing: Standing | None
    incidents: tuple[tuple[str, str], ...]
    cases: tuple[str, ...]
    claims: str


def person_row(view: Mapping[str, Any]) -> PersonRow:
    """Put a person into words."""
    claims = [flag for one in view["targeted_in"] for flag in one["flags"]]
    standing = view["standing"]
    return PersonRow(
        id=str(view["id"]),
        name=view["name"],
        others={code: name for code, name in sorted(view["names"].items()) if name != view["name"]},
        country=words.place(view["country"]) if view["country"] else "",
        country_code=view["country"],
        summary=view["summary"] or "",
        roles=words.capital(", ".join(PersonRole(role).label for role in view["roles"])),
        standing=_standing(standing) if standing else None,
        incidents=tuple((str(one["id"]), one["title"]) for one in view["targeted_in"]),
        cases=tuple(justice.case_in_short(one) for one in view["cases"]),
        claims=words.listed([words.label(one) for one in dict.fromkeys(claims)]),
    )


def _standing(view: Mapping[str, Any]) -> Standing:
    state = PersonStanding(view["state"])
    since = view["since"]
    return Standing(
        mark=_MARKS.get(state, "reachable"),
        word=_word(state),
        since=_since(since["text"]) if since else "",
        reasons=tuple(view["reasons"]),
        rule=view["rule"],
        is_past_end=view["is_past_presumed_end"],
    )


def _word(state: PersonStanding) -> str:
    return "Not known" if state is PersonStanding.UNKNOWN else words.capital(state.label)


def _since(text: str) -> str:
    said = words.edtf(text)
    if text.startswith("../"):
        # It began by then at the latest, and nobody says that it ended then.
        return f"since {said.removeprefix('until ')} or before"
    return said if "/" in text else f"since {said}"


def _when(text: str) -> str:
    said = words.edtf(text)
    return f"By {said.removeprefix('until ')}" if text.startswith("../") else words.capital(said)


def turn_row(view: Mapping[str, Any]) -> TurnRow:
    """Put one standing of the history into words."""
    return TurnRow(
        when=_when(view["since"]["text"]),
        word=_word(PersonStanding(view["state"])),
        sentence=view["sentence"],
    )


def statement_row(view: Mapping[str, Any]) -> StatementRow:
    """Put a statement into words."""
    return StatementRow(
        when=words.capital(words.edtf(view["date"]["text"])),
        word=_word(PersonStanding(view["standing"])),
        detail=view["detail"] or "",
        source=source(view["source"]) if view["source"] else None,
    )


def done_row(view: Mapping[str, Any]) -> Done:
    """Put an incident aimed at somebody into a line."""
    employer = view["employer"]
    return Done(
        id=str(view["id"]),
        title=view["title"],
        date=words.capital(words.edtf(view["date"])),
        as_what=", ".join(PersonRole(role).label for role in view["roles"]),
        outlet_id=str(employer["id"]) if employer else None,
        outlet=employer["name"] if employer else "",
    )


def involved_row(view: Mapping[str, Any]) -> Done:
    """Put an incident in which somebody is said to have had a part into a line."""
    said = f"{CrimeRole(view['crime_role']).label}, {InvolvementStatus(view['status']).label}"
    return Done(
        id=str(view["id"]),
        title=view["title"],
        date=words.capital(words.edtf(view["date"])),
        as_what=said,
        outlet_id=None,
        outlet="",
    )
