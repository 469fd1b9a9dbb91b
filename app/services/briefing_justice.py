# SPDX-License-Identifier: Apache-2.0
"""What justice did, in the words of a briefing: levels, who is held, who is missing, dated steps.

Everything here is derived from facts that a second person verified, and cites their sources.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app import labels
from app.domain.record import dates
from app.domain.record.briefing import Run
from app.domain.vocabulary import CrimeRole, FactKind, Impunity, Instigation, Polarity, Stage
from app.services import briefing_dates
from app.services.briefing_labels import label
from app.services.briefing_material import Material, Told
from app.services.briefing_sentences import sentences
from app.services.briefing_texts import Texts
from app.services.briefing_writing import Pen

_FLAGS = (
    ("lesser_charge", True),
    ("in_absentia", True),
    ("nullified", True),
    ("final", False),
    ("sentence_enforced", False),
)
_FLAG_SENTENCES = {"final": "flag_not_final", "sentence_enforced": "flag_not_enforced"}
_KNOWN = frozenset({Impunity.COMPLETE_IMPUNITY, Impunity.PARTIAL_IMPUNITY, Impunity.FULL_JUSTICE})


def what_justice_did(pen: Pen, told: Told) -> Iterator[Run]:
    """Say the level of an incident with its reasons, and the steps of each case."""
    level = Impunity(told.document["impunity"]["level"])
    if level is not Impunity.NOT_APPLICABLE:
        yield from _level(pen, told, level)
    for case in told.cases:
        yield from _case(pen, case)


def _level(pen: Pen, told: Told, level: Impunity) -> Iterator[Run]:
    texts, found = pen.texts, told.document["impunity"]
    facts = {str(one["id"]): one for case in told.cases for one in case["facts"]}
    sources = [facts[one]["source"] for one in found["fact_ids"] if one in facts]
    notes = pen.cite(sources)
    by_hand = found.get("override")
    is_reported = bool(found["assessor"])
    yield Run(
        text=level_said(texts, found),
        strong=True,
        notes=pen.cite(told.document["sources"]) if is_reported else () if by_hand else notes,
    )
    if by_hand:
        yield Run(text=texts.say("override_source", **_quoted(texts, by_hand)))
        level = Impunity(found["derived"]["level"])
    if is_reported or level not in _KNOWN or _is_by_others(found):
        return
    held = [str(one["involvement_id"]) for one in found["held"]]
    parts = {str(one["id"]): one for one in told.document["involvements"]}
    key = "held" if held else "held_none"
    roles = [(one["role"], parts.get(str(one["involvement_id"]))) for one in found["held"]]
    yield Run(text=texts.say(key, roles=_roles(texts, roles)), notes=notes)
    if found["missing"]:
        yield Run(text=texts.say("missing", roles=missing_roles(texts, told)))
    instigation = Instigation(told.document["instigation"])
    yield Run(text=texts.say("instigation", instigation=label(texts, instigation)))
    if held:
        yield from _flags(texts, found["flags"])


def level_said(texts: Texts, found: Mapping[str, Any]) -> str:
    """Say a level and whose it is: derived here, an assessor's, or set by hand beside the derived one."""
    level = label(texts, Impunity(found["level"]))
    if found["assessor"]:
        return texts.say("impunity_reported", level=level, assessor=found["assessor"])
    # A document kept from before levels could be set by hand has no such field.
    if found.get("override"):
        derived = label(texts, Impunity(found["derived"]["level"]))
        assessor = found["derived"]["assessor"]
        said = f"{derived} ({assessor})" if assessor else derived
        return texts.say("impunity_override", level=level, derived=said)
    return texts.say("impunity", level=level)


def _quoted(texts: Texts, by_hand: Mapping[str, Any]) -> dict[str, str]:
    """Return why a level was set by hand and by which source, as they were entered."""
    return {name: texts.quoted(str(by_hand[name])) for name in ("reason", "source")}


def _is_by_others(found: Mapping[str, Any]) -> bool:
    """Whether even the level without what was set by hand is an assessor's, and has no reasons here."""
    return bool(found.get("derived") and found["derived"]["assessor"])


