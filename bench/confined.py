# SPDX-License-Identifier: Apache-2.0
"""A network of its own for a benchmark: loopback and nothing else, names answered at port 53.

The exporter and the C library ask the resolver of /etc/resolv.conf, at port 53 only. In a network
and mount namespace both can be ours, without root, and no packet can leave the machine.
"""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

RESOLVER = ("127.0.0.53", 53)

_INSIDE = "QALAM_BENCH_CONFINED"
_UNSHARE = ("unshare", "--user", "--map-root-user", "--mount", "--net", "--")
_SET_FLAGS, _IFF_UP = 0x8914, 1  # SIOCSIFFLAGS of Linux


def is_confined() -> bool:
    """Whether this process runs inside."""
    return _INSIDE in os.environ


def why_not() -> str | None:
    """Say why this machine can't confine anything; None where it can."""
    if shutil.which(_UNSHARE[0]) is None:
        return "there is no `unshare` here to give it a network of its own"
    tried = subprocess.run([*_UNSHARE, "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "this machine lets nobody make a network namespace"


def again_inside(arguments: Sequence[str]) -> bytes:
    """Run this Python's `-m bench` once more inside, and return what it printed."""
    command = [*_UNSHARE, sys.executable, "-m", "bench", *arguments]
    inside = os.environ | {_INSIDE: "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, env=inside, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)  # it has told why
    return done.stdout


def furnish(folder: Path) -> None:
    """Bring loopback up, and let this network's resolver be RESOLVER."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, _SET_FLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    given = folder / "resolv.conf"
    given.write_text(f"nameserver {RESOLVER[0]}\n", encoding="ascii")
    subprocess.run(["mount", "--bind", given, "/etc/resolv.conf"], check=True)
