# SPDX-License-Identifier: Apache-2.0
"""Evidence and disagreements for people: which files there are to save, and where sources differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import ClaimField
from app.web.presenters import words
from app.web.presenters.sources import Source, source

_UNITS = ("bytes", "KB", "MB", "GB")
_LABELS = {
    ClaimField.DATE: "when it happened",
    ClaimField.PLACE: "where",
    ClaimField.ADMIN1: "in which region",
    ClaimField.MOTIVE: "why",
    ClaimField.TARGET_COUNT: "how many were aimed at",
    ClaimField.PERPETRATOR_COUNT: "how many did it",
    ClaimField.HARM: "what it did to them",
    ClaimField.SENTENCE_MONTHS: "the sentence, in months",
    ClaimField.FINE: "the fine",
    ClaimField.COURT: "which court",
    ClaimField.CHARGE: "what for",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A file that the incident rests on. `url` is None where it has no public copy."""

    title: str
    about: str
    url: str | None
    no_copy: str
    is_graphic: bool
    sha256: str
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """What one source says."""

    value: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A field that sources do not agree on."""

    about: str
    recorded: str
    claims: tuple[ClaimRow, ...]


def evidence_row(one: Mapping[str, Any]) -> EvidenceRow:
    """Put one piece of evidence into words."""
    copy = one["public_copy"]
    captured = words.from_text(one["captured_on"]) if one["captured_on"] else ""
    about = [one["type"], size(copy["size"] or one["size"]), captured]
    return EvidenceRow(
        title=one["description"] or "A file without a description",
        about=" · ".join(part for part in about if part),
        url=copy["url"],
        no_copy="" if copy["url"] else copy["reason"] or "Files of this type have no public copy.",
        is_graphic=one["is_graphic"],
        sha256=one["sha256"],
        source=source(one["source"]) if one["source"] else None,
    )


def disagreement(one: Mapping[str, Any]) -> Disagreement:
    """Put one disagreement into words."""
    field = ClaimField(one["field"])
    recorded = one["recorded"]
    return Disagreement(
        about=words.capital(_LABELS[field]),
        recorded=_value(field, str(recorded)) if recorded is not None else "",
        claims=tuple(
            ClaimRow(value=_value(field, claim["value"]), source=source(claim["source"]))
            for claim in one["claims"]
        ),
    )


def size(count: int) -> str:
    """Say how large a file is: '48 KB'."""
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return (
        f"{amount:.0f} {_UNITS[unit]}"
        if amount >= 10 or unit == 0
        else f"{amount:.1f} {_UNITS[unit]}"
    )


def _value(field: ClaimField, text: str) -> str:
    if field is ClaimField.DATE:
        return words.edtf(text)
    if field is ClaimField.MOTIVE:
        return words.label(text)
    is_range = text.replace("-", "").isdigit()
    return text.replace("-", "–") if is_range else text
