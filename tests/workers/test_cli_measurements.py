# SPDX-License-Identifier: Apache-2.0
"""`qalam measurements` and `qalam export measurements`, as people use them: real processes."""

import asyncio
import gzip
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from app.services import sites
from app.storage.database import Sessions
from app.storage.measurements import MeasurementRow
from tests.domain.blocking import scenes, see
from tests.domain.blocking.scenes import Case
from tests.exports.carried import exported
from tests.make import NOW
from tests.test_cli import run
from tests.workers.receiver import receiving
from tests.workers.sources.ooni_server import HOST, OoniServer
from workers.cli_measurements import Intake, fetch_all
from workers.sources.disk_cache import DiskCache
from workers.sources.jsonl_file import MAX_LINE_BYTES, read_lines
from workers.sources.ooni_api import Manners, OoniApi, OoniQuery

BLOCKED = Case("blocked", "tls_reset", see.tls_fails(), scenes.REACHES)
FINE = Case("fine", "https_genuine", see.https_ok(), scenes.REACHES)


def _file(folder: Path, *cases: Case) -> Path:
    path = folder / "measurements.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(exported(one)) + b"\n" for one in cases))
    return path


def _json(folder: Path, *arguments: str) -> dict[str, Any]:
    done = run(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def _json_rows(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    done = run(folder, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    read: list[dict[str, Any]] = json.loads(done.stdout)
    return read


def test_a_file_goes_in_and_comes_out_the_same(tmp_path: Path) -> None:
    """Import, then export: the same measurements, by the same names, in a file of their own."""
    path = _file(tmp_path, BLOCKED, FINE)
    counts = _json(tmp_path, "measurements", "import", str(path), "--add-sites")
    done = run(tmp_path, "export", "measurements", "--output", "out.jsonl")
    written = (tmp_path / "out.jsonl").read_bytes().splitlines()

    assert (counts["lines"], counts["new"], counts["rejected"]) == (2, 2, [])
    assert done.returncode == 0
    assert "2 measurements written" in done.stderr
    first = {
        json.loads(line)["report_id"]: json.loads(line) for line in path.read_bytes().splitlines()
    }
    again = {json.loads(line)["report_id"]: json.loads(line) for line in written}
    assert {name: one["input"] for name, one in again.items()} == {
        name: one["input"] for name, one in first.items()
    }
    assert all(
        one["test_keys"]["x_qalam"]["verdict"] == first[name]["test_keys"]["x_qalam"]["verdict"]
        for name, one in again.items()
    )


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(tmp_path: Path) -> None:
    """The counts are those of the real import, doubles in the file included; nothing stays."""
    path = _file(tmp_path, BLOCKED, BLOCKED)
    dry = _json(tmp_path, "measurements", "import", str(path), "--add-sites", "--dry-run")
    real = _json(tmp_path, "measurements", "import", str(path), "--add-sites")

    assert (dry["new"], dry["unchanged"]) == (real["new"], real["unchanged"]) == (1, 1)
    assert not (tmp_path / "data" / "bodies").exists() or real["new"] == 1


def test_wrong_lines_are_named_and_the_others_taken(tmp_path: Path) -> None:
    """Line and reason on standard error; compressed or not."""
    good = msgspec.json.encode(exported(BLOCKED))
    path = tmp_path / "mixed.jsonl.gz"
    path.write_bytes(gzip.compress(b"nonsense\n\n" + good + b"\n{}\n"))
    done = run(tmp_path, "measurements", "import", str(path), "--add-sites")

    assert done.returncode == 0
    assert "1 are new" in done.stdout
    assert "line 1: not JSON" in done.stderr
    assert "line 4: the measurement has no test_keys" in done.stderr


def test_a_file_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    """A cut download is told by its last line."""
    path = _file(tmp_path, *(replace(BLOCKED, name=str(n)) for n in range(40)))
    path.write_bytes(gzip.compress(path.read_bytes())[:-600])
    counts = _json(tmp_path, "measurements", "import", str(path), "--add-sites")

    assert 0 < counts["new"] < 40
    assert counts["rejected"][-1]["reason"] == "the file breaks off here"


@pytest.mark.parametrize(
    "arguments",
    [
        ("measurements", "import", "nowhere.jsonl"),
        ("export", "measurements", "--site", "https://unlisted.example/"),
        ("measurements", "fetch", "--country", "KZ", "--since", "2026-03-02", "--until", "2026-03-01"),
        ("measurements", "fetch", "--country", "KZ", "--since", "2026-03-01", "--api", "http://127.0.0.1"),
    ],
)  # fmt: skip
def test_wrong_usage_is_a_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Whatever is wrong is said in one line, with code 1, never by a traceback."""
    done = run(tmp_path, *arguments)

    assert done.returncode == 1
    assert "qalam:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_public_export_of_a_small_network_is_empty_and_says_so(tmp_path: Path) -> None:
    """`--public` writes what anybody may see: of a network of one vantage nothing."""
    path = _file(tmp_path, BLOCKED)
    run(tmp_path, "measurements", "import", str(path), "--add-sites")
    done = run(tmp_path, "export", "measurements", "--public")

    assert done.stdout == ""
    assert "1 of networks too small to be shown left out" in done.stderr


def test_lists_prefixes_and_fingerprints_keep_whose_they_are(tmp_path: Path) -> None:
    """Source and terms given on the command line stand with the rows; JSON tells the counts."""
    (tmp_path / "ours.csv").write_text("url,category_code\nhttps://a.example/,NEWS\n")
    (tmp_path / "routes.csv").write_text("prefix,asn,name\n95.56.0.0/14,9198,Kazakhtelecom\n")
    (tmp_path / "marks.csv").write_text(
        "name,scope,location_found,pattern_type,pattern,expected_countries\n"
        "a.kz_0,nat,body,regexp,(unclosed,KZ\n"
    )
    listed = _json(tmp_path, "sites", "import", "ours.csv", "--source", "us", "--licence", "CC0")
    routed = _json(tmp_path, "networks", "import", "routes.csv")
    marked = _json(tmp_path, "fingerprints", "import", "marks.csv", "--source", "them")
    (shown,) = _json_rows(tmp_path, "fingerprints", "list")
    (table,) = _json_rows(tmp_path, "networks", "list")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'data' / 'qalam.db'}")
    with engine.connect() as connection:
        site = connection.execute(sa.text("SELECT list_name, list_licence FROM sites")).one()
        mark = connection.execute(sa.text("SELECT origin, licence FROM fingerprints")).one()
    engine.dispose()

    assert (listed["new"], routed["kept"], marked["new"]) == (1, 1, 1)
    assert (tuple(site), tuple(mark)) == (("us", "CC0"), ("them", None))
    assert [one["line"] for one in marked["broken"]] == [2]
    assert (shown["origin"], shown["licence"], shown["fingerprints"]) == ("them", None, 1)
    assert (table["source"], table["prefixes"]) == ("routes.csv", 1)


def test_what_the_api_gives_stands_in_the_record(sessions: Sessions, tmp_path: Path) -> None:
    """Fetched measurements are taken in as they come; those that are not there are named."""
    server = OoniServer()
    server.add("uid0", exported(BLOCKED))
    server.add("uid1", {**exported(FINE), "test_keys": None})
    with sessions.writing() as session:
        text = f"url\n{see.HTTPS}\n"
        sites.import_list(session, text, list_name="kz", licence=None, country="KZ", now=NOW)
    intake = Intake(sessions=sessions, add_sites=False, dry_run=False, folder=tmp_path)
    with receiving(server) as receiver:
        api = OoniApi(
            base=receiver.url(HOST, ""),
            cache=DiskCache(tmp_path),
            policy=receiver.policy(),
            now=lambda: NOW,
            manners=Manners(pause=0.0),
        )
        query = OoniQuery(country="KZ", since=date(2026, 3, 1), until=date(2026, 3, 2))
        asyncio.run(fetch_all(api, query, intake))
    with sessions.reading() as session:
        kept = session.scalar(sa.select(sa.func.count()).select_from(MeasurementRow))

    assert (intake.result.new, kept) == (1, 2)
    assert [one.line for one in intake.result.rejected] == [2]


def test_a_line_beyond_all_measure_is_passed_over(tmp_path: Path) -> None:
    """One endless line does not fill the memory, and the next line is read."""
    path = tmp_path / "long.jsonl.gz"
    path.write_bytes(gzip.compress(b"x" * (MAX_LINE_BYTES + 5) + b"\nsecond\n", 1))
    first, second = read_lines(path)

    assert first.problem is not None
    assert (second.number, second.text) == (2, b"second\n")
