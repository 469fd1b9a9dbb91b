# SPDX-License-Identifier: Apache-2.0
"""A machine of the lab: a thread with a network namespace and an event loop of its own.

A namespace belongs to a thread, so every socket opened and every command started from this thread
lives in that network. Runs inside `unshare -Urn` only; everything dies with the process.
"""

import asyncio
import ctypes
import os
import subprocess
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
_CLONE_NEWNET = 0x40000000
_PATIENCE_S = 30.0


class Host:
    """One machine. Without `own_network` it lives in the process's network: the router's."""

    def __init__(self, *, own_network: bool = True) -> None:
        self._own_network = own_network
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self.thread_id = 0
        threading.Thread(target=self._live, daemon=True).start()
        if not self._started.wait(_PATIENCE_S):
            raise RuntimeError("A machine of the lab did not start.")

    def do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run something in this machine's network and return what it returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_PATIENCE_S)

    def sh(self, script: str) -> None:
        """Run a shell script in this machine's network; raises RuntimeError with its complaint."""

        finished: Future[subprocess.CompletedProcess[str]] = Future()

        def run() -> None:
            done = subprocess.run(
                ["sh", "-ec", script], capture_output=True, text=True, check=False
            )
            finished.set_result(done)

        self._loop.call_soon_threadsafe(run)
        done = finished.result(_PATIENCE_S)
        if done.returncode:
            raise RuntimeError(f"{script.strip()}: {done.stderr.strip()}")

    def _live(self) -> None:
        if self._own_network:
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.unshare(_CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self.thread_id = threading.get_native_id()
        asyncio.set_event_loop(self._loop)
        self._started.set()
        self._loop.run_forever()