def _flags(texts: Texts, flags: dict[str, bool | None]) -> Iterator[Run]:
    """Say what qualifies a verdict; a flag that the rules could not decide says nothing."""
    for name, wanted in _FLAGS:
        if flags[name] is wanted:
            yield Run(text=texts.say(_FLAG_SENTENCES.get(name, f"flag_{name}")))


def missing_roles(texts: Texts, told: Told) -> str:
    """Say who is not held, by role and as the record describes them; no number is made up."""
    found = told.document["impunity"]
    held = {str(one["involvement_id"]) for one in found["held"]}
    free = [one for one in told.document["involvements"] if str(one["id"]) not in held]
    roles: list[tuple[str | None, dict[str, Any] | None]] = []
    for one in found["missing"]:
        described = [part for part in free if part["crime_role"] == one["role"]]
        roles += [(one["role"], part) for part in described] or [(one["role"], None)]
    return _roles(texts, roles)


def _roles(texts: Texts, found: Iterable[tuple[str | None, dict[str, Any] | None]]) -> str:
    """Say roles as in 'instigator (those who ordered the attack)'; the same is said once."""
    return texts.listed(dict.fromkeys(_role(texts, role, part) for role, part in found))


def _role(texts: Texts, role: str | None, part: dict[str, Any] | None) -> str:
    said = label(texts, CrimeRole(role)) if role else texts.word("role_not_stated")
    person = part["person"] if part is not None else None
    name = person["names"].get(texts.language) or person["name"] if person is not None else None
    described = part["description"] if part is not None else None
    shown = name or (described if described and texts.is_own(described) else None)
    return f"{said} ({shown})" if shown else said


def _case(pen: Pen, case: dict[str, Any]) -> Iterator[Run]:
    texts = pen.texts
    stage = label(texts, Stage(case["stage"])) if case["stage"] else texts.word("not_stated")
    polarity = label(texts, Polarity(case["polarity"]))
    key = "case_title" if texts.is_own(case["title"]) else "case"
    notes = pen.cite(fact["source"] for fact in case["facts"])
    said = texts.say(key, title=case["title"], polarity=polarity, stage=stage)
    yield Run(text=said, notes=notes)
    steps = "; ".join(step(texts, fact) for fact in in_order(case["facts"]))
    yield Run(text=texts.say("steps", steps=steps), notes=notes)
    if case["polarity"] == Polarity.REPRISAL:
        yield from sentences(pen, case)


def standing(texts: Texts, material: Material, target: dict[str, Any]) -> str | None:
    """Say where somebody is by the last on record, and since when; None where nothing says so.

    The vocabulary's sentence and not its label: it says what the record cannot tell apart.
    """
    found = material.standings.get(str(target["person"]["id"])) if target["person"] else None
    if found is None or found.since is None:
        return None
    wording = labels.wording(found.state, texts.language)
    said = (wording.sentence if wording else texts.untranslated(found.state.sentence)).rstrip(".")
    said = said[:1].lower() + said[1:]
    since = found.since.text
    if briefing_dates.is_open(since):
        return texts.say("step_open", fact=said, last=briefing_dates.last(texts, since))
    return texts.say("step", fact=said, date=briefing_dates.plain(texts, since))


def step(texts: Texts, fact: dict[str, Any]) -> str:
    """Say one dated step: 'convicted, executor (summer 2013): …'."""
    said = label(texts, FactKind(fact["kind"]))
    if fact["role"]:
        said = texts.say("step_role", fact=said, role=label(texts, CrimeRole(fact["role"])))
    date = fact["date"]["text"]
    if briefing_dates.is_open(date):
        said = texts.say("step_open", fact=said, last=briefing_dates.last(texts, date))
    else:
        said = texts.say("step", fact=said, date=briefing_dates.plain(texts, date))
    detail = fact["detail"]
    if detail and texts.is_own(detail):
        said = texts.say("step_by", step=said, detail=detail.rstrip("."))
    return said


def in_order(facts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order steps as they happened; of one day as they were entered."""
    dated = [(dates.parse(one["date"]["text"]), index, one) for index, one in enumerate(facts)]
    return [one for _, _, one in sorted(dated, key=lambda item: dates.order_key(item[0], item[1]))]
