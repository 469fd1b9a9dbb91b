# SPDX-License-Identifier: Apache-2.0
"""What callers send to undo a merger, or to split an incident."""

import uuid
from typing import Annotated

from pydantic import Field

from app.api.schemas.fields import Body, EdtfDate, Line, example


class UndoBody(Body):
    """Why two records are two again."""

    model_config = example({"reason": "Two arrests of one person, a week apart."})

    reason: Line


class SplitBody(Body):
    """What the new incident takes over from the one it is made of."""

    model_config = example({"version": 3, "reason": "Two acts.", "targets": [1]})

    version: Annotated[int, Field(ge=1, strict=True, description="Which version you read.")]
    reason: Line
    title: Line | None = None
    date: EdtfDate | None = None
    targets: Annotated[list[Annotated[int, Field(ge=0, strict=True)]], Field(max_length=100)] = (
        Field(default=[], description="Places of targets as that version shows them, from 0.")
    )
    sources: Annotated[list[uuid.UUID], Field(max_length=100)] = Field(
        default=[], description="Left out: the new one cites all, and the first one keeps them."
    )
    reports: Annotated[list[uuid.UUID], Field(max_length=100)] = Field(default=[])
