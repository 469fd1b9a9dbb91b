# SPDX-License-Identifier: Apache-2.0
"""What a report may be the same as, with how sure that is and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.record.matching import Decision
from app.web.presenters import words

_SAYS = {
    Decision.SAME: ("ok", "The same act"),
    Decision.ASK: ("inconclusive", "A question for you"),
    Decision.DIFFERENT: ("not_applicable", "Another act"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """An incident, or another report."""

    id: str
    is_incident: bool
    link: str
    title: str
    about: str
    code: str
    word: str
    percent: int
    reasons: tuple[str, ...]
    rule: str


def candidate_row(one: Mapping[str, Any]) -> CandidateRow:
    """Say what a candidate is, and what speaks for it."""
    is_incident = one["kind"] == "incident"
    code, word = _SAYS[one["decision"]]
    status = one.get("status")
    about = (
        words.edtf(one.get("date")),
        words.place(one["country"]) if one.get("country") else "",
        ("incident, " if is_incident else "report, ") + (status.label if status else ""),
    )
    return CandidateRow(
        id=str(one["id"]),
        is_incident=is_incident,
        link=f"/desk/{'incidents' if is_incident else 'triage'}/{one['id']}",
        title=one.get("title", ""),
        about=" · ".join(part for part in about if part),
        code=code,
        word=word,
        percent=round(one["score"] * 100),
        reasons=tuple(one["reasons"]),
        rule=one["rule"],
    )
