# SPDX-License-Identifier: Apache-2.0
"""`make demo` shows what it promises: run as a program, watched from outside."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[1]
WITHIN_SECONDS = 120


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _get(url: str) -> Any:
    try:
        return httpx.get(url, timeout=5, trust_env=False).json()
    except httpx.HTTPError:
        return None


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The running demonstration: the address of its pages, and of its inbox."""
    if not sys.platform.startswith("linux"):
        pytest.skip("the demonstration gives its machines addresses in 127.0.0.0/8: Linux only")
    port = _free_port()
    log = tmp_path / "demo.log"
    command = [sys.executable, "-u", "-m", "tests.testbed.demo", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--folder", str(tmp_path)], stdout=out, stderr=out, cwd=ROOT
        )
        try:
            yield f"http://127.0.0.1:{port}", _inbox_of(log, process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
    assert process.returncode == 0, log.read_text(encoding="utf-8")[-2000:]


def _inbox_of(log: Path, process: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        found = re.search(r"inbox\s+(http://127\.0\.0\.1:\d+)/", log.read_text(encoding="utf-8"))
        if found:
            return found[1]
        assert process.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.1)
    pytest.fail("the demonstration did not name its inbox within 30 seconds")


def _seen(pages: str) -> dict[str, tuple[str, str | None]]:
    answer = _get(f"{pages}/api/v1/sites?category=NEWS") or {"data": []}
    return {
        site["url"]: (site["state"], site["states"][0]["mechanism"] if site["states"] else None)
        for site in answer["data"]
    }


@pytest.mark.demo
def test_the_demonstration_keeps_its_promise(demo: tuple[str, str]) -> None:
    """Within two minutes: one site blocked by DNS, one by SNI, one down, one untouched; three messages."""
    pages, inbox = demo
    expected = {
        "https://courier.example/": ("blocked", "nxdomain"),
        "https://tribune.example/": ("blocked", "sni_reset"),
        "https://daily.example/": ("down", "refused"),
        "https://gazette.example/": ("reachable", None),
    }
    until = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < until:
        if _seen(pages) == expected and len(_get(f"{inbox}/messages.json") or []) >= 3:
            break
        time.sleep(1)

    messages = _get(f"{inbox}/messages.json")

    assert _seen(pages) == expected
    assert sorted((one["type"], one["data"]["site_url"]) for one in messages) == [
        ("site.blocked.fired", "https://courier.example/"),
        ("site.blocked.fired", "https://tribune.example/"),
        ("site.down.fired", "https://daily.example/"),
    ]
    assert "courier.example" in httpx.get(f"{pages}/", timeout=5, trust_env=False).text
