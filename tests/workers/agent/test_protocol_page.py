# SPDX-License-Identifier: Apache-2.0
"""docs/agent-protocol.md tells the protocol as it is: every field, kind, code and bound."""

import dataclasses
import json
import re
from pathlib import Path

import msgspec
import pytest

from app.domain.agents import protocol
from app.domain.agents.protocol import (
    Assignments,
    Batch,
    Enrolled,
    Enrolment,
    Poll,
    Receipt,
    Rejection,
    Task,
)
from app.domain.blocking.measurement import Measurement

PAGE = (Path(__file__).resolve().parents[3] / "docs/agent-protocol.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
MESSAGES = (Enrolment, Enrolled, Assignments, Poll, Batch, Receipt)
PARTS = tuple(
    one
    for one in vars(protocol).values()
    if dataclasses.is_dataclass(one) and isinstance(one, type) and one is not Measurement
)


@pytest.mark.parametrize("message", PARTS, ids=lambda one: one.__name__)
def test_every_field_is_told(message: type) -> None:
    """Each stands in the page by its name, in code or in an example."""
    missing = [
        field.name
        for field in dataclasses.fields(message)
        if f"`{field.name}`" not in PAGE and f'"{field.name}"' not in PAGE
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("example", "message"),
    list(zip(EXAMPLES, MESSAGES, strict=True)),
    ids=[one.__name__ for one in MESSAGES],
)
def test_every_example_has_the_fields_of_its_message(example: str, message: type) -> None:
    """No example has a field that is not there, and none leaves one out that must be."""
    shown = json.loads(example)
    fields = {field.name: field for field in dataclasses.fields(message)}
    required = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }

    assert set(shown) <= set(fields)
    assert required <= set(shown)


def test_the_enrolment_example_can_be_read() -> None:
    """The first thing another end would copy works."""
    read = msgspec.json.decode(EXAMPLES[0], type=Enrolment)

    assert len(read.public_key) == 32


def test_every_kind_and_code_is_told() -> None:
    """What may be asked, and why something is refused."""
    assert [one.value for one in Task if f"`{one.value}`" not in PAGE] == []
    assert [one.value for one in Rejection if f"`{one.value}`" not in PAGE] == []
    assert f"version {protocol.PROTOCOL}" in PAGE.splitlines()[0]
    assert protocol.SIGNATURE_HEADER in PAGE
