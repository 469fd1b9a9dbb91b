# SPDX-License-Identifier: Apache-2.0
"""Response bodies kept as evidence, by the hash of their bytes; never in rows.

Written to a temporary name and renamed, so that a crash leaves no half body under a true hash.
"""

import hashlib
import os
import tempfile
from pathlib import Path


class BodyStore:
    """A folder of bodies: `ab/cd/abcd…`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def put(self, body: bytes) -> str:
        """Keep a body and return its SHA-256; keeping it twice costs nothing."""
        sha256 = hashlib.sha256(body).hexdigest()
        path = self._path(sha256)
        if path.exists():
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return sha256

    def get(self, sha256: str) -> bytes | None:
        """Return a body, or None where it was never kept or has passed its retention."""
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None
