# SPDX-License-Identifier: Apache-2.0
"""The prober among real packet filters: client, router and server in network namespaces.

Optional: it plays where the kernel lets an ordinary user have networks of their own.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.netns

REPOSITORY = Path(__file__).parents[2]
TOOLS = ("unshare", "ip", "tc", "nft", "iptables")
OWN_NETWORK = ("unshare", "--user", "--map-root-user", "--net")

# Case: (state, layer, mechanism)
EXPECTED: dict[str, tuple[str, str | None, str | None]] = {
    "free": ("ok", None, None),
    "dropped": ("blocked", "tcp", "timeout"),
    "rejected": ("blocked", "tcp", "refused"),
    "prohibited": ("blocked", "tcp", "unreachable"),
    "sni_reset": ("blocked", "tls", "sni_reset"),
    "sni_dropped": ("blocked", "tls", "sni_timeout"),
    "host_reset": ("blocked", "http", "http_reset"),
    "name_denied": ("blocked", "dns", "nxdomain"),
    "name_forged": ("blocked", "dns", "forged_address"),
    "intercepted": ("blocked", "tls", "certificate_mitm"),
    "other_page": ("blocked", "http", "content_difference"),
    "throttled": ("ok", "http", "throttled"),
    "trickling": ("blocked", "http", "throttled"),
    "only_ipv6": ("insufficient", None, None),
    "unplugged": ("insufficient", None, None),
    "site_down": ("down", "tcp", "refused"),
}
# Where the site itself is out of reach for the free machine as well.
NOT_EVEN_OUTSIDE = {"only_ipv6", "site_down"}


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    """Play every case in one world, and return what came of each."""
    if sys.platform != "linux":
        pytest.skip("network namespaces exist on Linux only")
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"the lab needs {', '.join(missing)} (iproute2, nftables, iptables)")
    if subprocess.run([*OWN_NETWORK, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel lets no ordinary user have a network of their own")
    done = subprocess.run(
        [*OWN_NETWORK, sys.executable, "-m", "tests.lab.internet"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize("case", EXPECTED)
def test_what_the_router_does_is_named(played: dict[str, dict[str, Any]], case: str) -> None:
    """State, layer and mechanism, through the kernel's own filters; the free machine stays ok."""
    came = played[case]
    assert (came["state"], came["layer"], came["mechanism"]) == EXPECTED[case], came["reasons"]
    if case not in NOT_EVEN_OUTSIDE:
        assert came["control"] in ("ok", "200")


def test_every_case_is_played(played: dict[str, dict[str, Any]]) -> None:
    """None is forgotten on either side."""
    assert set(played) == set(EXPECTED)


def test_a_line_without_ipv6_is_no_interference(played: dict[str, dict[str, Any]]) -> None:
    """The site has an IPv6 address, the line has none, and the page comes all the same."""
    assert played["free"]["interference"] is False


def test_an_unplugged_vantage_accuses_nobody(played: dict[str, dict[str, Any]]) -> None:
    """The prober says itself that it has no network, though the control reaches the site."""
    assert played["unplugged"]["rule"] == "prober_fault"
    assert played["unplugged"]["interference"] is False
