# SPDX-License-Identifier: Apache-2.0
"""CPU time of a process, read from outside and the same way for every peer; and where it may run."""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Processors:
    """Where whoever is measured runs, and where everything around it does."""

    measured: frozenset[int]
    around: frozenset[int]

    @classmethod
    def here(cls) -> Self:
        """Split those of this process; with only one, all share it."""
        first, *rest = sorted(os.sched_getaffinity(0))
        measured = frozenset({first})
        return cls(measured=measured, around=frozenset(rest) or measured)


def stay_on(processors: frozenset[int]) -> None:
    """Keep this process, and what it starts, on some processors."""
    os.sched_setaffinity(0, processors)


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a running process so far, to the nanosecond.

    The clock of clock_getcpuclockid(3); /proc/<pid>/stat counts the same in steps of 10 ms.
    """
    return time.clock_gettime((~pid << 3) | 2)


def resident_mib(pid: int) -> float:
    """Memory of a process that is in RAM now, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def machine() -> str:
    """What the figures were measured on, in a line that names no place."""
    models = (
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if line.startswith("model name")
    )
    processor = f"{os.cpu_count()} x {next(models, platform.machine())}"
    return (
        f"{processor}, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )
