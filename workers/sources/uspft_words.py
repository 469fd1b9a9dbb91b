# SPDX-License-Identifier: Apache-2.0
"""What the words of the U.S. Press Freedom Tracker mean in ours: categories, lists in cells, people.

A category that names two things ("Arrest / Criminal Charge") is told apart by the columns beside it;
where they are silent the wider term stands. Which words are whose: `domain.record.crosswalks`.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.intake import text
from app.domain.intake.names import MAX_NAME, target_of
from app.domain.record.crosswalks import folded, to_ours
from app.domain.record.crosswalks_row import System
from app.domain.record.particulars import Kind, SaidTarget
from app.domain.vocabulary import (
    AccessDenialSubtype,
    ActorType,
    Category,
    CriminalProsecutionSubtype,
    DetentionSubtype,
    EquipmentSubtype,
    FactKind,
    PersonRole,
    SourceProtectionSubtype,
    TargetKind,
)
from workers.sources.us_states import STATES

# What stands in brackets after the names of people who work for no outlet.
_NO_OUTLET = frozenset(
    {
        "freelance",
        "freelancer",
        "freelance journalist",
        "freelance photographer",
        "freelance photojournalist",
        "freelance reporter",
        "independent",
        "independent journalist",
        "independent photographer",
        "independent photojournalist",
        "citizen journalist",
        "self employed",
        "unaffiliated",
        "unknown",
        "none",
        "n a",
    }
)
_UNNAMED = re.compile(
    r"[\W_]*(unidentified|unnamed|unknown|anonymous|multiple|several|various)\b.*", re.IGNORECASE
)
ORGANISATION = "U.S. Press Freedom Tracker"

_ARREST = "arrest criminal charge"
_SEARCH = "equipment search or seizure"
_SUBTYPES = (
    (CriminalProsecutionSubtype, Category.CRIMINAL_PROSECUTION),
    (AccessDenialSubtype, Category.ACCESS_DENIAL),
    (EquipmentSubtype, Category.EQUIPMENT),
    (SourceProtectionSubtype, Category.SOURCE_PROTECTION),
)
_OUTSIDE_BRACKETS = re.compile(r",\s+(?![^()]*\))")
_SUFFIX = re.compile(
    r"(jr|sr|ii|iii|iv|m\.?d|ph\.?d|inc|llc|ltd|co|corp)\.?(\s*\(.*\))?", re.IGNORECASE | re.DOTALL
)
_WITH_OUTLET = re.compile(r"(?P<name>.+?)\s*\((?P<outlet>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_STATE = re.compile(r"(?P<name>[^()]+?)\s*\((?P<code>[A-Z]{2})\)")


def listed(cell: str | Sequence[object] | None) -> list[str]:
    """Return the values of a cell: a list, a list written as Python text, or values parted by commas.

    A comma inside brackets parts nothing, and neither does one before `Jr.` or `Inc.`

    >>> listed("['PENDING', 'QUASHED']"), listed("A B (News, Inc.), C D, Jr.")
    (['PENDING', 'QUASHED'], ['A B (News, Inc.)', 'C D, Jr.'])
    >>> listed("E F, Sr. (Outlet), G H")
    ['E F, Sr. (Outlet)', 'G H']
    """
    if cell is None:
        return []
    if not isinstance(cell, str):
        return [one for one in (text.plain(str(value), limit=1000) for value in cell) if one]
    said = cell.strip()
    if said.startswith("[") and said.endswith("]"):
        try:
            found = ast.literal_eval(said)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found = None
        if isinstance(found, list):
            return [str(one) for one in found if one]
    parts: list[str] = []
    for part in _OUTSIDE_BRACKETS.split(said):
        if parts and _SUFFIX.fullmatch(part.strip()):
            parts[-1] += f", {part.strip()}"
        elif part.strip():
            parts.append(part.strip())
    return parts


def kinds(
    categories: Sequence[str], said: Mapping[str, str | None], *, is_seized: bool
) -> tuple[list[Kind], list[str]]:
    """Return the kinds that the categories of a row mean, and the words that mean none of ours."""
    found: list[Kind] = []
    missed: list[str] = []
    for word in categories:
        kind = _kinds_of(word, said, is_seized=is_seized)
        found += kind
        missed += [] if kind else [word]
    return list(dict.fromkeys(found)), missed


def _kinds_of(word: str, said: Mapping[str, str | None], *, is_seized: bool) -> list[Kind]:
    key = folded(word)
    if key == _ARREST:
        return _arrest(
            folded(said.get("arrest_status") or ""), folded(said.get("status_of_charges") or "")
        )
    if key == _SEARCH:
        if "without seizure" in folded(said.get("status_of_seized_equipment") or ""):
            return [(Category.EQUIPMENT, EquipmentSubtype.SEARCH.value)]
        return [(Category.EQUIPMENT, EquipmentSubtype.SEIZURE.value if is_seized else None)]
    for subtype, category in _SUBTYPES:
        narrow = to_ours(subtype, System.USPFT, "category", word)
        if narrow is not None:
            return [(category, narrow.value)]
    wide = to_ours(Category, System.USPFT, "category", word)
    return [(wide, None)] if wide is not None else []


def _arrest(held: str, charged: str) -> list[Kind]:
    found: list[Kind] = []
    how = to_ours(DetentionSubtype, System.USPFT, "arrest_status", held)
    if how is not None:
        found.append((Category.DETENTION, how.value))
    is_charged = to_ours(FactKind, System.USPFT, "status_of_charges", charged) is not None
    if is_charged or to_ours(FactKind, System.USPFT, "arrest_status", held) is FactKind.CHARGED:
        found.append((Category.CRIMINAL_PROSECUTION, None))
    return found or [(Category.DETENTION, None)]


def actor(*words: str | None) -> ActorType:
    """Return the type of actor that the first of these columns with a word names."""
    said = next((word for word in words if word and folded(word) != "unknown"), None)
    return to_ours(ActorType, System.USPFT, "actor", said or "unknown") or ActorType.UNKNOWN


def person(said: str) -> SaidTarget | None:
    """Return a targeted journalist: `Name (Outlet)` says where they worked.

    >>> found = person("A B (The Daily (Web), Inc.)")
    >>> found.name, found.outlet
    ('A B', 'The Daily (Web), Inc.')
    >>> found = person("C D (Independent)")
    >>> found.outlet, found.description
    (None, 'Independent')
    """
    words = text.plain(said, limit=2 * MAX_NAME, one_line=True)
    match = _WITH_OUTLET.fullmatch(words)
    if match is None or _UNNAMED.fullmatch(words):
        found = target_of(words)
    else:
        found = _at_outlet(match["name"], match["outlet"].strip()[:MAX_NAME])
    if found is not None and found.name is not None:
        # The column is of journalists; what else somebody was it does not say.
        return replace(found, role=PersonRole.JOURNALIST)
    return found


def _at_outlet(name: str, outlet: str) -> SaidTarget | None:
    if folded(outlet) in _NO_OUTLET:
        found = target_of(name)
        # Working for nobody in particular is said of a person; it is no outlet's name.
        return replace(found, description=found.description or outlet) if found else None
    return target_of(name, outlet=outlet or None)


def outlet(said: str) -> SaidTarget:
    """Return a targeted institution."""
    name = text.plain(said, limit=MAX_NAME, one_line=True)
    if _UNNAMED.fullmatch(name) or folded(name) in _NO_OUTLET:
        return SaidTarget(kind=TargetKind.GROUP, description=name)
    return SaidTarget(kind=TargetKind.OUTLET, name=name)


def nobody(title: str) -> SaidTarget:
    """Return the target of a row that names none: whoever its title speaks of."""
    return SaidTarget(kind=TargetKind.GROUP, description=title)


def state(said: str | None) -> str | None:
    """Return the name of a state: `California` of `California (CA)` or of `CA`."""
    words = text.plain(said or "", limit=MAX_NAME, one_line=True)
    match = _STATE.fullmatch(words)
    return (match["name"] if match else STATES.get(words, words)) or None
