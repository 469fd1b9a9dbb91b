# SPDX-License-Identifier: Apache-2.0
"""The table of prefixes comes in strictly, is replaced whole, and is never half replaced."""

import pytest

from app.domain.blocking.networks import PrefixTable
from app.errors import InvalidInput
from app.services import networks
from app.storage.database import Sessions
from app.storage.networks import list_sources
from tests.make import NOW

HEADER = "prefix,asn,name\n"


def _import(sessions: Sessions, text: str, source: str = "routes") -> networks.ImportResult:
    with sessions.writing() as session:
        return networks.import_csv(session, text, source=source, now=NOW)


def _table(sessions: Sessions) -> PrefixTable:
    with sessions.reading() as session:
        return networks.load(session)


def test_an_imported_table_answers(sessions: Sessions) -> None:
    """IPv4 and IPv6 prefixes, with and without `AS`, are known with their names."""
    rows = "95.56.0.0/14,AS9198,Kazakhtelecom\n2a00:5da0::/32,9198,Kazakhtelecom\n"
    result = _import(sessions, HEADER + rows)
    table = _table(sessions)

    assert (result.rows, result.kept, result.rejected) == (2, 2, [])
    assert (table.asn("95.59.1.1"), table.asn("2a00:5da0::1")) == (9198, 9198)
    assert table.name(9198) == "Kazakhtelecom"


def test_an_import_replaces_what_its_source_gave_and_no_other(sessions: Sessions) -> None:
    """A newer table of one source leaves nothing of its older one, and all of the others."""
    _import(sessions, HEADER + "10.0.0.0/8,1,\n")
    _import(sessions, HEADER + "11.0.0.0/8,2,\n", source="others")
    _import(sessions, HEADER + "12.0.0.0/8,3,\n")
    table = _table(sessions)
    with sessions.reading() as session:
        kept = [(source, count) for source, count, _ in list_sources(session)]

    assert [table.asn(one) for one in ("10.0.0.1", "11.0.0.1", "12.0.0.1")] == [None, 2, 3]
    assert kept == [("others", 1), ("routes", 1)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("10.0.0.1/8,1,x", "prefix"),  # host bits: which network was meant?
        ("10.0.0.0/40,1,x", "prefix"),
        ("10.0.0.0/8,zero,x", "asn"),
        ("10.0.0.0/8,0,x", "asn"),
        ("10.0.0.0/8,4294967296,x", "asn"),
        ("10.0.0.0/8,1", "fields"),
        ('"10.0.0.0/8"x,1,x', "CSV"),
    ],
)
def test_a_wrong_row_is_named_and_costs_itself_only(
    sessions: Sessions, row: str, reason: str
) -> None:
    """One bad row is reported by line; the rows around it are kept."""
    result = _import(sessions, f"{HEADER}10.0.0.0/8,1,a\n{row}\n11.0.0.0/8,2,b\n")

    assert (result.rows, result.kept) == (3, 2)
    assert [one["line"] for one in result.rejected] == [3]
    assert reason in result.rejected[0]["reason"]


@pytest.mark.parametrize(
    "text", ["", "prefix,name\n10.0.0.0/8,x\n", "prefix,asn,colour\n", HEADER + "nonsense,1,x\n"]
)
def test_a_file_that_is_no_table_replaces_nothing(sessions: Sessions, text: str) -> None:
    """Without its columns, or without one good row, a file is refused and the old table stands."""
    _import(sessions, HEADER + "10.0.0.0/8,1,\n")
    with pytest.raises(InvalidInput):
        _import(sessions, text)

    assert _table(sessions).asn("10.0.0.1") == 1
