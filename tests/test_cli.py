# SPDX-License-Identifier: Apache-2.0
"""The `qalam` command as people use it: real processes, killed and started again."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[1]
QALAM = (sys.executable, "-c", "from workers.cli import main; main()")


def _environment(folder: Path, **more: str) -> dict[str, str]:
    # The resolver is a closed port of loopback: no packet leaves this machine.
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "QALAM_DATA_DIR": str(folder / "data"),
        "QALAM_RESOLVER": "127.0.0.1:9",
        "QALAM_PROBE_WAIT_SECONDS": "0",
        "QALAM_TICK_SECONDS": "0.3",
        **more,
    }


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*QALAM, *arguments],
        env=_environment(folder, **more),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@contextmanager
def started(folder: Path, *arguments: str, **more: str) -> Iterator[tuple[str, Any, Path]]:
    """Run `qalam up`; its address, its process, and where its output goes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / f"up-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*QALAM, "up", *arguments],
            env=_environment(folder, QALAM_PORT=str(port), **more),
            cwd=folder,
            stdout=out,
            stderr=out,
        )
        try:
            yield f"http://127.0.0.1:{port}", process, log
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def wait_for(url: str, log: Path, *, seconds: float = 60) -> httpx.Response:
    """Ask until somebody answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            return httpx.get(url, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"nobody answers: {log.read_text(encoding='utf-8')[-2000:]}")


def test_up_survives_kill_9_and_a_second_start(tmp_path: Path) -> None:
    """The example is loaded once, the admin key is shown once, and nothing is lost by a kill."""
    with started(tmp_path, "--example") as (address, process, first_log):
        wait_for(f"{address}/readyz", first_log)
        before = httpx.get(f"{address}/api/v1/incidents?country=KZ", trust_env=False).json()
        process.kill()
        process.wait(timeout=30)
    with started(tmp_path, "--example") as (address, _, second_log):
        wait_for(f"{address}/readyz", second_log)
        after = httpx.get(f"{address}/api/v1/incidents?country=KZ", trust_env=False).json()

    first, second = first_log.read_text(encoding="utf-8"), second_log.read_text(encoding="utf-8")
    assert len(before["data"]) > 5
    assert [one["id"] for one in after["data"]] == [one["id"] for one in before["data"]]
    assert re.search(r"Admin key.*qlm_", first)
    assert "Admin key" not in second
    assert "https://cpj.org/" in first


def test_without_a_network_the_vantage_is_offline_and_no_site_is_accused(tmp_path: Path) -> None:
    """With no way out the page and the API say that the vantage is offline, and nothing else."""
    with started(tmp_path, "--example") as (address, _, log):
        wait_for(f"{address}/readyz", log)
        until = time.monotonic() + 40
        health = "unknown"
        while health != "offline" and time.monotonic() < until:
            vantages = httpx.get(f"{address}/api/v1/vantages", trust_env=False).json()["data"]
            health = vantages[0]["health"]
            time.sleep(0.3)
        page = httpx.get(f"{address}/", trust_env=False).text
        sites = httpx.get(f"{address}/api/v1/sites?limit=500", trust_env=False).json()["data"]

    assert health == "offline"
    assert "offline" in page
    assert {site["state"] for site in sites} == {"unknown"}


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    """A second Qalam on the same port says which setting to change, without a traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run(tmp_path, "up", QALAM_PORT=str(taken.getsockname()[1]))

    assert result.returncode == 1
    assert "QALAM_PORT" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("QALAM_PORT", "seventy", "QALAM_PORT"),
        ("QALAM_DATABASE_URL", "mysql://x/y", "sqlite:///"),
        ("QALAM_VANTAGE_COUNTRY", "Kazakhstan", "two letters"),
        ("QALAM_CONTROL_PROXY", "127.0.0.1:1080", "socks5://"),
        ("QALAM_RESOLVER", "dns.example", "9.9.9.9"),
        ("QALAM_DOH_URL", "https://dns.example/dns-query", "https://9.9.9.9/dns-query"),
        ("QALAM_DOH_URL", "http://9.9.9.9/dns-query", "https://9.9.9.9/dns-query"),
        ("QALAM_KEEP_OK_DAYS", "7", "60"),
        ("QALAM_RECHECK_SECONDS", "30,90", "[30, 90, 300]"),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, name: str, value: str, said: str) -> None:
    """A wrong setting is named, with what to write instead."""
    result = run(tmp_path, "up", **{name: value})

    assert result.returncode == 1
    assert name in result.stderr
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_sites_import_says_what_it_did(tmp_path: Path) -> None:
    """JSON for programs; a dry run stores nothing; a wrong row is named; the second import is idle."""
    (tmp_path / "kz.csv").write_text(
        "url,category_code,category_description,date_added,source,notes\n"
        "https://news.example/,NEWS,News,2024-01-01,x,\nhttp://127.0.0.1/,NEWS,News,,,\n",
        encoding="utf-8",
    )

    dry = json.loads(run(tmp_path, "sites", "import", "kz.csv", "--dry-run", "--json").stdout)
    first = json.loads(run(tmp_path, "sites", "import", "kz.csv", "--json").stdout)
    second = json.loads(run(tmp_path, "sites", "import", "kz.csv", "--json").stdout)

    assert (dry["new"], first["new"], second["new"], second["unchanged"]) == (1, 1, 0, 1)
    assert [one["line"] for one in first["rejected"]] == [3]


