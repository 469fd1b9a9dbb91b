# SPDX-License-Identifier: Apache-2.0
"""`qalam judge`: one line of JSON for each line of the file, whatever the line holds."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.domain.blocking.classic.qa import QA
from tests.domain.blocking.classic.stories import BLOCKPAGE, Json, ask, get, measured, tcp
from workers import cli_judge

COMMAND = "from workers.cli_base import command; command()"
ROOT = Path(__file__).resolve().parents[2]
STORY = next(one for one in QA if one.name == "dnsBlockingNXDOMAIN")
LINE = json.dumps(STORY.measured).encode()
BROKEN = {
    b"[1, 2": "not JSON, from character 7 on",
    b"[" * 5000 + b"]" * 5000: "not readable: lists and objects are nested too deeply",
    b'{"a": NaN}': "NaN and Infinity are no numbers of JSON: write null or a number",
    b'{"input": "https://a.b/", "input": 1}': "a key stands twice in one object: which one is meant?",
    b'{"a": ' + b"9" * 5000 + b"}": "not readable: a number has too many digits",
    b'"\xff\xfe"': "not UTF-8: write the measurement in that encoding",
    b"\x00\x00": "not JSON, from character 1 on",
    b"null": "/: write one measurement here, as a JSON object",
    b"[]": "/: write one measurement here, as a JSON object",
    b'{"input": "https://a.b/"}': "/test_keys: write the object with the test's results here",
    b'{"input": "\\ud800", "test_keys": {}}': "/input: write an address here that begins with "
    "http:// or https://",
}


def judged(*arguments: str, stdin: bytes = b"") -> tuple[int, list[Json], str]:
    """Run the command; return its exit code, its lines, and what it said beside them."""
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, "judge", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=ROOT,
        timeout=120,
    )
    answers: list[Any] = [json.loads(line) for line in ran.stdout.splitlines()]
    return ran.returncode, answers, ran.stderr.decode()


def test_every_line_is_answered(tmp_path: Path) -> None:
    """Broken lines are named with number and reason, and the others are judged."""
    file = tmp_path / "mixed.jsonl"
    lines = [b"\xef\xbb\xbf" + LINE + b"\r", b"", b"   ", *BROKEN, LINE]
    file.write_bytes(b"\n".join(lines))

    code, answers, said = judged(str(file))

    assert code == 1
    assert said == ""
    assert len(answers) == len(BROKEN) + 2
    assert answers[0] == answers[-1]
    assert answers[0]["input"] == STORY.measured["input"]
    assert answers[0]["ooni"] == STORY.keys
    assert set(answers[0]["verdict"]) == {
        "state",
        "layer",
        "mechanism",
        "interference",
        "confidence",
        "rule",
        "rules_version",
        "reasons",
    }
    errors = [(one["line"], one["error"]) for one in answers[1:-1]]
    assert errors == list(enumerate(BROKEN.values(), start=4))


def test_a_whole_file_ends_with_0_gzipped_and_piped() -> None:
    """Standard input does, and gzip is recognised by itself."""
    packed = gzip.compress(LINE + b"\n" + LINE + b"\n")

    plain = judged("-", stdin=LINE + b"\n" + LINE)
    zipped = judged("-", stdin=packed)

    assert plain[0] == zipped[0] == 0
    assert plain[1] == zipped[1]
    assert len(plain[1]) == 2


def test_a_file_that_breaks_off_says_so(tmp_path: Path) -> None:
    """What came before the break is judged."""
    file = tmp_path / "half.jsonl.gz"
    file.write_bytes(gzip.compress((LINE + b"\n") * 50)[:-12])

    code, answers, _ = judged(str(file))

    assert code == 1
    assert answers[-1]["error"] == "the file breaks off here"
    assert all("verdict" in one for one in answers[:-1])


def test_no_such_file_is_wrong_usage(tmp_path: Path) -> None:
    """Code 2, with a sentence, for the measurements and for the fingerprints."""
    file = tmp_path / "one.jsonl"
    file.write_bytes(LINE)

    missing = judged(str(tmp_path / "none.jsonl"))
    folder = judged(str(tmp_path))
    marks = judged(str(file), "--fingerprints", str(tmp_path / "none.csv"))

    assert [one[0] for one in (missing, folder, marks)] == [2, 2, 2]
    assert "cannot be read" in missing[2]


def test_fingerprints_confirm_the_verdict_and_leave_the_classic_keys(tmp_path: Path) -> None:
    """A national block page, known in the probe's country."""
    told = measured(
        ask(BLOCKPAGE),
        tcp(BLOCKPAGE, 80, number=40001),
        get("http://www.example.com/", BLOCKPAGE, body="<p>Denied by order</p>", number=40001),
        url="http://www.example.com/",
    )
    told["probe_cc"] = "KZ"
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps(told), encoding="utf-8")
    marks = tmp_path / "http.csv"
    marks.write_text(
        "name,scope,location_found,pattern_type,pattern,expected_countries\n"
        'kz.order,nat,body,contains,"Denied by order",KZ\n'
        "bad,nat,body,contains,x,Kazakhstan\n",
        encoding="utf-8",
    )

    _, (without,), _ = judged(str(file))
    _, (confirmed,), said = judged(str(file), "--fingerprints", str(marks))

    assert confirmed["verdict"]["confidence"] == "confirmed"
    assert confirmed["verdict"]["mechanism"] == "blockpage"
    assert without["verdict"]["confidence"] != "confirmed"
    assert without["ooni"] == confirmed["ooni"]
    assert "line 3" in said


def test_a_line_that_is_too_long_is_named_and_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded by the longest line that is read at all."""
    monkeypatch.setattr(cli_judge, "MAX_LINE_BYTES", 2**20)
    file = tmp_path / "long.jsonl"
    file.write_bytes(b'{"a": "' + b"x" * 3_000_000 + b'"}\n' + LINE)
    answers: list[Any] = []

    def keep(answer: bytes) -> None:
        answers.append(json.loads(answer))

    monkeypatch.setattr(cli_judge.typer, "echo", keep)
    with pytest.raises(cli_judge.typer.Exit) as ended:
        cli_judge.judge_file(str(file))

    assert ended.value.exit_code == 1
    assert answers[0] == {"line": 1, "error": "longer than 1 MiB"}
    assert answers[1]["ooni"] == STORY.keys


def test_the_base_install_is_enough() -> None:
    """Judging brings in neither the database's library nor the server's."""
    script = (
        "import sys, workers.cli_judge; "
        "print([name for name in ('sqlalchemy', 'fastapi', 'pydantic') if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, cwd=ROOT, timeout=60
    )

    assert ran.stdout.strip() == b"[]"
