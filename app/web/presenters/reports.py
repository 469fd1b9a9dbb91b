# SPDX-License-Identifier: Apache-2.0
"""Reports for whoever decides on them: what was read, what was left over, and what is suggested."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.vocabulary import ReportStatus
from app.web.presenters import words
from app.web.presenters.reading import TRUSTED

DECIDED = {
    ReportStatus.NEW: "Nobody has decided",
    ReportStatus.ACCEPTED: "Accepted",
    ReportStatus.ATTACHED: "Attached to an incident",
    ReportStatus.REJECTED: "Set aside",
}
_MARKS = {
    ReportStatus.NEW: "pending",
    ReportStatus.ACCEPTED: "ok",
    ReportStatus.ATTACHED: "ok",
    ReportStatus.REJECTED: "not_applicable",
}
TICKED = frozenset({"category", "date", "country", "admin1", "place"})
"""Suggestions that a tick takes over into the draft; the others only inform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionRow:
    """A guess, the words that caused it, and how sure it is (per cent)."""

    index: int
    field: str
    value: str
    said: str
    percent: int
    words: str
    rule: str
    link: str | None
    can_tick: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report in the queue."""

    id: str
    title: str
    language: str | None
    source: str
    trust: str
    where: str
    when: str
    first_seen_at: datetime
    code: str
    word: str
    marks: tuple[str, ...]
    suggests: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """A report in full."""

    row: ReportRow
    facts: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    url: str | None
    targets: tuple[str, ...]
    kinds: tuple[str, ...]
    actors: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    told: tuple[tuple[str, str], ...]
    leftovers: tuple[tuple[str, str], ...]
    suggestions: tuple[SuggestionRow, ...]
    incident_id: str | None
    status_reason: str | None
    decided: str
    is_new: bool
    needs_look: bool


def report_row(view: Mapping[str, Any]) -> ReportRow:
    """Put a report into a line of the queue."""
    guesses = [one for one in view["suggestions"] if one["field"] == "category"]
    return ReportRow(
        id=str(view["id"]),
        title=view["title"],
        language=view["language"],
        source=view["source"]["name"],
        trust=TRUSTED[view["source"]["trust"]],
        where=words.place(view["country"]) if view["country"] else "",
        when=words.edtf(view["date"]),
        first_seen_at=view["first_seen_at"],
        code=_MARKS[view["status"]],
        word=DECIDED[view["status"]],
        marks=tuple(_marks(view)),
        suggests=words.listed(kind_said(one["value"]) for one in guesses[:2]),
    )


def _marks(view: Mapping[str, Any]) -> Iterator[str]:
    """Say what the source did since."""
    if view["vanished_at"] is not None:
        yield f"its source took it away, noticed {words.moment(view['vanished_at'])}"
    if view["changed_since_decision"]:
        yield f"its source changed it on {words.moment(view['changed_at'])}, after it was decided"
    elif view["version"] > 1:
        yield f"version {view['version']}"


def needs_look(view: Mapping[str, Any]) -> bool:
    """Whether the source spoke after somebody last decided or looked. `storage.triage` is its twin."""
    if view["status"] is ReportStatus.NEW or view["decided_at"] is None:
        return False
    last = max(at for at in (view["decided_at"], view["looked_at"]) if at is not None)
    return any(at is not None and at > last for at in (view["changed_at"], view["vanished_at"]))


def report_page(view: Mapping[str, Any]) -> ReportPage:
    """Put a report into the three columns of its page."""
    said = view["particulars"]
    return ReportPage(
        row=report_row(view),
        facts=tuple((name, value) for name, value in _facts(view) if value),
        summary=tuple(one for one in (view["summary"] or "").split("\n") if one.strip()),
        url=view["url"],
        targets=tuple(target_said(one) for one in said.get("targets", ())),
        kinds=tuple(_kinds(said)),
        actors=tuple(
            f"{one['words']} ({words.label(one['type'])})" for one in said.get("actors", ())
        ),
        links=tuple((one["url"], one["title"] or one["url"]) for one in said.get("links", ())),
        told=tuple((words.capital(words.label(name)), text) for name, text in said.get("told", ())),
        leftovers=tuple((name, _flat(value)) for name, value in view["leftovers"].items()),
        suggestions=tuple(_suggestion(index, one) for index, one in enumerate(view["suggestions"])),
        incident_id=str(view["incident_id"]) if view["incident_id"] else None,
        status_reason=view["status_reason"],
        decided=decided_said(view),
        is_new=view["status"] is ReportStatus.NEW,
        needs_look=needs_look(view),
    )


def decided_said(view: Mapping[str, Any]) -> str:
    """Say who decided what, when and why; empty where nobody has."""
    if view["status"] is ReportStatus.NEW:
        return ""
    someone = " by a colleague" if view["is_by_person"] else " as its source is read"
    by = f" by {view['decided_by']}" if view["decided_by"] else someone
    at = f" on {words.moment(view['decided_at'])}" if view["decided_at"] else ""
    why = f": “{view['status_reason']}”" if view["status_reason"] else ""
    return f"{DECIDED[view['status']]}{by}{at}{why}"


def _facts(view: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    said = view["particulars"]
    yield "When", words.edtf(view["date"])
    yield (
        "Where",
        ", ".join(
            one
            for one in (
                said.get("place"),
                said.get("admin1"),
                words.place(view["country"]) if view["country"] else None,
            )
            if one
        ),
    )
    if said.get("latitude") is not None:
        yield "Point", f"{said['latitude']:.4f}, {said['longitude']:.4f}"
    yield "Published", words.moment(view["published_at"]) if view["published_at"] else ""
    yield "Language", view["language"] or ""
    yield "Tags", ", ".join(said.get("tags", ()))


def _kinds(said: Mapping[str, Any]) -> Iterator[str]:
    for category, subtype in said.get("kinds", ()):
        yield kind_said(f"{category}/{subtype}" if subtype else category)
    for one in said.get("kind_words", ()):
        yield f"in the source's words: “{one}”"


def kind_said(value: str) -> str:
    """Say a category with its subtype: 'physical attack (injury)'."""
    category, _, subtype = value.partition("/")
    said = words.label(category)
    return f"{said} ({words.label(subtype)})" if subtype else said


def target_said(one: Mapping[str, Any]) -> str:
    """Say whom a source means: 'Aigerim Q., reporter, of Azattyq'."""
    name = one.get("name") or one.get("description") or "somebody the source does not name"
    parts = [name]
    if one.get("name") and one.get("description"):
        parts.append(one["description"])
    if one.get("role"):
        parts.append(words.label(one["role"]))
    if one.get("outlet"):
        parts.append(f"of {one['outlet']}")
    if one.get("count"):
        parts.append(words.count(one["count"], "person", "people"))
    return ", ".join(parts)


_SAID: dict[str, Callable[[str], str]] = {
    "category": kind_said,
    "date": words.edtf,
    "country": words.place,
    "person": lambda _: "a person on record",
    "outlet": lambda _: "an outlet on record",
}


def _suggestion(index: int, one: Mapping[str, Any]) -> SuggestionRow:
    field, value = one["field"], one["value"]
    said = value
    if field in _SAID:
        said = _SAID[field](value)
    pages = {"person": "/people/", "outlet": "/outlets/"}
    return SuggestionRow(
        index=index,
        field=words.capital({"category": "kind", "admin1": "region"}.get(field, field)),
        value=value,
        said=said,
        percent=round(one["score"] * 100),
        words=", ".join(f"“{word}”" for word in one["words"]),
        rule=one["rule"],
        link=pages[field] + value if field in pages else None,
        can_tick=field in TICKED,
    )


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_flat(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_flat(inner) for inner in value)
    return str(value)