def test_reports_import_takes_a_file_once(tmp_path: Path) -> None:
    """Rows become reports, a wrong row is named, the second import is idle, a dry run stores nothing."""
    (tmp_path / "cases.csv").write_text(
        "Link,Headline,Day\nhttps://ngo.example/1,A reporter was beaten,2026-02-01\n"
        "https://ngo.example/2,,2026-02-02\n",
        encoding="utf-8",
    )
    columns = ["--column", "external_id=Link", "--column", "title=Headline", "--column", "date=Day"]
    command = ("reports", "import", "cases.csv", *columns, "--json")

    dry = json.loads(run(tmp_path, *command, "--dry-run").stdout)
    first = json.loads(run(tmp_path, *command).stdout)
    second = json.loads(run(tmp_path, *command).stdout)

    assert (dry["new"], first["new"], second["new"], second["unchanged"]) == (1, 1, 0, 1)
    assert [one["line"] for one in first["rejected"]] == [3]
    assert run(tmp_path, "reports", "import", "cases.csv").returncode == 1


def test_what_acled_removes_is_noticed_twice_over(tmp_path: Path) -> None:
    """An event absent from a later file of its days is gone, and so is one on the list of deletions."""
    head = (
        "event_id_cnty,event_date,time_precision,event_type,sub_event_type,country,location,notes\n"
    )
    rows = [
        f"KAZ{day},2024-03-1{day},1,Strategic developments,Arrests,Kazakhstan,Almaty,An arrest.\n"
        for day in (1, 2, 3)
    ]
    (tmp_path / "all.csv").write_text(head + "".join(rows), encoding="utf-8")
    (tmp_path / "later.csv").write_text(head + rows[0] + rows[2], encoding="utf-8")
    (tmp_path / "deleted.csv").write_text("event_id_cnty,deleted_timestamp\nKAZ3,1710201600\n")

    results = [
        json.loads(run(tmp_path, "reports", "import", name, "--format", "acled", "--json").stdout)
        for name in ("all.csv", "all.csv", "later.csv", "deleted.csv")
    ]
    (source,) = json.loads(run(tmp_path, "sources", "list", "--json").stdout)

    assert [(one["new"], one["unchanged"], one["vanished"]) for one in results] == [
        (3, 0, 0),
        (0, 3, 0),
        (0, 2, 1),
        (0, 0, 1),
    ]
    assert "not passed on" in source["licence"]


def test_only_a_form_is_described_without_an_address(tmp_path: Path) -> None:
    """A form is sent here under its name; a feed without an address is refused in a sentence."""
    form = ("sources", "add", "--format", "kobo", "--name", "form", "--column", "title=event/what")

    assert run(tmp_path, *form).returncode == 0
    assert "say where it is read from" in run(tmp_path, "sources", "add").stderr


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    """A key is printed once; the list never shows it; revoking twice is harmless."""
    made = run(tmp_path, "key", "create", "--role", "monitor", "--name", "desk", "--owner", "Dana")
    listed = run(tmp_path, "key", "list", "--json")
    (row,) = json.loads(listed.stdout)
    revoked = run(tmp_path, "key", "revoke", row["id"])

    assert made.stdout.startswith("qlm_")
    assert made.stdout.strip() not in listed.stdout
    assert (row["name"], row["owner"]) == ("desk", "Dana")
    assert revoked.returncode == 0


