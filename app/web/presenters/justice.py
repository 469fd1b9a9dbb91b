# SPDX-License-Identifier: Apache-2.0
"""What justice did, for people: the level with who is held and who is missing, cases, dated facts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.record.consequences import ImpunityFlags
from app.domain.vocabulary import CrimeRole, FactKind, Impunity, Polarity, Stage
from app.web.presenters import words
from app.web.presenters.sources import Source, source

LEVELS: dict[Impunity, str] = {
    Impunity.COMPLETE_IMPUNITY: "Complete impunity",
    Impunity.PARTIAL_IMPUNITY: "Partial impunity",
    Impunity.FULL_JUSTICE: "Full justice",
    Impunity.NOT_ASSESSED: "Not assessed",
    Impunity.NOT_APPLICABLE: "Impunity does not apply",
}
UNPUNISHED = (Impunity.COMPLETE_IMPUNITY, Impunity.PARTIAL_IMPUNITY)

ROLES: dict[CrimeRole | None, str] = {
    CrimeRole.EXECUTOR: "carried it out",
    CrimeRole.ACCOMPLICE: "helped",
    CrimeRole.ORGANISER: "arranged it",
    CrimeRole.INSTIGATOR: "ordered it",
    CrimeRole.SUPERIOR: "could have stopped it and did not",
    None: "took a part that is not stated",
}
"""What somebody in a role did, after 'who' or 'whoever'."""

WHOSE: dict[Polarity, str] = {
    Polarity.ACCOUNTABILITY: "Case against the attackers",
    Polarity.REPRISAL: "Case against the target",
    Polarity.REMEDY: "Case brought by the victim",
}

TURNS = frozenset(
    {
        FactKind.CONVICTED,
        FactKind.ACQUITTED,
        FactKind.CLEARED,
        FactKind.QUASHED,
        FactKind.UPHELD,
        FactKind.REVIEW_REFUSED,
        FactKind.FINAL,
        FactKind.PARDONED,
        FactKind.RELEASED,
        FactKind.DISMISSED,
        FactKind.CLOSED_NO_SUSPECT,
        FactKind.CLOSED_LIMITATION,
        FactKind.CLOSED_AMNESTY,
    }
)
"""Facts after which a case stands differently; a timeline marks them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Justice:
    """A level of impunity and what explains it."""

    code: Impunity
    word: str
    sentences: tuple[str, ...]
    beside: tuple[str, ...]
    rule: str
    since: str
    as_of: str

    @property
    def short(self) -> str:
        """The reason in one breath, for a list: who is missing, or else who is held."""
        return self.sentences[-1] if self.sentences else ""

    @property
    def applies(self) -> bool:
        """Whether it is a question that can be asked of the incident at all."""
        return self.code is not Impunity.NOT_APPLICABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """A dated step of a case."""

    date: str
    sentence: str
    detail: str
    marks: str
    source: Source | None
    turns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A legal case with its facts in time."""

    id: str
    whose: str
    title: str
    court: str
    stage: str
    sentence: str
    facts: tuple[FactRow, ...]


def justice(impunity: Mapping[str, Any]) -> Justice:
    """Put a level into words: who is held, who is missing, and what to know beside it."""
    level = Impunity(impunity["level"])
    raised = ImpunityFlags(**impunity["flags"]).sentences() if impunity["flags"] else ()
    if level in (Impunity.NOT_ASSESSED, Impunity.NOT_APPLICABLE):
        said: tuple[str, ...] = tuple(impunity["reasons"][:1])
    else:
        said = (held(impunity["held"]), missing(impunity, level))
    since = words.from_text(impunity["since"]) if impunity["since"] else ""
    return Justice(
        code=level,
        word=LEVELS[level],
        sentences=said,
        beside=raised,
        rule=impunity["rule"],
        since=since,
        as_of=words.from_text(impunity["as_of"]),
    )


def held(found: Sequence[Mapping[str, Any]]) -> str:
    """Say who is held: 'Four people are held: two who carried it out, one who helped, …'."""
    if not found:
        return "Nobody is held to account."
    counts: dict[CrimeRole | None, int] = {}
    for one in found:
        role = CrimeRole(one["role"]) if one["role"] else None
        counts[role] = counts.get(role, 0) + 1
    ordered = [(role, counts[role]) for role in ROLES if role in counts]
    who = words.listed(
        [f"{words.number_word(number)} who {ROLES[role]}" for role, number in ordered]
    )
    total = len(found)
    if total == 1:
        return f"One person is held to account, who {ROLES[ordered[0][0]]}."
    return words.capital(f"{words.number_word(total)} people are held to account: {who}.")


def missing(impunity: Mapping[str, Any], level: Impunity) -> str:
    """Say who is missing by role; where nobody is, the rule's own sentence says why not more."""
    if not impunity["missing"]:
        if level is Impunity.FULL_JUSTICE:
            return "Nobody known to be responsible is missing."
        return str(impunity["reasons"][0])
    said = []
    for one in impunity["missing"]:
        did = ROLES[CrimeRole(one["role"]) if one["role"] else None]
        said.append(
            f"whoever {did}"
            if one["count"] == 1
            else f"{words.number_word(one['count'])} who {did}"
        )
    return f"Still missing: {words.listed(said)}."


