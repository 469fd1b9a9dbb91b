# SPDX-License-Identifier: Apache-2.0
"""What the Word and the PDF writer share: how a source reads in a note. Never here: layout."""

from app.domain.record.briefing import Footnote


def source_text(note: Footnote) -> str:
    """Name a source in one line without its address: publisher, title, date."""
    said = [note.publisher, note.title, note.published]
    return ", ".join(dict.fromkeys(one for one in said if one)) + "."


def accessed_text(note: Footnote, words: dict[str, str]) -> str | None:
    """Say when somebody here last read the source, where that was noted."""
    if note.accessed_on is None:
        return None
    return f"{words['accessed']} {note.accessed or note.accessed_on.isoformat()}."
