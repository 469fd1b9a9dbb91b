# SPDX-License-Identifier: Apache-2.0
"""Answers kept on disk by the address they came from, compressed; a crash leaves no half answer."""

import gzip
import hashlib
import os
import tempfile
import zlib
from datetime import UTC, datetime
from pathlib import Path


class DiskCache:
    """A folder of answers: `ab/abcd….gz`, each dated with the time it was fetched."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, url: str) -> Path:
        name = hashlib.sha256(url.encode()).hexdigest()
        return self._root / name[:2] / f"{name}.gz"

    def has(self, url: str) -> bool:
        """Whether an answer is kept."""
        return self._path(url).exists()

    def get(self, url: str, *, not_before: datetime | None = None) -> bytes | None:
        """Return a kept answer; None where there is none, it is too old, or it is damaged."""
        path = self._path(url)
        try:
            fetched_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if not_before is not None and fetched_at < not_before:
                return None
            return gzip.decompress(path.read_bytes())
        except (FileNotFoundError, EOFError, gzip.BadGzipFile, zlib.error):
            return None

    def put(self, url: str, body: bytes, *, at: datetime) -> None:
        """Keep an answer that was fetched at a time."""
        path = self._path(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(gzip.compress(body, 6))
            os.utime(temporary, (at.timestamp(), at.timestamp()))
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
