# SPDX-License-Identifier: Apache-2.0
"""The rules of the ledger: anybody can recompute it, and no single change passes unnamed."""

import dataclasses
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.record import ledger
from app.domain.record.ledger import NOTHING_BEFORE, Entry, entry_hash
from app.domain.record.ledger_compare import Stored, compare
from app.domain.record.ledger_walk import ChainWalk, Fault, Finding

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DOCS = Path(__file__).resolve().parents[3] / "docs" / "ledger.md"

Row = tuple[Entry, str]


def chain(length: int) -> list[Row]:
    """A ledger of so many entries, each with its hash."""
    rows: list[Row] = []
    previous = NOTHING_BEFORE
    for number in range(1, length + 1):
        entry = Entry(
            number=number,
            revision_id=f"r{number}",
            object_kind="incident",
            object_id="o",
            object_revision=number,
            action="edit",
            actor_id=None,
            at=AT + timedelta(minutes=number),
            sealed_at=AT,
            commitments={"changes.title": hashlib.sha256(str(number).encode()).hexdigest()},
            previous=previous,
        )
        previous = entry_hash(entry)
        rows.append((entry, previous))
    return rows


def walk(rows: list[Row]) -> list[Finding]:
    """What a walk over these rows finds, in the order of their numbers."""
    seen = ChainWalk()
    found = [
        one
        for entry, stored in sorted(rows, key=lambda row: row[0].number)
        for one in seen.feed(entry, stored)
    ]
    return [*found, *seen.finish()]


def renumbered(row: Row, number: int) -> Row:
    """The row under another number, its hash as it was."""
    return dataclasses.replace(row[0], number=number), row[1]


@given(st.integers(0, 40))
def test_a_whole_chain_is_valid(length: int) -> None:
    """Nothing is found where nothing was done."""
    assert walk(chain(length)) == []


@given(st.integers(1, 20), st.data())
def test_any_changed_field_of_any_entry_is_named(length: int, data: st.DataObject) -> None:
    """Whatever an entry says, changing it names this entry and no other."""
    rows = chain(length)
    index = data.draw(st.integers(0, length - 1))
    change: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"revision_id": "other"},
                {"object_kind": "case"},
                {"object_id": "other"},
                {"object_revision": 999},
                {"action": "create"},
                {"actor_id": "somebody"},
                {"at": AT - timedelta(days=1)},
                {"sealed_at": AT + timedelta(microseconds=1)},
                {"commitments": {}},
                {"previous": "f" * 64},
            ]
        )
    )
    entry, stored = rows[index]
    rows[index] = (dataclasses.replace(entry, **change), stored)

    (found,) = walk(rows)

    assert (found.fault, found.number) == (Fault.ENTRY_CHANGED, index + 1)


@given(st.integers(3, 30), st.data())
def test_a_deleted_middle_row_is_named(length: int, data: st.DataObject) -> None:
    """By its number, whether the rest was renumbered to close the gap or not."""
    rows = chain(length)
    index = data.draw(st.integers(0, length - 2))
    del rows[index]
    (gap,) = walk(rows)
    closed = [*rows[:index], *(renumbered(one, one[0].number - 1) for one in rows[index:])]
    (shift,) = walk(closed)

    assert (gap.fault, gap.number) == (Fault.ENTRIES_MISSING, index + 1)
    assert (shift.fault, shift.number) == (Fault.ENTRIES_MISSING, index + 1)


@given(st.integers(2, 30), st.data())
def test_swapped_rows_are_named(length: int, data: st.DataObject) -> None:
    """Both, near or far apart."""
    rows = chain(length)
    first, second = sorted(
        data.draw(st.lists(st.integers(1, length), min_size=2, max_size=2, unique=True))
    )
    rows[first - 1], rows[second - 1] = (
        renumbered(rows[second - 1], first),
        renumbered(rows[first - 1], second),
    )

    found = walk(rows)

    assert {(one.fault, one.number) for one in found} == {
        (Fault.ENTRY_MOVED, first),
        (Fault.ENTRY_MOVED, second),
    }


def test_rows_swapped_far_apart_are_named() -> None:
    """Also beyond the places that are tried first."""
    rows = chain(300)
    rows[4], rows[249] = renumbered(rows[249], 5), renumbered(rows[4], 250)

    assert {(one.fault, one.number) for one in walk(rows)} == {
        (Fault.ENTRY_MOVED, 5),
        (Fault.ENTRY_MOVED, 250),
    }


@given(st.integers(2, 30), st.data())
def test_an_inserted_row_is_named(length: int, data: st.DataObject) -> None:
    """Put in with a correct hash of its own, the rest renumbered behind it."""
    rows = chain(length)
    number = data.draw(st.integers(1, length))
    previous = rows[number - 2][1] if number > 1 else NOTHING_BEFORE
    entry = dataclasses.replace(
        rows[0][0], number=number, previous=previous, revision_id="forged", at=AT
    )
    after = [renumbered(one, one[0].number + 1) for one in rows[number - 1 :]]

    found = walk([*rows[: number - 1], (entry, entry_hash(entry)), *after])

    assert [(one.fault, one.number) for one in found] == [(Fault.ENTRY_INSERTED, number)]


