# SPDX-License-Identifier: Apache-2.0
"""The machine an agent runs on: its two clocks, the boot they belong to, and its one folder."""

import fcntl
import os
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

from app import clock
from app.errors import WrongSettings

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Counts on while the machine sleeps. On macOS the monotonic clock itself does.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """What an agent knows of time. Tests move one of their own."""

    @property
    def boot(self) -> str:
        """Names the period within which `steady_s` can be compared."""
        ...

    def now(self) -> datetime:
        """The wall clock, in UTC; it may be wrong and may jump."""
        ...

    def steady_s(self) -> float:
        """Seconds that never jump, good within one boot."""
        ...


def _boot() -> str:
    """Name this boot; where it can't be told, or its clock stops in sleep, name this process."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        try:
            return _BOOT_ID.read_text().strip()
        except OSError:
            pass
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class MachineClock:
    """The clocks of this machine."""

    boot: str = field(default_factory=_boot)

    def now(self) -> datetime:
        """The wall clock, in UTC."""
        return clock.now()

    def steady_s(self) -> float:
        """Seconds since the machine started, its sleep included."""
        return time.clock_gettime(_STEADY)


@dataclass(frozen=True, slots=True)
class Home:
    """The agent's folder; its owner alone may look inside."""

    folder: Path

    @property
    def identity(self) -> Path:
        """Who this agent is, with its keys."""
        return self.folder / "identity.json"

    @property
    def assignments(self) -> Path:
        """What it is asked to measure, as last heard."""
        return self.folder / "assignments.json"

    @property
    def spool(self) -> Path:
        """What it saw and has not handed in."""
        return self.folder / "spool.db"

    def prepare(self) -> None:
        """Make the folder, for its owner only. Raises WrongSettings where it cannot be used."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.folder / "lock").touch()
        except OSError as error:
            raise WrongSettings(f"{self.folder} cannot be used: {error.strerror}") from None

    def lock(self) -> IO[bytes] | None:
        """Take the folder for this process; None where another agent has it. Close to give back."""
        file = (self.folder / "lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        return file


def write_whole(path: Path, content: bytes) -> None:
    """Replace a private file so that a crash leaves the old one or the new one, never half of it."""
    beside = path.with_name(path.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
