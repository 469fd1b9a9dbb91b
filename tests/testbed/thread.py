# SPDX-License-Identifier: Apache-2.0
"""The testbed in a thread of its own, for programs that have another event loop, or none.

    with TestbedThread() as world:
        world.site("news.example")
        world.block_sni("news.example")

Every call returns after the change is in force.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.testbed import dns, http
from tests.testbed.dns import Rule
from tests.testbed.middlebox import SniAction
from tests.testbed.net import LIMITS, Role, Testbed
from workers.probe.session import Limits, ProbeSession

T = TypeVar("T")


class TestbedThread:
    """A running testbed that other threads may switch."""

    __test__ = False  # pytest would take the name for a test class

    def __init__(self) -> None:
        self._thread = threading.Thread(target=self._run, name="testbed", daemon=True)
        self._started: Future[Testbed] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def start(self) -> Self:
        """Start it; raises OSError where loopback can't play many machines."""
        self._thread.start()
        self._started.result()
        return self

    def stop(self) -> None:
        """Stop it and wait until everything is closed."""
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def do(self, action: Callable[[Testbed], T]) -> T:
        """Run something on the testbed inside its own loop and return what it returns."""
        net = self._started.result()
        done: Future[T] = Future()

        def act() -> None:
            try:
                done.set_result(action(net))
            except Exception as error:  # noqa: BLE001  It is raised again in the caller's thread.
                done.set_exception(error)

        assert self._loop is not None
        self._loop.call_soon_threadsafe(act)
        return done.result()

    def site(self, host: str) -> str:
        """Put a site online and return its address."""
        return self.do(lambda net: net.site(host).url)

    def session(
        self, *, role: Role = "field", limits: Limits = LIMITS, **more: Any
    ) -> ProbeSession:
        """Make a prober; it belongs to the caller's loop, not to the testbed's."""
        return self.do(lambda net: net.session(role=role, limits=limits, **more))

    def block_dns(self, host: str, rule: Rule = dns.nxdomain) -> None:
        """Let the field's resolver lie about a name."""
        self.do(lambda net: net.block_dns(host, rule))

    def block_sni(self, host: str, action: SniAction = SniAction.RESET) -> None:
        """Let the censor's machine act on a name in a ClientHello."""
        self.do(lambda net: net.block_sni(host, action))

    def block_http(self, host: str, page: http.Page | None = None) -> None:
        """Let the censor's machine answer cleartext requests itself."""
        self.do(lambda net: net.block_http(host, page))

    def block_address(self, host: str, *, silently: bool = True) -> None:
        """Let the field's packets to a site vanish, or be refused."""
        self.do(lambda net: net.block_address(host, silently=silently))

    def take_down(self, host: str) -> None:
        """Switch a site off for everybody."""
        self.do(lambda net: net.take_down(host))

    def restore(self, host: str) -> None:
        """Lift every block and fault of a site."""
        self.do(lambda net: net.restore(host))

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            async with Testbed() as net:
                self._started.set_result(net)
                await self._stop.wait()
        except OSError as error:
            if self._started.done():
                raise
            self._started.set_exception(error)
