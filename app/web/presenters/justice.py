# SPDX-License-Identifier: Apache-2.0
"""What justice did, for people: the level with who is held and who is missing, cases, dated facts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.record.consequences import ImpunityFlags
from app.domain.vocabulary import CrimeRole, FactKind, Impunity, Polarity, Sanction, Stage
from app.web.presenters import words
from app.web.presenters.sources import Source, number_of, source

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
    # Whose the level is; what the facts alone give and why not that, where it was set by hand.
    basis: str = "Derived from dated facts"
    derived: str = ""
    by_hand: str = ""

    @property
    def short(self) -> str:
        """The reason in one breath, for a list: what is missing."""
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
    source_number: int
    turns: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A legal case with its facts in time."""

    id: str
    whose: str
    title: str
    court: str
    stage: str
    parties: tuple[tuple[str, str], ...]
    facts: tuple[FactRow, ...]


def justice(document: Mapping[str, Any]) -> Justice:
    """Put a level into words: why it is so, what is missing, and what to know beside it."""
    impunity = document["impunity"]
    level = Impunity(impunity["level"])
    raised = ImpunityFlags(**impunity["flags"]).sentences() if impunity["flags"] else ()
    derived = impunity.get("derived")
    return Justice(
        code=level,
        word=LEVELS[level],
        # Documents kept before there were explanations have their reasons until they change.
        sentences=tuple(impunity.get("explanation") or impunity["reasons"][:2]),
        beside=raised,
        rule=impunity["rule"],
        since=str(impunity["since"])[:10] if impunity["since"] else "",
        as_of=words.from_text(impunity["as_of"]),
        basis=_basis(impunity),
        derived=LEVELS[Impunity(derived["level"])] if derived else "",
        by_hand=_by_hand(impunity.get("override")),
    )


def _basis(impunity: Mapping[str, Any]) -> str:
    """Say whose the level is: derived, reported by somebody, or set by hand."""
    if impunity.get("basis") == "override":
        return "Set by hand by two people"
    if impunity.get("basis") == "reported":
        return f"Reported by {impunity['assessor']}"
    return "Derived from dated facts"


def _by_hand(one: Mapping[str, Any] | None) -> str:
    """Give the reason and the source of a level set by hand."""
    if one is None:
        return ""
    return f"Why it was set by hand: {one['reason'].rstrip('.')}. Source: {one['source']}."


def since_in_words(since: str, dates: Mapping[str, str]) -> str:
    """Say since when as the source does ('summer 2013'); `dates` maps first possible days to it."""
    if not since:
        return ""
    return words.edtf(dates[since]) if since in dates else words.from_text(since)


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


def case_row(case: Mapping[str, Any], sources: Sequence[Source]) -> CaseRow:
    """Put a case with its public facts into words, in time; `sources` are those the page lists."""
    order = {str(one["fact_id"]): place for place, one in enumerate(case["timeline"])}
    # What does not count yet comes last; only the desk and its author see it.
    facts = sorted(case["facts"], key=lambda one: order.get(str(one["id"]), len(order)))
    standing = {str(one["fact_id"]): one["standing"] for one in case["sentences"]}
    stage = Stage(case["stage"]).sentence if case["stage"] else "How far it has come is not known."
    length = sentence_length(case["sentence_months"])
    if length and Polarity(case["polarity"]) is Polarity.REPRISAL:
        stage = f"{stage.rstrip('.')}: {length}."
    return CaseRow(
        id=str(case["id"]),
        whose=WHOSE[Polarity(case["polarity"])],
        title=case["title"],
        court=", ".join(one for one in (case["court"], case["number"]) if one),
        stage=stage,
        parties=_parties(case["parties"]),
        facts=tuple(fact_row(one, sources, standing.get(str(one["id"]), "")) for one in facts),
    )


def _parties(parties: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Gather parties by role; one whose name is withheld is told so."""
    by_role: dict[str, list[str]] = {}
    for one in parties:
        if one["verified"] and not one.get("retracted_at"):
            by_role.setdefault(one["role"], []).append(_party(one))
    return tuple(
        (words.capital(words.label(role)), words.listed(names)) for role, names in by_role.items()
    )


def _party(one: Mapping[str, Any]) -> str:
    if one["person"]:
        return str(one["person"]["name"])
    if one["outlet"]:
        return str(one["outlet"]["name"])
    return "name withheld" if one["name_withheld"] else str(one["description"])


def sentence(fact: Mapping[str, Any], standing: str) -> str:
    """Say what one fact imposes, and whether it still stands: '11 years, property is taken'."""
    parts = ["for life" if fact["life"] else sentence_length(fact["sentence_months"])]
    parts += [fact["fine"] or _money(fact)]
    parts += [words.label(one) for one in fact["sanctions"] if one != Sanction.OTHER]
    said = ", ".join(part for part in parts if part)
    return f"{said} ({_STANDINGS[standing]})" if said and standing in _STANDINGS else said


_STANDINGS = {"replaced": "restated since", "undone": "undone since"}


def _money(fact: Mapping[str, Any]) -> str:
    amount = fact["fine_amount"]
    return f"{amount} {fact['fine_currency']}" if amount is not None else ""


_SOMEBODY = re.compile(r"\b[Ss]omebody\b")
_MARKS = {
    "lesser_charge": "for less than what was done",
    "in_absentia": "in absentia",
    "suspended_sentence": "sentence suspended",
}


def fact_row(fact: Mapping[str, Any], sources: Sequence[Source], standing: str = "") -> FactRow:
    """Put one dated fact into words; `standing` is that of its sentence, if it states one."""
    kind = FactKind(fact["kind"])
    name = fact["person"]["name"] if fact["person"] else ""
    said = _SOMEBODY.sub(lambda _: name, kind.sentence, count=1) if name else kind.sentence
    marks = [name] if name not in said else []
    if fact["role"]:
        marks.append(f"who {ROLES[CrimeRole(fact['role'])]}")
    marks += [sentence(fact, standing)]
    cited = source(fact["source"]) if fact["source"] else None
    marks += [word for name, word in _MARKS.items() if fact[name]]
    return FactRow(
        date=words.edtf(fact["date"]["text"]),
        sentence=said,
        detail=fact["detail"] or "",
        marks=words.capital(" · ".join(mark for mark in marks if mark)),
        source=cited,
        source_number=number_of(cited, sources),
        turns=kind in TURNS,
    )
