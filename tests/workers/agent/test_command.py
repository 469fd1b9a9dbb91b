# SPDX-License-Identifier: Apache-2.0
"""`qalam agent` as a volunteer uses it: real processes, against a collector on a real port."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import __version__
from app.domain.agents import consent
from tests.workers.agent.collector import Collector, problem
from workers.cli_base import command

ROOT = Path(__file__).resolve().parents[3]
# The command of the base install, without what the server adds where it is installed.
QALAM = (sys.executable, "-c", "from workers.cli_base import command; command()")
ACCEPTED = ("--accept-risk", consent.VERSION)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that has invited one machine, with a clock like everybody's."""
    with Collector() as running:
        running.now = lambda: datetime.now(UTC)  # noqa: TID251  The real process has a real clock.
        yield running


class Laptop:
    """A machine: an environment without a trace of any other, and one folder."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "agent"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "QALAM_AGENT_HOME": str(self.home),
        }

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start the command. Its name server is a closed port: no packet leaves this machine."""
        return subprocess.Popen(
            [*QALAM, "agent", "--resolver", "127.0.0.1:9", *arguments],
            **{
                "env": self._environment,
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.STDOUT,
                "text": True,
                **options,
            },
        )

    def run(self, *arguments: str, **options: Any) -> tuple[int, str]:
        """Run the command to its end; return its code and what it said."""
        process = self.start(*arguments, **options)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said or ""

    def enrol(self, collector: Collector) -> tuple[int, str]:
        """Take the first step, and end."""
        return self.run("--server", collector.url, "--token", "qlt_good", *ACCEPTED, "--once")


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A machine that was never an agent."""
    return Laptop(tmp_path)


@pytest.mark.parametrize("arguments", [(), ("--accept-risk", "0")])
def test_nothing_is_sent_before_the_risk_is_accepted(
    laptop: Laptop, collector: Collector, arguments: tuple[str, ...]
) -> None:
    """Nobody there to read, or another text accepted: code 2, and not one request."""
    code, said = laptop.run("--server", collector.url, "--token", "qlt_good", *arguments)

    assert code == 2
    assert "--show-risk" in said
    assert collector.asked == []


@pytest.mark.parametrize(("answer", "expected"), [("y", 2), ("yes", 0)])
def test_a_person_reads_the_text_and_answers(
    laptop: Laptop, collector: Collector, answer: str, expected: int
) -> None:
    """At a terminal the whole text is shown; only a full yes goes on."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        code, said = laptop.run(
            "--server", collector.url, "--token", "qlt_good", "--once", stdin=theirs
        )
    finally:
        os.close(ours)
        os.close(theirs)

    assert code == expected, said
    assert "WHAT MIGHT BE CONCLUDED ABOUT YOU" in said
    assert bool(collector.asked) is (expected == 0)


def test_enrolled_once_it_needs_no_token_again(laptop: Laptop, collector: Collector) -> None:
    """The identity is kept for its owner's eyes, and consent and key outlive a restart."""
    code, said = laptop.enrol(collector)
    again, _ = laptop.run("--once")

    assert (code, again) == (0, 0), said
    assert "Enrolled as the vantage kz-1 (field)." in said
    (asked,) = collector.enrolments
    assert asked.consent.version == consent.VERSION
    assert {"ANON", "GMB", "PORN"} <= set(asked.refused_categories)
    assert not consent.MEASURED_CATEGORIES & set(asked.refused_categories)
    assert collector.asked[-1][1]["authorization"] == "Bearer qlm_1"
    assert (laptop.home / "identity.json").stat().st_mode & 0o777 == 0o600
    assert laptop.home.stat().st_mode & 0o777 == 0o700


def test_a_used_up_token_in_a_unit_file_does_no_harm(laptop: Laptop, collector: Collector) -> None:
    """The same command line works at every start; another token enrols anew."""
    laptop.enrol(collector)
    same, _ = laptop.enrol(collector)
    collector.tokens.add("qlt_new")
    fresh, _ = laptop.run("--token", "qlt_new", "--once")

    assert (same, fresh) == (0, 0)
    assert len(collector.enrolments) == 2
    assert collector.asked[-1][1]["authorization"] == "Bearer qlm_2"


def test_a_changed_text_is_shown_again(laptop: Laptop, collector: Collector) -> None:
    """Consent to an older text is not consent to this one."""
    laptop.enrol(collector)
    path = laptop.home / "identity.json"
    kept = json.loads(path.read_text())
    kept["consent"]["version"] = "0"
    path.write_text(json.dumps(kept))
    before = len(collector.asked)

    assert laptop.run("--once")[0] == 2
    assert len(collector.asked) == before
    assert laptop.run("--once", *ACCEPTED)[0] == 0
    assert laptop.run("--once")[0] == 0


