# SPDX-License-Identifier: Apache-2.0
"""A briefing as JSON: the very values that the other writers show, for programs that lay out their own."""

import msgspec

from app.domain.record.briefing import Briefing, Figure, Paragraph


def write_json(briefing: Briefing) -> bytes:
    """Write a briefing as JSON; each block says its kind, and the word count is beside it."""
    value = msgspec.to_builtins(briefing)
    for section, written in zip(briefing.sections, value["sections"], strict=True):
        for block, values in zip(section.blocks, written["blocks"], strict=True):
            if isinstance(block, Figure):
                values["chart"] = values.pop("kind")
                values["kind"] = "figure"
            else:
                values["kind"] = "paragraph" if isinstance(block, Paragraph) else "table"
    return msgspec.json.encode({**value, "word_count": briefing.word_count})