def test_a_replaced_entry_with_a_correct_hash_breaks_the_link() -> None:
    """Who rewrites one entry must rewrite all behind it."""
    rows = chain(5)
    forged = dataclasses.replace(rows[2][0], action="create")
    rows[2] = (forged, entry_hash(forged))

    (found,) = walk(rows)

    assert (found.fault, found.number) == (Fault.LINK_BROKEN, 3)


def test_a_cut_tail_is_not_seen_from_inside() -> None:
    """The chain alone cannot know what came after its end: that is what checkpoints are for."""
    assert walk(chain(20)[:10]) == []


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(json_values, json_values)
def test_a_commitment_is_to_one_value(value: object, other: object) -> None:
    """The same value commits to the same under one salt, another value to another."""
    salt = "ab" * ledger.SALT_BYTES

    assert ledger.commitment(salt, value) == ledger.commitment(salt, value)
    if ledger.canonical(value) != ledger.canonical(other):
        assert ledger.commitment(salt, value) != ledger.commitment(salt, other)


@given(json_values)
def test_a_value_is_written_as_the_documentation_says(value: object) -> None:
    """By Python's own `json`, with sorted keys and no spaces."""
    by_json = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert ledger.canonical(value) == by_json.encode("utf-8", "surrogatepass")


def sealed(reason: str | None, changes: dict[str, Any]) -> tuple[Entry, Stored]:
    """An entry and the revision it seals."""
    fields = ledger.committed_fields(reason, changes)
    salts = {name: hashlib.md5(name.encode()).hexdigest() for name in fields}
    entry = dataclasses.replace(
        chain(1)[0][0],
        commitments={name: ledger.commitment(salts[name], one) for name, one in fields.items()},
    )
    stored = Stored(
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        object_revision=entry.object_revision,
        action=entry.action,
        actor_id=entry.actor_id,
        at=entry.at,
        reason=reason,
        changes=changes,
        salts=salts,
    )
    return entry, stored


@given(st.dictionaries(st.text(min_size=1), json_values, min_size=1, max_size=4), st.data())
def test_one_changed_value_is_named_by_its_field(
    changes: dict[str, Any], data: st.DataObject
) -> None:
    """Nothing is found before; afterwards exactly the field that was changed."""
    entry, stored = sealed("why", changes)
    name = data.draw(st.sampled_from(sorted(changes)))
    changed = dataclasses.replace(stored, changes={**changes, name: ["changed"]})

    assert compare(entry, stored, {}) == ([], 0)
    if changes[name] != ["changed"]:
        found, _ = compare(entry, changed, {})
        assert [(one.fault, one.field) for one in found] == [
            (Fault.REVISION_CHANGED, f"changes.{name}")
        ]


def test_added_and_removed_fields_are_named() -> None:
    """A field nobody sealed, and a sealed one that is gone with its salt still there."""
    entry, stored = sealed(None, {"title": "a"})

    added, _ = compare(entry, dataclasses.replace(stored, changes={"title": "a", "x": 1}), {})
    gone, _ = compare(entry, dataclasses.replace(stored, changes={}), {})
    reasoned, _ = compare(entry, dataclasses.replace(stored, reason="new"), {})

    assert [one.field for one in added] == ["changes.x"]
    assert [one.field for one in gone] == ["changes.title"]
    assert [one.field for one in reasoned] == ["reason"]


def test_erased_is_valid_only_where_somebody_said_so() -> None:
    """Value and salt gone: counted where an erasure announces it, named where none does."""
    entry, stored = sealed("why", {"title": "Name", "kind": "x"})
    erased = dataclasses.replace(
        stored,
        changes={"title": None, "kind": "x"},
        salts={name: one for name, one in stored.salts.items() if name != "changes.title"},
    )

    announced, count = compare(entry, erased, {"r1": frozenset({"changes.title"})})
    silent, _ = compare(entry, erased, {})

    assert (announced, count) == ([], 1)
    assert [one.fault for one in silent] == [Fault.ERASED_WITHOUT_RECORD]


def test_a_salt_taken_from_a_standing_value_is_named() -> None:
    """Without its salt a value cannot be checked, and is not passed over."""
    entry, stored = sealed(None, {"title": "Name"})

    found, erased = compare(entry, dataclasses.replace(stored, salts={}), {})

    assert ([one.fault for one in found], erased) == ([Fault.SALT_LOST], 0)


def test_the_example_of_the_documentation_can_be_recomputed() -> None:
    """docs/ledger.md gives bytes and hashes; nothing but SHA-256 and JSON leads from one to the other."""
    text = DOCS.read_text(encoding="utf-8")
    blocks = dict(
        re.findall(r"<!-- (\w+) -->\n```(?:json|text)\n(.*?)\n```", text, flags=re.DOTALL)
    )
    example = json.loads(blocks["revision"])
    entry = json.loads(blocks["entry"])

    for name, salt in example["salts"].items():
        field = example["reason"] if name == "reason" else example["changes"][name[8:]]
        written = json.dumps(field, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        by_hand = hashlib.sha256(bytes.fromhex(salt) + written.encode()).hexdigest()
        assert entry["commitments"][name] == by_hand == ledger.commitment(salt, field)
    written = blocks["canonical"]
    assert json.loads(written) == entry
    assert written == json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(written.encode()).hexdigest() == blocks["hash"]
    fields: dict[str, Any] = {name: one for name, one in entry.items() if name != "format"}
    for name in ("at", "sealed_at"):
        fields[name] = datetime.fromisoformat(fields[name])
    assert entry_hash(Entry(**fields)) == blocks["hash"]
