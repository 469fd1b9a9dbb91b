# SPDX-License-Identifier: Apache-2.0
"""Writes the generated parts of the documentation from the code; a test checks that they are fresh.

python -m docs.generate
"""

import enum
import inspect
from pathlib import Path

from app.domain import vocabulary
from app.domain.blocking.rules import RULES, RULES_VERSION

DOCS = Path(__file__).resolve().parent
BEGIN = "<!-- generated from the code by docs/generate.py: change it there -->"
END = "<!-- end of the generated part -->"


def terms() -> str:
    """Return every term of the vocabulary with its sentence."""
    parts = []
    for name, members in vars(vocabulary).items():
        is_term = inspect.isclass(members) and issubclass(members, vocabulary.Term)
        if not is_term or members is vocabulary.Term:
            continue
        assert issubclass(members, enum.Enum)
        parts.append(f"### {name}\n\n{inspect.cleandoc(members.__doc__ or '')}\n")
        parts.append("| Code | Meaning |\n|---|---|")
        parts += [f"| `{member.value}` | {member.sentence} |" for member in members]
        parts.append("")
    return "\n".join(parts)


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


PAGES = {"vocabulary.md": terms, "verdicts.md": rules}


def fresh(name: str) -> str:
    """Return a page with its generated part made anew."""
    text = (DOCS / name).read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{PAGES[name]()}\n\n{END}{after}"


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(fresh(page), encoding="utf-8")