def test_refusals_are_remembered(laptop: Laptop, collector: Collector) -> None:
    """A start without options changes nothing about what the owner said before."""
    laptop.run(
        "--server", collector.url, "--token", "qlt_good", *ACCEPTED, "--once",
        "--refuse", "humr,POLR", "--also", "ANON",
    )  # fmt: skip
    laptop.run("--once")
    wrong = laptop.run("--once", "--refuse", "HUMMR")
    kept = set(json.loads((laptop.home / "identity.json").read_text())["refused_categories"])

    assert wrong[0] == 1
    assert "HUMMR" in wrong[1]
    assert {"HUMR", "POLR"} <= kept
    assert not {"ANON", "NEWS"} & kept
    assert kept == set(collector.enrolments[0].refused_categories)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "not enrolled yet"),
        (("--server", "http://collector.example", "--token", "x"), "must begin with https://"),
        (("--server", "http://abcdef.onion", "--token", "x"), "--proxy socks5h://"),
        (("--server", "ftp://collector.example", "--token", "x"), "an address such as"),
        (("--server", "https://user@collector.example", "--token", "x"), "an address such as"),
        (("--server", "https://c.example:port", "--token", "x"), "an address such as"),
        (("--proxy", "9050"), "socks5h://"),
        (("--proxy", "socks5h://127.0.0.1:port"), "socks5h://"),
        (("--home", "/dev/null/agent"), "cannot be used"),
        (("--ca", "/nowhere.pem"), "no certificate"),
        (("--status",), "no agent is enrolled"),
    ],
)
def test_a_wrong_start_says_what_to_write(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """One sentence, and no traceback."""
    home = ("--home", str(tmp_path / "agent"))
    result = CliRunner().invoke(command, ["agent", *home, *arguments, *ACCEPTED])

    assert result.exit_code == 1
    assert said in " ".join(result.output.split())
    assert isinstance(result.exception, SystemExit)


def test_a_wrong_token_is_told(laptop: Laptop, collector: Collector) -> None:
    """What the collector says reaches the person; nothing is kept."""
    code, said = laptop.run("--server", collector.url, "--token", "qlt_bad", *ACCEPTED)

    assert code == 1
    assert "The token is wrong, used or expired." in said
    assert not (laptop.home / "identity.json").exists()


def test_a_revoked_agent_ends_with_code_1(laptop: Laptop, collector: Collector) -> None:
    """It stops by itself and says why; what it kept stays."""
    laptop.enrol(collector)
    collector.script("control", problem(410, "This agent was revoked."))
    code, said = laptop.run()

    asked = len(collector.asked)
    again, _ = laptop.run()

    assert (code, again) == (1, 1)
    assert "out of service" in said
    assert len(collector.asked) == asked  # Whoever is revoked does not even knock again.
    assert (laptop.home / "spool.db").exists()
    collector.tokens.add("qlt_new")
    assert laptop.run("--token", "qlt_new", "--once")[0] == 0


def test_it_runs_until_it_is_told_to_stop(laptop: Laptop, collector: Collector) -> None:
    """One agent a folder; its status can be asked meanwhile; a signal ends it with code 0."""
    laptop.enrol(collector)
    process = laptop.start()
    try:
        assert process.stdout is not None
        while "Working" not in process.stdout.readline():
            assert process.poll() is None
        code, said = laptop.run()
        assert (code, "another agent already works" in " ".join(said.split())) == (1, True)
        _, status = laptop.run("--status", "--json")
        found = json.loads(status)
        assert found["is_running"]
        assert (found["version"], found["vantage"], found["waiting"]) == (__version__, "kz-1", 0)
        assert found["last_contact_at"] is not None
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)

    assert process.returncode == 0, said
    assert "0 looks taken" in said
    _, status = laptop.run("--status")
    assert "is running: False" in status


def test_a_killed_agent_starts_again(laptop: Laptop, collector: Collector) -> None:
    """kill -9 leaves the folder free and the files whole."""
    laptop.enrol(collector)
    process = laptop.start()
    time.sleep(1.0)
    process.kill()
    process.communicate(timeout=30)

    assert laptop.run("--once")[0] == 0


_LOADED = """
import sys
sys.path.insert(0, sys.argv[1])
import workers.cli_base
print(" ".join(sorted({name.split(".")[0] for name in sys.modules})))
print(" ".join(sorted(name for name in sys.modules if name.startswith("app."))))
"""


def test_the_agent_needs_no_database_and_no_server() -> None:
    """Importing every command of the base install loads none of the server's libraries."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _LOADED, str(ROOT)], capture_output=True, text=True, check=True
    )
    libraries, ours = (set(line.split()) for line in done.stdout.splitlines())

    assert not libraries & {
        "alembic", "apscheduler", "fastapi", "jinja2", "psycopg", "pydantic", "pydantic_settings",
        "sqlalchemy", "starlette", "structlog", "uvicorn",
    }  # fmt: skip
    assert {"httpx", "msgspec", "cryptography"} <= libraries
    assert not any(
        one.startswith(("app.services", "app.storage", "app.api", "app.web", "app.settings"))
        for one in ours
    )
