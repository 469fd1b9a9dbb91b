# SPDX-License-Identifier: Apache-2.0
"""Bounds that a child process sets itself before it reads a foreign byte."""

import resource


def bound(*, memory: int, processor_seconds: int, written: int, files: int = 64) -> None:
    """Let this process have no more than this, for good; sizes in bytes."""
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, processor_seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):
            continue  # macOS knows no bound of memory; the time bounds of the parent hold there.
