# SPDX-License-Identifier: Apache-2.0
"""A datagram socket to one resolver, and how a resolver is written."""

import socket

Nameserver = tuple[str, int]
"""Address and port."""


def shown(nameserver: Nameserver) -> str:
    """Write a resolver as 'address:port'."""
    host, port = nameserver
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def connected(nameserver: Nameserver, receive_buffer_bytes: int) -> socket.socket:
    """Open a non-blocking socket that hears this resolver only, from a port of its own."""
    family = socket.AF_INET6 if ":" in nameserver[0] else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.settimeout(0)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        sock.connect(nameserver)
    except OSError:
        sock.close()
        raise
    return sock