def test_wrong_usage_is_2_and_a_problem_is_1(tmp_path: Path) -> None:
    """Exit codes tell a script which of the two it was."""
    assert run(tmp_path, "sites", "import").returncode == 2
    assert run(tmp_path, "sites", "import", "nowhere.csv").returncode == 1
    assert run(tmp_path, "probe", "http://127.0.0.1/").returncode == 1
    assert run(tmp_path, "db", "check").returncode == 1


def test_a_folder_given_for_a_file_is_told_and_never_a_traceback(tmp_path: Path) -> None:
    """Commands that read a file say why they cannot."""
    for noun in ("sites", "reports"):
        refused = run(tmp_path, noun, "import", ".")
        assert refused.returncode == 1
        assert refused.stderr == "qalam: . cannot be read: Is a directory\n"


def test_a_category_is_enabled_and_disabled(tmp_path: Path) -> None:
    """The answer says how many sites it concerns, and what is probed from now on."""
    (tmp_path / "kz.csv").write_text("url,category_code\nhttps://love.example/,LGBT\n")
    assert run(tmp_path, "sites", "import", "kz.csv").returncode == 0
    enabled = run(tmp_path, "sites", "enable", "lgbt")
    disabled = run(tmp_path, "sites", "disable", "LGBT")

    assert "1 sites are probed." in enabled.stdout
    assert "CULTR, HUMR, LGBT, MMED, NEWS, POLR" in enabled.stdout
    assert "1 sites are no longer probed." in disabled.stdout
    assert run(tmp_path, "sites", "enable", "n3").returncode == 1


def test_probe_asks_every_resolver_it_is_given(tmp_path: Path) -> None:
    """One beside the own one, and one over HTTPS; a name for that one is refused."""
    resolvers = ("--independent-resolver", "127.0.0.1:9", "--doh-url", "https://127.0.0.1:9/q")
    told = run(tmp_path, "probe", "news.example", "--resolver", "127.0.0.1:9", *resolvers, "--json")
    wrong = run(tmp_path, "probe", "news.example", "--doh-url", "https://dns.example/q")

    engines = {one["engine"] for one in json.loads(told.stdout)["lookups"]}
    assert engines == {"system", "udp", "doh"}
    assert wrong.returncode == 1
    assert "https://9.9.9.9/dns-query" in wrong.stderr


def test_probe_prints_a_measurement(tmp_path: Path) -> None:
    """Without a resolver that answers, a probe is still data: layers, failures, no traceback."""
    shown = run(tmp_path, "probe", "news.example", "--resolver", "127.0.0.1:9")
    as_json = run(tmp_path, "probe", "news.example", "--resolver", "127.0.0.1:9", "--json")

    assert shown.returncode == 0
    assert "news.example" in shown.stdout
    measurement = json.loads(as_json.stdout)
    assert measurement["url"] == "https://news.example/"
    assert {one["failure"] for one in measurement["lookups"]} == {"connection_refused"}


def test_a_vantage_is_added_invited_and_revoked(tmp_path: Path) -> None:
    """Standard output holds the token alone, so that a script can take it."""
    added = run(tmp_path, "vantage", "add", "kz-1", "--agent", "--country", "kz", "--asn", "9198")
    again = run(tmp_path, "vantage", "invite", "kz-1")
    shown = json.loads(run(tmp_path, "vantage", "list", "--json").stdout)
    revoked = run(tmp_path, "vantage", "revoke", "kz-1")
    left = json.loads(run(tmp_path, "vantage", "list", "--json").stdout)
    twice = run(tmp_path, "vantage", "add", "kz-1")

    assert re.fullmatch(r"qlt_[A-Za-z0-9_-]{43}\n", added.stdout), added.stderr
    assert re.fullmatch(r"qlt_[A-Za-z0-9_-]{43}\n", again.stdout)
    assert added.stdout != again.stdout
    assert [(one["code"], one["country"], one["egress"]) for one in shown] == [
        ("kz-1", "KZ", "agent")
    ]
    assert revoked.returncode == 0
    assert left == []
    assert twice.returncode == 1
    assert "another code" in twice.stderr
