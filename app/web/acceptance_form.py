# SPDX-License-Identifier: Apache-2.0
"""The form that makes a draft of a report: filled from it, read back, and never emptied by an error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from app.domain.countries import NAMES
from app.domain.vocabulary import SUBTYPES, Category, TargetKind
from app.services.checks import wrong
from app.services.drafts import CategoryDraft, TargetDraft
from app.services.report_drafts import Acceptance
from app.web.forms import Form
from app.web.presenters.reports import TICKED, kind_said

TEXTS = ("title", "date", "country", "admin1", "place")
FIELDS = (*TEXTS, "categories", "targets", "narrative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to tick."""

    value: str
    said: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form. `targets` are places in the draft's list; `other` is one more."""

    texts: Mapping[str, str]
    categories: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    other: str = ""
    narrative: str = ""
    language: str = ""


def filled(view: Mapping[str, Any], ticks: Sequence[int]) -> Typed:
    """Fill the form from the draft of a report, and from the suggestions that were ticked."""
    draft = view["draft"]
    texts = {name: draft[name] or "" for name in TEXTS}
    kinds = [_code(one) for one in draft["categories"]]
    for index, one in enumerate(view["suggestions"]):
        if index not in ticks or one["field"] not in TICKED:
            continue
        if one["field"] == "category":
            kinds.append(one["value"])
        else:
            texts[one["field"]] = one["value"]
    language, narrative = next(iter(draft["narrative"].items()), ("", ""))
    return Typed(
        texts=texts,
        categories=tuple(dict.fromkeys(kinds)),
        targets=tuple(str(index) for index, _ in enumerate(draft["targets"])),
        narrative=narrative,
        language=language,
    )


def typed_in(form: Form) -> Typed:
    """Return what somebody sent, as they sent it."""
    chosen = [*form.all("category"), *form.all("more")]
    return Typed(
        texts={name: form.one(name) for name in TEXTS},
        categories=tuple(dict.fromkeys(chosen)),
        targets=tuple(form.all("target")),
        other=form.one("other"),
        narrative=form.one("narrative"),
        language=form.one("language"),
    )


def acceptance(typed: Typed, view: Mapping[str, Any]) -> Acceptance:
    """Return what is handed in; a field that was emptied is empty, not the report's after all."""
    if not typed.categories:
        raise wrong("/categories", "missing", "Tick at least one kind, or choose one.")
    known = view["draft"]["targets"]
    picked = [known[int(one)] for one in typed.targets if one.isdecimal() and int(one) < len(known)]
    targets = [msgspec.convert(one, TargetDraft) for one in picked]
    if typed.other:
        targets.append(TargetDraft(kind=TargetKind.GROUP, description=typed.other))
    if not targets:
        raise wrong("/targets", "missing", "Say whom it was aimed at: tick somebody, or describe.")
    if typed.narrative and not typed.language:
        raise wrong("/narrative", "language", "Say in which language this is: kk, ru, en.")
    return Acceptance(
        **typed.texts,
        categories=[_category(one) for one in typed.categories],
        targets=targets,
        narrative={typed.language: typed.narrative} if typed.narrative else {},
    )


def choices(view: Mapping[str, Any], typed: Typed) -> list[Choice]:
    """Return the kinds to tick: the report's, those suggested with their words, those chosen."""
    found: dict[str, Choice] = {}
    for one in view["draft"]["categories"]:
        code = _code(one)
        found[code] = Choice(value=code, said=kind_said(code), why="the source says so")
    for one in view["suggestions"]:
        if one["field"] == "category" and one["value"] not in found:
            words = ", ".join(f"“{word}”" for word in one["words"])
            why = f"suggested, {round(one['score'] * 100)} %: {words}"
            found[one["value"]] = Choice(value=one["value"], said=kind_said(one["value"]), why=why)
    for code in typed.categories:
        found.setdefault(code, Choice(value=code, said=kind_said(code), why="you chose it"))
    return list(found.values())


def all_kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every category with its subtypes, for a list to choose from."""
    return [
        (
            kind_said(one.value),
            [(one.value, kind_said(one.value))]
            + [(f"{one.value}/{sub}", kind_said(f"{one.value}/{sub}")) for sub in SUBTYPES[one]],
        )
        for one in Category
        if not one.is_retired
    ]


def countries() -> list[tuple[str, str]]:
    """Return every country by its name."""
    return sorted(NAMES.items(), key=lambda one: one[1])


def without(typed: Typed, *, targets: bool) -> Typed:
    """Untick the targets, where the report they were ticked in is another now."""
    return replace(typed, targets=()) if targets else typed


def _code(one: Mapping[str, Any]) -> str:
    subtype = one.get("subtype")
    return f"{one['category']}/{subtype}" if subtype else str(one["category"])


def _category(code: str) -> CategoryDraft:
    category, _, subtype = code.partition("/")
    if category not in set(Category):
        raise wrong("/categories", "enum", "Choose kinds from the list.")
    return CategoryDraft(category=Category(category), subtype=subtype or None)