def case_in_short(case: Mapping[str, Any]) -> str:
    """Say a case in a line: whose it is and how far it has come."""
    stage = Stage(case["stage"]).sentence.rstrip(".") if case["stage"] else "stage not known"
    length = sentence_length(case["sentence_months"])
    said = f"{WHOSE[Polarity(case['polarity'])]}: {stage[:1].lower()}{stage[1:]}"
    return f"{said}, {length}" if length else said


def sentence_length(months: int | None) -> str:
    """Say how long: '7 years 6 months'."""
    if not months:
        return ""
    parts = ((months // 12, "year"), (months % 12, "month"))
    return " ".join(
        f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number
    )


def case_row(case: Mapping[str, Any]) -> CaseRow:
    """Put a case with its public facts into words, in the order of time."""
    facts = sorted(case["facts"], key=lambda one: str(one["date"]["earliest"] or ""))
    stage = Stage(case["stage"]).sentence if case["stage"] else "How far it has come is not known."
    reprisal = Polarity(case["polarity"]) is Polarity.REPRISAL
    return CaseRow(
        id=str(case["id"]),
        whose=WHOSE[Polarity(case["polarity"])],
        title=case["title"],
        court=", ".join(one for one in (case["court"], case["number"]) if one),
        stage=stage,
        sentence=sentence_length(case["sentence_months"]) if reprisal else "",
        facts=tuple(fact_row(one) for one in facts),
    )


_SOMEBODY = re.compile(r"\b[Ss]omebody\b")
_MARKS = {
    "lesser_charge": "for less than what was done",
    "in_absentia": "in absentia",
    "suspended_sentence": "sentence suspended",
}


def fact_row(fact: Mapping[str, Any]) -> FactRow:
    """Put one dated fact into words."""
    kind = FactKind(fact["kind"])
    name = fact["person"]["name"] if fact["person"] else ""
    sentence = _SOMEBODY.sub(lambda _: name, kind.sentence, count=1) if name else kind.sentence
    marks = [name] if name not in sentence else []
    if fact["role"]:
        marks.append(f"who {ROLES[CrimeRole(fact['role'])]}")
    marks += [sentence_length(fact["sentence_months"]), fact["fine"] or ""]
    marks += [said for name, said in _MARKS.items() if fact[name]]
    return FactRow(
        date=words.edtf(fact["date"]["text"]),
        sentence=sentence,
        detail=fact["detail"] or "",
        marks=words.capital(" · ".join(mark for mark in marks if mark)),
        source=source(fact["source"]) if fact["source"] else None,
        turns=kind in TURNS,
    )
