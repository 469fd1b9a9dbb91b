# SPDX-License-Identifier: Apache-2.0
"""Sentences against people in the words of a briefing: each that stands, whose it is, who says so.

Of several none is added up or chosen; one that was undone is told as undone. Never here: what justice
did to those behind an attack (briefing_justice.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.domain.record.briefing import Run
from app.domain.record.sentences import Standing
from app.domain.vocabulary import FactKind, Polarity, Sanction
from app.services.briefing_labels import label
from app.services.briefing_texts import Texts
from app.services.briefing_writing import Pen

_PUNISHED = frozenset({FactKind.CONVICTED, FactKind.SENTENCE_STARTED})

Shown = Mapping[str, Any]
"""A case, or a sentence or a fact of one, as its view shows it."""


def sentences(pen: Pen, case: Shown) -> Iterator[Run]:
    """Say what was imposed in a case, each sentence with its source."""
    texts = pen.texts
    sources = {str(fact["id"]): fact["source"] for fact in case["facts"]}
    stated = [one for one in case["sentences"] if str(one["fact_id"]) in sources]
    people = {str(one["person"]["id"]) for one in stated if one["person"]}
    for one in stated:
        name = _name(texts, one) if len(people) > 1 else None
        notes = pen.cite([sources[str(one["fact_id"])]])
        for said in _parts(texts, one):
            yield Run(text=f"{name}: {said}" if name else said, notes=notes)
    if is_length_unknown([case]):
        yield Run(text=texts.say("sentence_unknown"))


def _name(texts: Texts, one: Shown) -> str | None:
    person = one["person"]
    return str(person["names"].get(texts.language) or person["name"]) if person else None


def _parts(texts: Texts, one: Shown) -> Iterator[str]:
    """Say one sentence; a later statement of the same takes the place of what it replaces."""
    if one["standing"] == Standing.REPLACED:
        return
    length = _length(texts, one)
    is_undone = one["standing"] == Standing.UNDONE
    if length is not None:
        shown = texts.say("sentence_gone", length=length) if is_undone else length
        yield texts.say("sentence", length=shown)
    if is_undone:
        return
    if fine := _fine(one):
        yield texts.say("fine", fine=fine)
    if one["sanctions"]:
        sanctions = texts.listed(label(texts, Sanction(each)) for each in one["sanctions"])
        yield texts.say("sentence_also", sanctions=sanctions)


def _length(texts: Texts, one: Shown) -> str | None:
    if one["life"]:
        said = texts.say("sentence_life")
    elif one["months"] is not None:
        said = texts.length(one["months"])
    else:
        return None
    return texts.say("sentence_suspended", length=said) if one["suspended"] else said


def _fine(one: Shown) -> str | None:
    if one["fine"]:
        return str(one["fine"])
    if one["fine_amount"] is None:
        return None
    return " ".join(str(part) for part in (one["fine_amount"], one["fine_currency"]) if part)


def sentence_of(
    texts: Texts, cases: Iterable[Shown], person_id: str | None = None, *, alone: bool = True
) -> str | None:
    """Say the terms in force of one person, or None where none is stated.

    A sentence that names nobody is of somebody only where nobody else was aimed at (`alone`).
    """
    said = [
        length
        for case in cases
        if case["polarity"] == Polarity.REPRISAL
        for one in case["sentences"]
        if one["standing"] == Standing.IN_FORCE
        and _is_of(one, person_id, alone=alone)
        and (length := _length(texts, one)) is not None
    ]
    return "; ".join(said) or None


def _is_of(one: Shown, person_id: str | None, *, alone: bool) -> bool:
    if one["person"] is None:
        return alone
    return person_id is None or str(one["person"]["id"]) == person_id


def is_punished(
    cases: Iterable[Shown], person_id: str | None = None, *, alone: bool = True
) -> bool:
    """Whether a verdict or a sentence of a reprisal is on record, against one person or anybody."""
    return any(
        fact["kind"] in _PUNISHED and _is_of(fact, person_id, alone=alone)
        for case in cases
        if case["polarity"] == Polarity.REPRISAL
        for fact in case["facts"]
    )


def is_length_unknown(cases: Iterable[Shown]) -> bool:
    """Whether somebody was punished in a case of which no source says what was imposed."""
    return any(not case["sentences"] and is_punished([case]) for case in cases)
