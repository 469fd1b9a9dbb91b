# SPDX-License-Identifier: Apache-2.0
"""Fingerprints come in whole, with where they are from, and what cannot match is said."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.errors import InvalidInput
from app.services import fingerprints
from app.storage.database import Sessions
from app.storage.measurements import FingerprintRow
from tests.make import NOW

SETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "blocking-fingerprints"
HEADER = (
    "name,scope,other_names,location_found,pattern_type,pattern,confidence_no_fp,"
    "expected_countries,source,exp_url,notes\n"
)
ROW = "ooni.kz_0,isp,,body,contains,Access denied,5,KZ,ooni,https://explorer.example/1,Seen once\n"


def _import(
    sessions: Sessions, text: str, *, origin: str = "ooni", licence: str | None = None
) -> fingerprints.ImportResult:
    with sessions.writing() as session:
        return fingerprints.import_csv(session, text, origin=origin, licence=licence, now=NOW)


def _rows(sessions: Sessions) -> list[FingerprintRow]:
    with sessions.reading() as session:
        return list(session.scalars(sa.select(FingerprintRow).order_by(FingerprintRow.name)))


def test_all_published_fingerprints_come_in(sessions: Sessions) -> None:
    """All 1,955 published rows are kept, none rejected, and a second import changes none."""
    texts = [SETS / f"fingerprints_{kind}.csv" for kind in ("http", "dns")]
    if not all(path.exists() for path in texts):
        pytest.skip("no copy of OONI's fingerprints beside this checkout")
    read = [path.read_bytes().decode() for path in texts]
    first = [_import(sessions, text, origin=str(n)) for n, text in enumerate(read)]
    again = [_import(sessions, text, origin=str(n)) for n, text in enumerate(read)]
    with sessions.reading() as session:
        loaded = fingerprints.load(session)

    assert sum(one.new for one in first) == len(loaded) == 1955
    assert [(one.rejected, one.broken, one.vanished) for one in first] == [([], [], 0)] * 2
    assert sum(one.unchanged for one in again) == 1955


def test_where_a_fingerprint_is_from_is_kept_with_it(sessions: Sessions) -> None:
    """Set, terms, finder, example, confidence and notes stand in the row."""
    _import(sessions, HEADER + ROW, licence="CC0")
    (row,) = _rows(sessions)

    assert (row.origin, row.licence, row.source) == ("ooni", "CC0", "ooni")
    assert (row.example_url, row.confidence_no_fp) == ("https://explorer.example/1", 5)
    assert (row.notes, row.expected_countries) == ("Seen once", ["KZ"])


def test_terms_nobody_stated_stay_unknown(sessions: Sessions) -> None:
    """OONI's set has no licence file, so nothing is assumed."""
    _import(sessions, HEADER + ROW)

    assert _rows(sessions)[0].licence is None


def test_a_changed_row_is_updated_and_a_missing_one_stays(sessions: Sessions) -> None:
    """A newer file changes what it changes; what it leaves out is counted, and still there."""
    _import(sessions, HEADER + ROW + ROW.replace("kz_0", "kz_1"))
    again = _import(sessions, HEADER + ROW.replace("Access denied", "Доступ закрыт"))

    assert (again.new, again.changed, again.vanished) == (0, 1, 1)
    assert [row.pattern for row in _rows(sessions)] == ["Доступ закрыт", "Access denied"]


def test_a_pattern_that_cannot_match_is_kept_and_named(sessions: Sessions) -> None:
    """A regular expression that does not compile is reported by line, not dropped in silence."""
    result = _import(sessions, HEADER + ROW.replace("contains,Access denied", "regexp,(unclosed"))

    assert (result.new, result.rejected) == (1, [])
    assert [one["line"] for one in result.broken] == [2]
    assert "regular expression" in result.broken[0]["reason"]
    assert len(_rows(sessions)) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROW, "the same name as line 2"),
        (ROW.replace("ooni.kz_0", ""), "no name"),
        (ROW.replace(",KZ,", ",Kazakhstan,"), "expected_countries"),
        (ROW.replace(",5,", ",high,"), "confidence_no_fp"),
        ("too,few\n", "fields"),
        (ROW.replace("Access denied", '"Access" denied'), "CSV"),
    ],
)
def test_a_wrong_row_is_named_and_costs_itself_only(
    sessions: Sessions, row: str, reason: str
) -> None:
    """One bad row is reported by line; the rows around it are kept."""
    result = _import(sessions, HEADER + ROW + row + ROW.replace("kz_0", "kz_9"))

    assert (result.rows, result.new) == (3, 2)
    assert [one["line"] for one in result.rejected] == [3]
    assert reason in result.rejected[0]["reason"]


def test_a_file_without_its_columns_is_refused(sessions: Sessions) -> None:
    """What is no fingerprint file is not half taken."""
    with pytest.raises(InvalidInput, match="pattern_type"):
        _import(sessions, "name,scope\na,b\n")
