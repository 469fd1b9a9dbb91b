# SPDX-License-Identifier: Apache-2.0
"""Known marks of blocking: addresses of block pages, and what block pages say.

Fingerprints are imported (the OONI set carries no licence and is never bundled). They are matched
as their pattern type says; OONI's own fastpath takes regexps and prefixes in bodies literally and
so loses rows. Scope says what a match is worth: `nat` and `isp` accuse, `fp` is a page known to
cause false alarms and so is evidence *against* blocking, and every other scope only adds a reason.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import overload

from app.domain.blocking.measurement import DnsLookup, Engine, HttpExchange, Measurement

ACCUSING_SCOPES = frozenset({"nat", "isp"})
FALSE_POSITIVE_SCOPE = "fp"
LOCATIONS_HELP = "dns, body or header.<name>"
# Codecs that a page may name and that no page is written in; some take minutes for half a megabyte.
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"})
PATTERN_TYPES = ("contains", "full", "prefix", "regexp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """One known mark, in the columns of the OONI fingerprint files."""

    name: str
    scope: str  # nat, isp, prod, inst, vbw, fp, injb, prov
    location: str  # "dns", "body", "header.<name>"
    pattern_type: str  # contains, full, prefix, regexp
    pattern: str
    expected_countries: frozenset[str] = frozenset()

    @property
    def accuses(self) -> bool:
        """Whether a match means that a state or an access provider blocks."""
        return self.scope in ACCUSING_SCOPES

    @property
    def exonerates(self) -> bool:
        """Whether a match means that this page is known to be mistaken for a block page."""
        return self.scope == FALSE_POSITIVE_SCOPE

    def expected_in(self, country: str | None) -> bool:
        """Whether it is known to be used in this country; an unstated country is never assumed."""
        return country is not None and country.upper() in self.expected_countries


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintMatch:
    """A fingerprint and where in the measurement it was found."""

    fingerprint: Fingerprint
    found_in: str  # the address answered, or the URL whose response matched
    depth: int
    redirects: bool = False  # it stands in the Location header, so that the reader is sent on to it

    @property
    def at_dns(self) -> bool:
        """Whether an answer of a resolver matched, rather than a page."""
        return self.fingerprint.location == "dns"


class FingerprintSet(Sequence[Fingerprint]):
    """Fingerprints sorted by where they look, so that a thousand of them are cheap to ask."""

    __slots__ = ("_all", "answers", "bodies", "by_address", "by_header")

    def __init__(self, fingerprints: Iterable[Fingerprint]) -> None:
        self._all = tuple(fingerprints)
        self.by_address: dict[str, list[Fingerprint]] = defaultdict(list)
        self.by_header: dict[str, list[Fingerprint]] = defaultdict(list)
        self.bodies: list[Fingerprint] = []
        self.answers: list[Fingerprint] = []  # of the DNS, by anything but the whole address
        for fingerprint in self._all:
            if fingerprint.location == "dns" and fingerprint.pattern_type == "full":
                self.by_address[fingerprint.pattern].append(fingerprint)
            elif fingerprint.location == "dns":
                self.answers.append(fingerprint)
            elif fingerprint.location == "body":
                self.bodies.append(fingerprint)
            elif fingerprint.location.startswith("header."):
                self.by_header[fingerprint.location[7:].lower()].append(fingerprint)

    @overload
    def __getitem__(self, index: int) -> Fingerprint: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Fingerprint, ...]: ...
    def __getitem__(self, index: int | slice) -> Fingerprint | tuple[Fingerprint, ...]:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)


def match(
    measurement: Measurement, fingerprints: Sequence[Fingerprint]
) -> tuple[FingerprintMatch, ...]:
    """Find every fingerprint in the answers and responses of a measurement."""
    return match_lookups(measurement.lookups, fingerprints) + match_exchanges(
        measurement.exchanges, fingerprints
    )


def match_lookups(
    lookups: Iterable[DnsLookup], fingerprints: Sequence[Fingerprint]
) -> tuple[FingerprintMatch, ...]:
    """Find the addresses of known block pages, in first and in late answers."""
    known = as_set(fingerprints)
    if not known.by_address and not known.answers:
        return ()
    found = {
        (fingerprint.name, address): FingerprintMatch(
            fingerprint=fingerprint, found_in=address, depth=lookup.depth
        )
        for lookup in lookups
        if lookup.engine is not Engine.CONTROL
        for address in (*lookup.addresses, *(one for late in lookup.late_answers for one in late))
        for fingerprint in _at_address(address, known)
    }
    return tuple(found.values())


def _at_address(address: str, known: FingerprintSet) -> Iterator[Fingerprint]:
    yield from known.by_address.get(address, ())
    yield from (one for one in known.answers if _fits(one, address))


def match_exchanges(
    exchanges: Iterable[HttpExchange], fingerprints: Sequence[Fingerprint]
) -> tuple[FingerprintMatch, ...]:
    """Find what block pages say, in every response of the redirect chain."""
    known = as_set(fingerprints)
    return tuple(hit for exchange in exchanges for hit in _in_exchange(exchange, known))


def broken_patterns(fingerprints: Iterable[Fingerprint]) -> tuple[tuple[str, str], ...]:
    """Name the fingerprints that can never match, each with the reason, so that none is lost silently."""
    return tuple(
        (fingerprint.name, reason)
        for fingerprint in fingerprints
        if (reason := _why_broken(fingerprint)) is not None
    )


def as_set(fingerprints: Sequence[Fingerprint]) -> FingerprintSet:
    """Return the indexed form; build it once and hand it on where many measurements are judged."""
    if isinstance(fingerprints, FingerprintSet):
        return fingerprints
    return FingerprintSet(fingerprints)


def _in_exchange(exchange: HttpExchange, known: FingerprintSet) -> Iterator[FingerprintMatch]:
    for name, value in exchange.headers:
        for fingerprint in known.by_header.get(name.lower(), ()):
            if _fits(fingerprint, value):
                redirects = name.lower() == "location"
                yield FingerprintMatch(
                    fingerprint=fingerprint,
                    found_in=exchange.url,
                    depth=exchange.depth,
                    redirects=redirects,
                )
    if exchange.body and known.bodies:
        text = body_text(exchange)
        for fingerprint in known.bodies:
            if _fits(fingerprint, text):
                yield FingerprintMatch(
                    fingerprint=fingerprint, found_in=exchange.url, depth=exchange.depth
                )


def body_text(exchange: HttpExchange) -> str:
    """Decode a kept body by its declared charset, else as UTF-8; undecodable bytes are replaced."""
    declared = re.search(r"charset=[\"']?([\w.:-]+)", exchange.header("content-type") or "")
    charset = declared.group(1) if declared else "utf-8"
    if re.sub(r"[^a-z0-9.]+", "-", charset.lower()).strip("-") in _NO_CHARSETS:
        charset = "utf-8"
    try:
        return (exchange.body or b"").decode(charset, "replace")
    except (LookupError, ValueError):
        return (exchange.body or b"").decode("utf-8", "replace")


def _fits(fingerprint: Fingerprint, text: str) -> bool:
    match fingerprint.pattern_type:
        case "contains":
            return fingerprint.pattern in text
        case "full":
            return fingerprint.pattern == text
        case "prefix":
            return text.startswith(fingerprint.pattern)
        case "regexp":
            compiled = _compiled(fingerprint.pattern)
            return isinstance(compiled, re.Pattern) and compiled.search(text) is not None
    return False


def _why_broken(fingerprint: Fingerprint) -> str | None:
    if fingerprint.pattern_type not in PATTERN_TYPES:
        return f"its pattern type is none of {', '.join(PATTERN_TYPES)}"
    if fingerprint.location not in {"dns", "body"} and not fingerprint.location.startswith(
        "header."
    ):
        return f"its location is not {LOCATIONS_HELP}"
    if fingerprint.pattern_type == "regexp":
        compiled = _compiled(fingerprint.pattern)
        return None if isinstance(compiled, re.Pattern) else f"not a regular expression: {compiled}"
    return None if fingerprint.pattern else "its pattern is empty and would match everything"


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str] | str:
    """Compile once; on failure return the reason, which is remembered as well."""
    try:
        return re.compile(pattern)
    except re.error as problem:
        return str(problem)
