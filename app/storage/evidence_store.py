# SPDX-License-Identifier: Apache-2.0
"""The bytes of evidence on disk, by the hash of what arrived: `sha256/ab/cd/abcd…`.

A file is hashed while it arrives, before anything reads it; written to a temporary name, synced, and
renamed. Nothing here deletes a file that has its name: what goes in stays as it was.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

_HASH = re.compile("[0-9a-f]{64}")
_READ_AT_ONCE = 1024 * 1024
HEAD_LENGTH = 64
"""So many first bytes are kept of what arrives, to tell its type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What has arrived whole and is still under its temporary name."""

    sha256: str
    size: int
    head: bytes
    path: Path


class Arrival:
    """One file on its way in: hashed as it comes, gone again unless it is kept."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()
        self._head = b""
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def add(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._hash.update(chunk)
        self._file.write(chunk)
        self.size += len(chunk)
        if len(self._head) < HEAD_LENGTH:
            self._head = (self._head + chunk)[:HEAD_LENGTH]

    def end(self) -> Arrived:
        """Bring what arrived safely to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Arrived(
            sha256=self._hash.hexdigest(), size=self.size, head=self._head, path=self._path
        )


class EvidenceStore:
    """A folder of evidence: originals in `sha256`, copies without metadata in `public`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arriving = root / "arriving"

    def arrival(self) -> Arrival:
        """Begin to take a file in; use it in a `with`."""
        return Arrival(self._arriving)

    def keep(self, arrived: Arrived) -> None:
        """Give a whole file its name; where it is there already, that one stays."""
        self._keep(arrived.path, self.original(arrived.sha256))

    def keep_copy(self, copy: Path) -> tuple[str, int]:
        """Keep a public copy; return its SHA-256 and size."""
        sha256 = hash_of(copy)
        size = copy.stat().st_size
        self._keep(copy, self.public_copy(sha256))
        return sha256, size

    def original(self, sha256: str) -> Path:
        """Return where an original is, if it is."""
        return self._place("sha256", sha256)

    def public_copy(self, sha256: str) -> Path:
        """Return where a public copy is, if it is."""
        return self._place("public", sha256)

    def list_originals(self, *, after: str, limit: int) -> list[str]:
        """Return the names of originals on disk, in their order, behind one of them."""
        return list(islice(self._names("sha256", after), limit))

    def list_copies(self, *, after: str, limit: int) -> list[str]:
        """Return the names of public copies on disk, in their order, behind one of them."""
        return list(islice(self._names("public", after), limit))

    def free_bytes(self) -> int:
        """Return how much the disk still takes."""
        self._root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free

    def workbench(self) -> Path:
        """Return a folder beside the store where a copy is made before it is kept."""
        folder = self._root / "copying"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def remove_leftovers(self, *, before: float) -> int:
        """Clear up what a crash left half arrived or half copied, older than a time."""
        count = 0
        for path in (*self._arriving.glob("*"), *(self._root / "copying").glob("*")):
            try:
                if path.stat().st_mtime >= before:
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
                count += 1
            except FileNotFoundError:
                continue  # Another process was faster.
        return count

    def _place(self, kind: str, sha256: str) -> Path:
        if _HASH.fullmatch(sha256) is None:
            raise ValueError("only the hash of a file names it")
        return self._root / kind / sha256[:2] / sha256[2:4] / sha256

    def _keep(self, source: Path, place: Path) -> None:
        if place.exists():
            if hash_of(place) == place.name:
                return
            source.replace(place)  # What had changed on the disk is whole again.
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        source.chmod(0o440)
        # A hard link never replaces a file that somebody else has put there meanwhile.
        try:
            os.link(source, place)
        except FileExistsError:
            return
        except OSError:
            source.replace(place)  # A disk without hard links.
        for folder in (place.parent, *list(place.parent.parents)[:3]):
            _sync(folder)

    def _names(self, kind: str, after: str) -> Iterator[str]:
        for path in sorted((self._root / kind).glob("??/??/*")):
            if path.name > after and _HASH.fullmatch(path.name):
                yield path.name


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file; raise FileNotFoundError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_AT_ONCE):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
