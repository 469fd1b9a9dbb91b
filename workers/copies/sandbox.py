# SPDX-License-Identifier: Apache-2.0
"""Start the child that makes one copy, wait a bounded time, and say how it ended.

The child gets no environment, no input, and no say in where it writes.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from workers.copies.refusal import NO_COPY, NoCopyError

SECONDS = 90.0
_CHILD = "workers.copies.child"
_SENTENCE_LENGTH = 200


def make_copy(source: Path, target: Path, media_type: str, *, seconds: float = SECONDS) -> None:
    """Make a public copy of a file; raise NoCopyError with a sentence where there is none."""
    command = [
        sys.executable, "-I", "-B", "-m", _CHILD,
        media_type, str(source.resolve()), str(target.resolve()),
    ]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own module, and names that we chose
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        cwd=target.parent,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise NoCopyError("Making the copy took too long.") from None
    if process.returncode == NO_COPY:
        raise NoCopyError(said.decode("utf-8", "replace")[:_SENTENCE_LENGTH])
    if process.returncode != 0 or not target.is_file():
        raise NoCopyError("The file could not be read: making its copy failed, or needed too much.")
