# SPDX-License-Identifier: Apache-2.0
"""What an address must look like before Qalam will ever contact it, and its one canonical form.

Used for sites, redirects, webhooks and feeds alike. `canonical_url` either returns the canonical
form or raises `RefusedAddress` whose `reason` is one of: scheme, host, length, control_character,
backslash, userinfo, port, zone_id, numeric_host, non_global_literal, reserved_name, idna, self.

International names go through the `idna` package, the one library beside the standard one that
the domain imports: the standard codec implements IDNA 2003, which silently drops zero-width
joiners and sends `straße` to `strasse`, another site. The package is pure tables, without I/O.

Nothing here resolves a name: what DNS answers is judged by `addresses.py`, answer by answer.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import idna

from app.domain.blocking.addresses import GLOBAL, classify
from app.errors import RefusedAddress

MAX_URL_BYTES = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}

# Names that belong to this machine, this network or no DNS at all (RFC 6761, 6762, 7686, 8375,
# 9476, and .internal). 'example' and 'test' stay allowed: they resolve nowhere and harm nobody.
_RESERVED_SUFFIXES = (
    ".localhost", ".local", ".internal", ".home.arpa", ".invalid", ".onion", ".alt",
)  # fmt: skip

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]")
_AUTHORITY = re.compile(r"(?P<host>\[[^\[\]]*\]|[^\[\]:]*)(?::(?P<port>[0-9]{0,5}))?")
_PLAIN = re.compile(r"[A-Za-z0-9/_.~-]*")  # a path that needs no escapes, as most
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOTTED_QUAD = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
# Scripts that ordinary words of one language use together.
_SCRIPT_FAMILIES = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA", "LATIN"}),
    frozenset({"CJK", "HANGUL", "LATIN"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanonicalUrl:
    """A URL in the one form by which Qalam knows it."""

    url: str
    scheme: str  # "http" or "https"
    host: str  # A-labels in lower case, or an address without brackets
    port: int
    path: str  # path and query, as sent in the request line
    # One label mixes scripts ("аpple" with a Cyrillic а): shown beside the name, never refused.
    mixed_script: bool = False

    @property
    def is_literal(self) -> bool:
        """Whether the host is an address, so that there is nothing to look up."""
        return ":" in self.host or _DOTTED_QUAD.fullmatch(self.host) is not None

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: the value of a Host header."""
        return _authority(self.scheme, self.host, self.port)

    @property
    def display_host(self) -> str:
        """The host as its readers write it; A-labels where it is no valid IDNA 2008 name."""
        try:
            return idna.decode(self.host)
        except idna.IDNAError:
            return self.host


def canonical_url(
    raw: str,
    *,
    allow_ports: frozenset[int] = frozenset({80, 443}),
    own_hosts: frozenset[str] = frozenset(),
) -> CanonicalUrl:
    """Return the canonical form of an address, or raise RefusedAddress.

    `own_hosts` are names of Qalam's own machines, refused so that it can't be made to ask itself.
    The path is sent as it was given, percent-escapes included; only dot segments are resolved and
    characters outside ASCII encoded. The fragment is dropped.
    """
    text = raw.strip(" ")
    _refuse_unreadable(text)
    scheme, authority, path = _split(text)
    host, port = _split_authority(authority, scheme)
    if port not in allow_ports:
        ports = ", ".join(str(allowed) for allowed in sorted(allow_ports))
        raise RefusedAddress(f"The port is not one of {ports}.", reason="port")
    host = _canonical_host(host)
    if host in own_hosts:
        raise RefusedAddress("This is Qalam's own address.", reason="self")
    return CanonicalUrl(
        url=f"{scheme}://{_authority(scheme, host, port)}{path}",
        scheme=scheme,
        host=host,
        port=port,
        path=path,
        mixed_script=_mixes_scripts(host),
    )


def resolve_location(base: CanonicalUrl, location: str) -> str:
    """Join a Location header with the URL it came from; raise RefusedAddress where it can't be."""
    try:
        return urljoin(base.url, location)
    except ValueError:
        raise RefusedAddress("The redirect does not name a host.", reason="host") from None


def _authority(scheme: str, host: str, port: int) -> str:
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port == DEFAULT_PORTS[scheme] else f"{bracketed}:{port}"


