# SPDX-License-Identifier: Apache-2.0
"""Looking from another network: every packet of a session leaves through a SOCKS5 or HTTP proxy.

A single machine in the country can so have a control of its own: `ssh -D 1080 you@server-abroad`
opens such a tunnel. Names are asked through it too, over TCP; nothing is resolved on this side.

What the far end says of the destination is the destination's failure; what goes wrong with the
proxy itself is the vantage's own (`TunnelFailed`), and never evidence about a site.
"""

import errno
import socket
from urllib.parse import urlsplit

from python_socks import ProxyConnectionError, ProxyError, ProxyType
from python_socks.async_.asyncio import Proxy

from app.errors import WrongSettings
from workers.probe.failures import TunnelFailed

SCHEMES = {"socks5": ProxyType.SOCKS5, "http": ProxyType.HTTP}

# RFC 1928 section 6, and the statuses by which an HTTP proxy says that it did not get through.
_SAID_OF_DESTINATION = {
    1: errno.EHOSTUNREACH,
    3: errno.ENETUNREACH,
    4: errno.EHOSTUNREACH,
    5: errno.ECONNREFUSED,
    6: errno.ETIMEDOUT,
    502: errno.EHOSTUNREACH,
    503: errno.EHOSTUNREACH,
    504: errno.ETIMEDOUT,
}
_NEVER_SECONDS = 3600.0


class Tunnel:
    """A proxy through which connections are opened."""

    def __init__(self, url: str) -> None:
        """Take `socks5://host:port` or `http://host:port`; raises WrongSettings for anything else."""
        wrong = WrongSettings("A proxy is written as socks5://host:port or http://host:port.")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise wrong from None
        if parts.scheme not in SCHEMES or not host or not port or parts.username:
            raise wrong
        self._kind = SCHEMES[parts.scheme]
        self._host, self._port = host, port

    async def open(self, address: str, port: int) -> socket.socket:
        """Open a connection to an address from the far end; raises OSError as a direct one would.

        The caller bounds the time.
        """
        proxy = Proxy(self._kind, self._host, self._port)
        try:
            return await proxy.connect(address, port, timeout=_NEVER_SECONDS)
        except ProxyConnectionError as error:
            raise TunnelFailed("the proxy cannot be reached") from error
        except ProxyError as error:
            number = _SAID_OF_DESTINATION.get(error.error_code or 0)
            if number is None:
                raise TunnelFailed("the proxy does not let us through") from error
            raise OSError(number, "said the proxy") from error
