# SPDX-License-Identifier: Apache-2.0
"""What is asked of States and what they answer, for people: by when, in whose words, claimed of what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.vocabulary import JudicialStatus, RecommendationStatus, ResolutionClaim
from app.web.presenters import words
from app.web.presenters.sources import Source, source


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    """A question and its answer, if one came; what a State claims is said to be its claim."""

    asked: str
    question: str
    answered: str
    answer: str
    language: str | None
    claim: str
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationRow:
    """Who is asked by whom to do what, by when, and what came of it."""

    text: str
    who: str
    when: str
    status: str
    steps: tuple[str, ...]
    replies: tuple[ReplyRow, ...]
    source: Source | None


def recommendation_row(view: Mapping[str, Any]) -> RecommendationRow:
    """Put what is asked into words."""
    by = f"asked by {view['asked_by']}" if view["asked_by"] else ""
    due = f"by {words.from_text(view['deadline_on'])}" if view["deadline_on"] else ""
    next_check = f"next check: {view['next_check']}" if view["next_check"] else ""
    status = words.label(RecommendationStatus(view["status"]).value)
    return RecommendationRow(
        text=view["text"],
        who=", ".join(one for one in (f"To: {view['addressee']}", by) if one),
        when=" · ".join(one for one in (words.edtf(view["made_on"]), due, next_check) if one),
        status=f"{status}, overdue" if view["overdue"] else status,
        steps=tuple(_step(one) for one in view["history"] if one["verified"]),
        replies=tuple(reply_row(one) for one in view["replies"]),
        source=source(view["source"]) if view["source"] else None,
    )


def _step(one: Mapping[str, Any]) -> str:
    sentence = RecommendationStatus(one["status"]).sentence
    return f"{words.capital(words.edtf(one['date']['text']))}: {one['note'] or sentence}"


def reply_row(view: Mapping[str, Any], incident_id: str | None = None) -> ReplyRow:
    """Put a question and its answer into words; its claim about one incident where one is named."""
    by = f" by {view['asked_by']}" if view["asked_by"] else ""
    due = f", due {words.from_text(view['deadline_on'])}" if view["deadline_on"] else ""
    if view["answered"]:
        answered = f"Answered {words.edtf(view['replied_on'])}"
    else:
        answered = f"No answer{due}" + (", overdue" if view["overdue"] else "")
    return ReplyRow(
        asked=f"{view['addressee']}, asked{by} {words.edtf(view['asked_on'])}",
        question=view["question"],
        answered=answered,
        answer=view["answer"] or "",
        language=view["language"],
        claim=_claim(view, incident_id),
        source=source(view["source"]) if view["source"] else None,
    )


def _claim(view: Mapping[str, Any], incident_id: str | None) -> str:
    for one in view["claims"]:
        if str(one["incident"]["id"]) == incident_id and one["judicial_status"]:
            if one["resolution"]:
                return ResolutionClaim(one["resolution"]).sentence
            return JudicialStatus(one["judicial_status"]).sentence
    return ""