def _refuse_unreadable(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise RefusedAddress(
            "The address contains half a character.", reason="control_character"
        ) from None
    if size > MAX_URL_BYTES:
        raise RefusedAddress(f"The address is over {MAX_URL_BYTES} bytes.", reason="length")
    if _CONTROL.search(text):
        raise RefusedAddress(
            "The address contains a space or control character.", reason="control_character"
        )
    if "\\" in text:
        raise RefusedAddress(
            "The address contains a backslash, which programs read differently.",
            reason="backslash",
        )


def _split(text: str) -> tuple[str, str, str]:
    """Return scheme, authority, and path with query."""
    try:
        parts = urlsplit(text)
    except ValueError:
        raise RefusedAddress("The host is not readable.", reason="host") from None
    if parts.scheme not in DEFAULT_PORTS:
        raise RefusedAddress("Only http and https addresses can be used.", reason="scheme")
    if not parts.netloc:
        raise RefusedAddress("The address names no host.", reason="host")
    if "@" in parts.netloc:
        raise RefusedAddress("The address carries a user name or password.", reason="userinfo")
    path = _without_dot_segments(parts.path)
    if not _PLAIN.fullmatch(path):
        path = quote(path, safe="/:@!$&'()*+,;=~%-._[]|")
    query = quote(parts.query, safe="/:@!$&'()*+,;=~%-._?[]|") if parts.query else ""
    return parts.scheme, parts.netloc, f"{path}?{query}" if query else path


def _without_dot_segments(path: str) -> str:
    """Resolve '.' and '..' as RFC 3986 5.2.4 does; an empty path becomes '/'."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _split_authority(authority: str, scheme: str) -> tuple[str, int]:
    if "%" in authority and authority.startswith("["):
        raise RefusedAddress("An address with a zone belongs to one machine.", reason="zone_id")
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        if authority.rpartition(":")[2].isdecimal():
            raise RefusedAddress("The port is out of range.", reason="port")
        raise RefusedAddress("The host is not readable.", reason="host")
    return match["host"], int(match["port"] or DEFAULT_PORTS[scheme])


def _canonical_host(host: str) -> str:
    if host.startswith("["):
        return _global_literal(host[1:-1])
    name = host.removesuffix(".").lower() if host.isascii() else _to_ascii(host)
    labels = name.split(".")
    if not name or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise RefusedAddress("The host is not a name that DNS can hold.", reason="host")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        # The C library turns 2130706433, 0x7f.1 and 0177.0.0.1 alike into 127.0.0.1.
        if not host.isascii() or not _DOTTED_QUAD.fullmatch(name):
            raise RefusedAddress("The host is a disguised number.", reason="numeric_host")
        return _global_literal(name)
    _refuse_undecodable(labels)
    _refuse_reserved(name, labels)
    return name


def _global_literal(text: str) -> str:
    if classify(text) != GLOBAL:
        raise RefusedAddress(
            "This address is not one of the public internet.", reason="non_global_literal"
        )
    return str(ipaddress.ip_address(text))


def _to_ascii(host: str) -> str:
    try:
        encoded = idna.encode(host, uts46=True, std3_rules=True)
    except (idna.IDNAError, UnicodeError):
        raise RefusedAddress(
            "The host holds characters that no domain name may have.", reason="idna"
        ) from None
    return encoded.decode("ascii").removesuffix(".").lower()


def _refuse_undecodable(labels: list[str]) -> None:
    """Refuse 'xn--' labels that carry nothing; odd but registered ones (emoji) stay allowed."""
    for label in labels:
        if label.startswith("xn--") and _unicode_label(label).isascii():
            raise RefusedAddress("The host holds an empty 'xn--' label.", reason="idna")


def _refuse_reserved(name: str, labels: list[str]) -> None:
    if len(labels) == 1 or f".{name}".endswith(_RESERVED_SUFFIXES):
        raise RefusedAddress(
            "This name belongs to a machine or a local network.", reason="reserved_name"
        )


def _unicode_label(label: str) -> str:
    """Return the text behind an A-label, or the label itself where there is none."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return ""


def _mixes_scripts(host: str) -> bool:
    return "xn--" in host and any(
        _label_mixes_scripts(_unicode_label(label)) for label in host.split(".")
    )


def _label_mixes_scripts(label: str) -> bool:
    # The first word of a letter's Unicode name is its script: 'CYRILLIC SMALL LETTER A'.
    scripts = {
        unicodedata.name(letter, "UNKNOWN").split(" ")[0].split("-")[0]
        for letter in label
        if unicodedata.category(letter).startswith("L")
    }
    return len(scripts) > 1 and not any(scripts <= family for family in _SCRIPT_FAMILIES)
