# SPDX-License-Identifier: Apache-2.0
"""A briefing in any of its forms: which suffix is written by what, and what must be installed for it.

Writers are looked up when they are asked for: those of the `documents` extra may be missing, and the
others must not. Never here: how a form looks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from app.domain.record.briefing import Briefing
from app.errors import FieldError, InvalidInput, NotInstalled

Write = Callable[[Briefing], bytes]


@dataclass(frozen=True, slots=True)
class Form:
    """One form: the module and function that write it, and its media type."""

    module: str
    function: str
    media_type: str


FORMS: dict[str, Form] = {
    ".md": Form("app.exports.paper_markdown", "write_markdown", "text/markdown; charset=utf-8"),
    ".html": Form("app.exports.paper_html", "write_html", "text/html; charset=utf-8"),
    ".docx": Form(
        "app.exports.paper_docx",
        "write_docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ".pdf": Form("app.exports.paper_pdf", "write_pdf", "application/pdf"),
    ".json": Form("app.exports.paper_json", "write_json", "application/json"),
}


def write(briefing: Briefing, suffix: str) -> bytes:
    """Write a briefing in the form of a suffix such as `.docx`."""
    form = form_of(suffix)
    return _writer(form)(briefing)


def form_of(suffix: str) -> Form:
    """Return a form; raise InvalidInput where no writer has this suffix."""
    found = FORMS.get(suffix.lower())
    if found is None:
        sentence = f"A briefing is written as one of: {', '.join(sorted(FORMS))}."
        error = FieldError(pointer="#path/form", code="enum", message=sentence)
        raise InvalidInput(sentence, errors=(error,))
    return found


def _writer(form: Form) -> Write:
    try:
        writer: Write = getattr(import_module(form.module), form.function)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "app":
            raise
        raise NotInstalled(
            "Word and PDF need the documents extra: install it with `pip install 'qalam[documents]'`; "
            ".html, .md and .json need nothing more."
        ) from None
    return writer


def file_name(briefing: Briefing, suffix: str) -> str:
    """Return a file name that says what is in it: briefing-KZ-2012-01-2013-11-en.docx."""
    first, last = (f"{day:%Y-%m}" for day in (briefing.period_from, briefing.period_to))
    return f"briefing-{briefing.country}-{first}-{last}-{briefing.language}{suffix.lower()}"
