# SPDX-License-Identifier: Apache-2.0
"""What went wrong, in OONI's words (ooni/spec df-007).

The only file that knows errno numbers, OpenSSL codes and DNS response codes. A name says what
happened and not where: the record it stands in says at which step, because a reset means one
thing while connecting and another after the site's name was sent.

Texts of exceptions never reach a record unscrubbed: they can hold addresses.
"""

import errno
import re
import ssl

TIMEOUT = "generic_timeout_error"
EOF = "eof_error"
HTTP_BROKEN = "http_request_failed"
BAD_LOCATION = "http_invalid_redirect_location_host"
TOO_MANY_REDIRECTS = "unknown_failure: stopped after too many redirects"
NO_ANSWER = "dns_no_answer"
NXDOMAIN = "dns_nxdomain_error"
DNS_BROKEN = "dns_server_misbehaving"
OUT_OF_FILES = "unknown_failure: too many open files"

TUNNEL_FAILED = "unknown_failure: the tunnel failed"

# No way out of this machine at all; where every DNS question ends like this, nothing was measured.
NO_WAY_OUT = frozenset({"network_unreachable", "network_down"})
# How IPv6 fails where a machine or its network has none.
IPV6_ABSENT = frozenset({"network_unreachable", "host_unreachable", "address_not_available"})

_ERRNO = {
    errno.ECONNREFUSED: "connection_refused",
    errno.ECONNRESET: "connection_reset",
    errno.EPIPE: "connection_reset",
    errno.ECONNABORTED: "connection_aborted",
    errno.ENOTCONN: "connection_already_closed",
    errno.ETIMEDOUT: "timed_out",
    errno.EHOSTUNREACH: "host_unreachable",
    errno.ENETUNREACH: "network_unreachable",
    errno.ENETDOWN: "network_down",
    errno.ENETRESET: "network_reset",
    errno.EACCES: "permission_denied",
    errno.EPERM: "permission_denied",
    errno.EADDRNOTAVAIL: "address_not_available",
    errno.EINTR: "interrupted",
    errno.EMFILE: OUT_OF_FILES,
    errno.ENFILE: OUT_OF_FILES,
    errno.ENOBUFS: OUT_OF_FILES,
}

# X.509 verification results of OpenSSL (x509_vfy.h).
_VERIFY_CODE = {
    18: "ssl_unknown_authority",  # self-signed leaf
    19: "ssl_unknown_authority",  # self-signed certificate in the chain
    20: "ssl_unknown_authority",  # issuer not found locally
    21: "ssl_unknown_authority",  # leaf signature not verifiable
    62: "ssl_invalid_hostname",
    64: "ssl_invalid_hostname",  # for an IP address
}

_RCODE = {
    0: ("NOERROR", None),
    1: ("FORMERR", DNS_BROKEN),
    2: ("SERVFAIL", "dns_servfail_error"),
    3: ("NXDOMAIN", NXDOMAIN),
    4: ("NOTIMP", DNS_BROKEN),
    5: ("REFUSED", "dns_refused_error"),
}

_ADDRESS = re.compile(
    r"\[?(?:[0-9a-fA-F]*:){2,}[0-9a-fA-F:.]*(?:%\w+)?(?:\]:\d+|\])?|\d+\.\d+\.\d+\.\d+(?::\d+)?"
)


# OpenSSL looks at these after it has compared the names: signatures and dates.
_AFTER_NAMES = frozenset({7, 9, 10, 13, 14})


class TlsBroken(OSError):
    """When TLS can't go on; the text is OpenSSL's own word for why."""


class TunnelFailed(OSError):
    """When a proxy itself fails, so that nothing was learned of the destination."""


def failure_of(error: BaseException) -> str:
    """Name the failure behind an exception of the network, looking through its causes."""
    if isinstance(error, TunnelFailed):
        return TUNNEL_FAILED
    if isinstance(error, TimeoutError) and error.errno is None:
        return TIMEOUT
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY_CODE.get(error.verify_code, "ssl_invalid_certificate")
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, EOFError)):
        return EOF
    if isinstance(error, TlsBroken):
        unrecognized = "unrecognized name" in str(error)
        return "ssl_invalid_hostname" if unrecognized else "ssl_failed_handshake"
    if isinstance(error, ssl.SSLError):
        unrecognized = "UNRECOGNIZED_NAME" in (error.reason or "")
        return "ssl_invalid_hostname" if unrecognized else "ssl_failed_handshake"
    if isinstance(error, ConnectionError) and error.errno is None:
        # asyncio reports a peer that closes in mid-handshake as a reset without a number;
        # a true RST carries errno 104.
        return EOF
    if isinstance(error, OSError) and error.errno in _ERRNO:
        return _ERRNO[error.errno]
    inner = error.__cause__ or error.__context__
    if inner is not None:
        return failure_of(inner)
    return f"unknown_failure: {_ADDRESS.sub('[scrubbed]', str(error)) or type(error).__name__}"


def failure_of_chain(error: int, *, is_for_host: bool) -> str | None:
    """Name what is wrong with the certificates of a handshake, given OpenSSL's verification error.

    One thing is named where several are wrong: the first that OpenSSL would have stopped at, had it
    compared the names itself. 0 is no error.
    """
    if not is_for_host and (error == 0 or error in _AFTER_NAMES):
        return "ssl_invalid_hostname"
    return _VERIFY_CODE.get(error, "ssl_invalid_certificate") if error else None


def failure_of_rcode(rcode: int) -> tuple[str, str | None]:
    """Return the name of a DNS response code and the failure it stands for, if it is one."""
    return _RCODE.get(rcode, (f"RCODE{rcode}", DNS_BROKEN))
