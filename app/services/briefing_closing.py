# SPDX-License-Identifier: Apache-2.0
"""The last sections of a briefing: emblematic cases, what was asked and answered, how it was made."""

from collections.abc import Iterator
from typing import Any

from app.domain.blocking.rules import RULES_VERSION
from app.domain.record.briefing import Block, Run
from app.domain.record.dates import Precision
from app.domain.vocabulary import (
    IMPUNITY_APPLICABLE,
    Impunity,
    Polarity,
    RecommendationStatus,
    Stage,
)
from app.services import briefing_counts as counts
from app.services import briefing_dates
from app.services.briefing_incidents import heading
from app.services.briefing_justice import level_said, missing_roles, standing
from app.services.briefing_labels import is_reviewed, label
from app.services.briefing_material import Audience, Material, Told
from app.services.briefing_sections import by_weight
from app.services.briefing_sentences import is_length_unknown
from app.services.briefing_texts import Texts
from app.services.briefing_writing import Pen, plain

MOST_EMBLEMATIC = 5

_STANDING = frozenset({Stage.FINAL, Stage.ENFORCEMENT})
_KNOWN_DATES = frozenset({Precision.DAY, Precision.MONTH})


def emblematic(pen: Pen, material: Material) -> Iterator[Block]:
    """Choose by rule, and say of each where it stands and what is missing."""
    texts = pen.texts
    found = sorted(counts.media(material.incidents), key=by_weight)
    chosen = found[: min(MOST_EMBLEMATIC, (len(found) + 1) // 2)]
    if not chosen:
        return
    yield plain(texts.say("emblematic_rule", n=MOST_EMBLEMATIC))
    for one in chosen:
        yield pen.numbered(_emblem(pen, material, one))


def _emblem(pen: Pen, material: Material, one: Told) -> Iterator[Run]:
    texts = pen.texts
    yield heading(texts, one, pen.cite(one.document["sources"]))
    yield Run(text=texts.say("severity", level=one.document["severity_level"]))
    for case in one.cases:
        stage = label(texts, Stage(case["stage"])) if case["stage"] else texts.word("not_stated")
        polarity = label(texts, Polarity(case["polarity"]))
        notes = pen.cite(fact["source"] for fact in case["facts"])
        yield Run(text=texts.say("case", polarity=polarity, stage=stage), notes=notes)
    level = counts.level_of(one)
    if level is not Impunity.NOT_APPLICABLE:
        yield Run(text=level_said(texts, one.document["impunity"]))
    if one.document["impunity"]["missing"]:
        yield Run(text=texts.say("missing", roles=missing_roles(texts, one)))
    for target in one.document["targets"]:
        said = standing(texts, material, target)
        if said is not None and level is Impunity.NOT_APPLICABLE:
            yield Run(text=texts.say("standing", state=said))
    lacking = list(_lacking(texts, one))
    if lacking:
        yield Run(text=texts.say("emblematic_missing", missing="; ".join(lacking)))
    number = pen.told_in(str(one.document["id"]))
    if number is not None:
        yield Run(text=texts.say("emblematic", paragraph=number))


def _lacking(texts: Texts, one: Told) -> Iterator[str]:
    """Say what the record lacks before it could say more."""
    document, level = one.document, counts.level_of(one)
    if level is Impunity.NOT_ASSESSED:
        yield texts.say("emblematic_missing_level")
    if not one.cases and any(kind in IMPUNITY_APPLICABLE for kind, _ in one.kinds):
        yield texts.say("emblematic_missing_case")
    if is_length_unknown(one.cases):
        yield texts.say("emblematic_missing_sentence")
    if any(case["stage"] and Stage(case["stage"]) not in _STANDING for case in one.cases):
        yield texts.say("emblematic_missing_final")
    decision = document["decision"]
    if decision is not None and not decision["authority"]:
        yield texts.say("emblematic_missing_authority")
    if any(target["outlet"] and target["outlet"]["is_group"] for target in document["targets"]):
        yield texts.say("emblematic_missing_names")
    if one.happened.precision not in _KNOWN_DATES:
        yield texts.say("emblematic_missing_date")


def recommendations(pen: Pen, material: Material) -> Iterator[Block]:
    """Say who was asked for what, by when, and what was answered."""
    if not material.recommendations:
        yield plain(pen.texts.say("recommendations_none"))
    for one in material.recommendations:
        yield pen.numbered(_asked(pen, one))


def _asked(pen: Pen, one: dict[str, Any]) -> Iterator[Run]:
    texts, notes = pen.texts, pen.cite([one["source"]])
    key = "asked" if one["asked_by"] else "asked_unknown"
    asked_by = texts.own(one["asked_by"]) if one["asked_by"] else ""
    addressee = texts.own(one["addressee"])
    yield Run(text=texts.say(key, addressee=addressee, asked_by=asked_by))
    yield Run(text=texts.quoted(one["text"]), notes=notes)
    if one["made_on"]:
        made = briefing_dates.plain(texts, one["made_on"])
        yield Run(text=texts.say("asked_on", date=made))
    if one["deadline_on"]:
        due = briefing_dates.day(texts, one["deadline_on"])
        yield Run(text=texts.say("overdue" if one["overdue"] else "due", due=due))
    if one["next_check"]:
        yield Run(text=texts.say("next_check", next_check=texts.own(one["next_check"])))
    status = label(texts, RecommendationStatus(one["status"]))
    sources = [step["source"] for step in one["history"]]
    yield Run(text=texts.say("status", status=status), notes=pen.cite(sources))
    for reply in one["replies"]:
        yield from _reply(pen, reply)
    if not one["replies"]:
        yield Run(text=texts.say("answer_none"))


def _reply(pen: Pen, reply: dict[str, Any]) -> Iterator[Run]:
    texts, notes = pen.texts, pen.cite([reply["source"]])
    asked = briefing_dates.plain(texts, reply["asked_on"])
    who = texts.own(reply["addressee"])
    if not reply["answered"]:
        yield Run(text=texts.say("unanswered", who=who, date=asked), notes=notes)
        return
    replied = briefing_dates.plain(texts, reply["replied_on"])
    yield Run(text=texts.say("answer", who=who, asked=asked, date=replied), notes=notes)
    if reply["answer"]:
        yield Run(text=texts.quoted(reply["answer"]), notes=notes, language=reply["language"])
    yield Run(text=texts.say("answer_claim"))


def method(texts: Texts, material: Material, data_version: str) -> Iterator[Block]:
    """Say what is counted and by which rules."""
    counted = (
        "method_counted_desk" if material.audience is Audience.DESK else "method_counted_public"
    )
    date = briefing_dates.day(texts, material.as_of)
    yield plain(texts.say(counted), texts.say("method_dates"), texts.say("method_patterns"))
    yield plain(texts.say("method_sections"), texts.say("method_emblematic"))
    yield plain(texts.say("method_impunity", date=date), texts.say("method_share"))
    yield plain(texts.say("method_blocking", version=RULES_VERSION))
    unreviewed = "" if is_reviewed(texts) else texts.say("method_unreviewed")
    yield plain(texts.say("method_language"), unreviewed, texts.say("method_invented"))
    yield plain(texts.say("method_version", version=data_version))
