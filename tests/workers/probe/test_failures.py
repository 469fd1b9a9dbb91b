# SPDX-License-Identifier: Apache-2.0
"""Exceptions of the network become OONI's names."""

import errno
import ssl

import pytest

from workers.probe.failures import failure_of, failure_of_rcode


def verification(code: int) -> ssl.SSLCertVerificationError:
    """A failed verification as OpenSSL reports it."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


def tls_error(reason: str) -> ssl.SSLError:
    """An error of the TLS library."""
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (TimeoutError(), "generic_timeout_error"),
        (OSError(errno.ETIMEDOUT, "x"), "timed_out"),  # the kernel gave up, not we
        (OSError(errno.ECONNREFUSED, "x"), "connection_refused"),
        (OSError(errno.ECONNRESET, "x"), "connection_reset"),
        (OSError(errno.EPIPE, "x"), "connection_reset"),
        (OSError(errno.ECONNABORTED, "x"), "connection_aborted"),
        (OSError(errno.EHOSTUNREACH, "x"), "host_unreachable"),
        (OSError(errno.ENETUNREACH, "x"), "network_unreachable"),
        (OSError(errno.ENETDOWN, "x"), "network_down"),
        (OSError(errno.EACCES, "x"), "permission_denied"),
        (OSError(errno.EADDRNOTAVAIL, "x"), "address_not_available"),
        (OSError(errno.EMFILE, "x"), "unknown_failure: too many open files"),
        (ConnectionResetError(), "eof_error"),  # how asyncio reports a close in mid-handshake
        (EOFError(), "eof_error"),
        (ssl.SSLEOFError(8, "x"), "eof_error"),
        (verification(62), "ssl_invalid_hostname"),
        (verification(64), "ssl_invalid_hostname"),
        (verification(18), "ssl_unknown_authority"),
        (verification(19), "ssl_unknown_authority"),
        (verification(20), "ssl_unknown_authority"),
        (verification(21), "ssl_unknown_authority"),
        (verification(9), "ssl_invalid_certificate"),  # not yet valid
        (verification(10), "ssl_invalid_certificate"),  # expired
        (verification(23), "ssl_invalid_certificate"),  # revoked
        (tls_error("TLSV1_UNRECOGNIZED_NAME"), "ssl_invalid_hostname"),
        (tls_error("SSLV3_ALERT_HANDSHAKE_FAILURE"), "ssl_failed_handshake"),
        (tls_error("WRONG_VERSION_NUMBER"), "ssl_failed_handshake"),
        (ValueError("odd"), "unknown_failure: odd"),
        (ValueError(), "unknown_failure: ValueError"),
    ],
)
def test_every_exception_has_a_name(error: Exception, name: str) -> None:
    """The name says what happened, in the words researchers compare."""
    assert failure_of(error) == name


def test_the_cause_names_the_failure() -> None:
    """Libraries wrap the kernel's word; it is found beneath."""
    outer = RuntimeError("All connection attempts failed")
    outer.__cause__ = OSError(errno.ECONNREFUSED, "x")
    assert failure_of(outer) == "connection_refused"


@pytest.mark.parametrize("address", ["192.168.7.9:443", "[2001:db8::7]:443", "fe80::1%eth0"])
def test_addresses_are_scrubbed(address: str) -> None:
    """An unknown failure never carries an address, which may be the vantage's own."""
    failure = failure_of(ValueError(f"cannot reach {address} now"))
    assert failure == "unknown_failure: cannot reach [scrubbed] now"


@pytest.mark.parametrize(
    ("rcode", "named", "failure"),
    [
        (0, "NOERROR", None),
        (1, "FORMERR", "dns_server_misbehaving"),
        (2, "SERVFAIL", "dns_servfail_error"),
        (3, "NXDOMAIN", "dns_nxdomain_error"),
        (5, "REFUSED", "dns_refused_error"),
        (11, "RCODE11", "dns_server_misbehaving"),
    ],
)
def test_response_codes(rcode: int, named: str, failure: str | None) -> None:
    """Each DNS response code has its name and its failure."""
    assert failure_of_rcode(rcode) == (named, failure)
