# SPDX-License-Identifier: Apache-2.0
"""`qalam briefing KZ …`: a country briefing as a file. Thin; it only reads the record."""

from pathlib import Path
from typing import Annotated

import typer

from app import clock
from app.cli import opened
from app.console import err, told
from app.domain.visibility import Viewer
from app.domain.vocabulary import Role
from app.errors import InvalidInput
from app.exports import papers
from app.services import briefing as service
from app.services.briefing_material import Audience, period_of

_OPERATOR = Viewer(role=Role.ADMIN, name="operator")
"""Whoever runs commands on this machine can read its database anyhow; the audience decides."""


def briefing(
    country: Annotated[str, typer.Argument(help="Two letters of ISO 3166-1: KZ.")],
    output: Annotated[
        Path, typer.Option(help="The file to write: .docx, .pdf, .html, .md or .json.")
    ],
    first: Annotated[
        str,
        typer.Option("--from", help="First day, month or year; a year before --to if left out."),
    ] = "",
    last: Annotated[
        str, typer.Option("--to", help="Last day, month or year, within; today if left out.")
    ] = "",
    language: Annotated[str, typer.Option(help="en, ru or kk.")] = "en",
    audience: Annotated[
        Audience, typer.Option(help="public: only what everybody may read; desk: unpublished too.")
    ] = Audience.PUBLIC,
) -> None:
    """Write a country briefing: closures, blocking, attacks and impunity, people, what was asked."""
    with told():
        now = clock.now()
        suffix = output.suffix
        papers.form_of(suffix)
        window = period_of(first, last, today=now.date())
        with opened() as sessions, sessions.reading() as session:
            made = service.make_briefing(
                session,
                _OPERATOR,
                country=country.upper(),
                period_from=window.first,
                period_to=window.last,
                language=language,
                audience=audience,
                now=now,
            )
        _write(output, papers.write(made, suffix))
    err.print(
        f"{output}: {made.word_count} words, {len(made.footnotes)} sources, "
        f"data version {made.data_version}.",
        highlight=False,
    )


def _write(path: Path, content: bytes) -> None:
    """Write the file whole: it appears under its name only when it is."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)
