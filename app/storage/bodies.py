# SPDX-License-Identifier: Apache-2.0
"""Bodies and certificates kept as evidence, by the hash of their bytes; never in rows.

Written to a temporary name and renamed, so that a crash leaves no half body under a true hash. A
file's time is when its content was last kept; what may go is decided in `app.services.retention`.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_TEMPORARY = "tmp"
_SWEPT = "swept.json"
_NAME_LENGTH = 64
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBody:
    """One body in the store: its name, and when it was last kept (seconds since 1970)."""

    sha256: str
    kept_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """How far the sweeping of this store has come, and when it last came to the end."""

    after: str = ""
    ended_at: float = 0.0


class BodyStore:
    """A folder of bodies: `ab/cd/abcd…`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def put(self, body: bytes) -> str:
        """Keep a body and return its SHA-256; keeping it twice costs nothing and renews its time."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._path(sha256)
        try:
            os.utime(path)
        except FileNotFoundError:
            self._write(path, body)
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """Return a body, or None where it was never kept or has passed its retention.

        The name may come from an agent: only a hash is ever looked up, never a path.
        """
        if _HASH.fullmatch(sha256) is None:
            return None
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def list_kept(self, *, after: str = "", limit: int) -> list[KeptBody]:
        """Return bodies in the order of their hashes, behind one of them."""
        return list(islice(self._walk(after), limit))

    def remove(self, one: KeptBody) -> bool:
        """Remove a body, unless somebody has kept it anew since it was listed.

        It is set aside first: whoever keeps it in this very moment either renewed its time before,
        and it is put back, or does not find it any more and writes it again.
        """
        path = self._path(one.sha256)
        aside = path.with_name(f"{_TEMPORARY}-{one.sha256}")
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime != one.kept_at:
            aside.rename(path)
            return False
        aside.unlink()
        return True

    def remove_leftovers(self, *, before: float) -> int:
        """Clear up what a crash left half written, and put back what it left set aside."""
        count = 0
        for path in self._root.glob(f"??/??/{_TEMPORARY}*"):
            try:
                if path.stat().st_mtime < before:
                    self._clear(path)
                    count += 1
            except FileNotFoundError:
                continue  # Another process was faster.
        return count

    def sweep(self) -> Sweep:
        """Return how far the sweeping has come."""
        try:
            return Sweep(**json.loads((self._root / _SWEPT).read_text()))
        except (OSError, ValueError, TypeError):
            return Sweep()

    def note_sweep(self, sweep: Sweep) -> None:
        """Keep how far the sweeping has come; a store without a folder has nothing to sweep."""
        if not self._root.is_dir():
            return
        temporary = self._root / f"{_SWEPT}.{os.getpid()}"
        temporary.write_text(json.dumps({"after": sweep.after, "ended_at": sweep.ended_at}))
        temporary.replace(self._root / _SWEPT)

    def _clear(self, leftover: Path) -> None:
        whole = self._path(leftover.name.removeprefix(f"{_TEMPORARY}-"))
        if whole.parent == leftover.parent and not whole.exists():
            leftover.rename(whole)
        else:
            leftover.unlink()

    def _write(self, path: Path, body: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=_TEMPORARY)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _walk(self, after: str) -> Iterator[KeptBody]:
        for first in _folders(self._root, after[:2]):
            for second in _folders(first, after[2:4] if first.name == after[:2] else ""):
                for entry in sorted(os.scandir(second), key=lambda found: found.name):
                    if len(entry.name) != _NAME_LENGTH or entry.name <= after:
                        continue
                    try:
                        yield KeptBody(sha256=entry.name, kept_at=entry.stat().st_mtime)
                    except FileNotFoundError:
                        continue  # Another process was faster.


def _folders(parent: Path, first: str) -> list[Path]:
    """The folders named by two digits, from one on."""
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if len(path.name) == 2 and path.name >= first)
