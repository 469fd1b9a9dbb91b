# SPDX-License-Identifier: Apache-2.0
"""Writes the generated parts of the documentation from the code; a test checks that they are fresh.

python -m docs.generate, and with `release` what this version of the vocabulary says, once released.
"""

import inspect
import json
import sys
from pathlib import Path

from app import labels
from app.domain import vocabulary
from app.domain.blocking.rules import RULES, RULES_VERSION
from app.domain.record import crosswalks, matching
from app.domain.record.crosswalks_row import CrosswalkRow, Direction, System
from tests.testbed.scenarios import SCENARIOS, Expected, Scenario

DOCS = Path(__file__).resolve().parent
BEGIN = "<!-- generated from the code by docs/generate.py: change it there -->"
END = "<!-- end of the generated part -->"
_NAMES = {
    System.USPFT: "USPFT",
    System.CPJ: "CPJ",
    System.COE: "CoE platform",
    System.MAPMF: "MapMF",
    System.UNESCO: "UNESCO",
    System.SDG: "SDG 16.10.1",
}
_ARROWS = {Direction.BOTH: "↔", Direction.TO_THEIRS: "→", Direction.TO_OURS: "←"}


def terms() -> str:
    """Return every term of the vocabulary: meaning, labels, and what other systems call it."""
    parts = [f"Vocabulary version {vocabulary.VERSION}.\n"]
    for kind in vocabulary.LISTS:
        parts.append(f"### {kind.__name__}\n\n{inspect.getdoc(kind)}\n")
        parts.append("| Code | Meaning | Russian | Kazakh |\n|---|---|---|---|")
        parts += [_term(term) for term in kind]
        parts.append("")
        parts += _crosswalk(kind)
    return "\n".join(parts)


def _term(term: vocabulary.Term) -> str:
    retired = f" Retired: use `{term.superseded_by}`." if term.is_retired else ""
    called = " | ".join(labels.label(term, one) for one in labels.TRANSLATED)
    return f"| `{term.value}` | {term.sentence}{retired} | {called} |"


def _crosswalk(kind: type[vocabulary.Term]) -> list[str]:
    """Return a list beside the systems that have words for it, one column each."""
    met = {row.system for term in kind for row in crosswalks.of(term)}
    if not met:
        return []
    there = [one for one in System if one in met]
    lines = [
        f"| Code | {' | '.join(_NAMES[one] for one in there)} |",
        "|---" * (len(there) + 1) + "|",
    ]
    for term in kind:
        rows = crosswalks.of(term)
        cells = ("; ".join(_theirs(row) for row in rows if row.system is one) for one in there)
        lines.append(f"| `{term.value}` | {' | '.join(cells)} |")
    return [*lines, ""]


def _theirs(row: CrosswalkRow) -> str:
    note = f" ({row.note})" if row.note else ""
    codes = f" ICCS {', '.join(row.iccs)}" if row.iccs else ""
    return f"{_ARROWS[row.direction]} {row.field}: {row.value}{codes}{note} [{row.evidence.value}]"


def rules() -> str:
    """Return the verdict rules in their order."""
    lines = [
        f"Rules version {RULES_VERSION}. The first row that holds decides.\n",
        "| Rule | State | Layer | Mechanism | Meaning |\n|---|---|---|---|---|",
    ]
    for rule in RULES:
        open_ended = "—" if rule.state is vocabulary.VerdictState.INSUFFICIENT else "as found"
        layer = rule.layer.value if rule.layer else open_ended
        mechanism = rule.mechanism.value if rule.mechanism else open_ended
        lines.append(
            f"| `{rule.id}` | {rule.state.value} | {layer} | {mechanism} | {rule.sentence} |"
        )
    return "\n".join(lines)


def stories() -> str:
    """Return the testbed's stories with what is seen, concluded and exported of each."""
    introduction = (
        f"{len(SCENARIOS)} stories, each measured with real packets by the tests. *Alone* is the "
        "verdict on the same measurement without any control.\n"
    )
    lines = [
        introduction,
        "| Story | The prober sees | With a control | OONI's keys | Alone | OONI's keys |",
        "|---|---|---|---|---|---|",
    ]
    for one in SCENARIOS:
        cells = (
            f"**{one.name}**: {one.story}",
            _seen(one),
            _verdict(one.expects),
            _keys(one.expects),
            _verdict(one.alone),
            _keys(one.alone),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def verdicts() -> str:
    """Return the rules, and the stories that show them at work."""
    return f"{rules()}\n\n## The stories\n\n{stories()}"


def _seen(scenario: Scenario) -> str:
    """Layer by layer, how the last attempt there ended."""
    return ", ".join(
        f"{layer} {'works' if failure is None else f'`{failure}`'}"
        for layer, failure in scenario.sees.items()
    )


def _verdict(expected: Expected) -> str:
    cause = f" ({expected.layer}, {expected.mechanism})" if expected.mechanism else ""
    state = expected.state
    meddled = expected.interference and state is not vocabulary.VerdictState.BLOCKED
    despite = " despite interference" if meddled else ""
    return f"{state}{despite}{cause} by `{expected.rule}`"


def _keys(expected: Expected) -> str:
    blocking = json.dumps(expected.ooni_blocking)
    return f"blocking {blocking}, accessible {json.dumps(expected.ooni_accessible)}"


def matching_rules() -> str:
    """Return the rules of matching in the order in which they are asked."""
    lines = [f"Version {matching.RULES_VERSION} of the rules.\n"]
    lines += ["| Rule | Decides | Score | Says |", "|---|---|---|---|"]
    lines += [
        f"| `{one.id}` | {one.decision.value} | {one.score:g} | {one.sentence} |"
        for one in matching.RULES
    ]
    rest = matching.ELSE
    lines.append(f"| `{rest.rule}` | {rest.decision.value} | {rest.score:g} | {rest.reasons[0]} |")
    return "\n".join(lines)


PAGES = {"vocabulary.md": terms, "verdicts.md": verdicts, "matching.md": matching_rules}


def fresh(name: str) -> str:
    """Return a page with its generated part made anew."""
    text = (DOCS / name).read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{PAGES[name]()}\n\n{END}{after}"


def release() -> str:
    """Return what this version says of every code, to be held against later ones."""
    said = {"version": vocabulary.VERSION, "lists": vocabulary.meanings()}
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["release"]:
        (DOCS / "vocabulary_released.json").write_text(release(), encoding="utf-8")
    for page in PAGES:
        (DOCS / page).write_text(fresh(page), encoding="utf-8")
