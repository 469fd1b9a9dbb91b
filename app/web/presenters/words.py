# SPDX-License-Identifier: Apache-2.0
"""Dates, counts, places and codes as a person would say them, in English.

Everything a page says that is not in a template is said by this package, so that a translation
has two places to go. Never here: what a thing means (that is the domain's), or markup.
"""

import contextlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import idna

from app.domain.countries import country_name
from app.domain.record import dates
from app.domain.vocabulary import Mechanism
from app.errors import InvalidInput

# Written out because strftime names months in the language of the machine.
# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)
# fmt: on

HOW: dict[Mechanism, str] = {
    Mechanism.NXDOMAIN: "the resolver denies the name",
    Mechanism.BOGON: "the resolver gives a bogus address",
    Mechanism.FORGED_ADDRESS: "the resolver gives a forged address",
    Mechanism.DNS_FAILURE: "the resolver fails on this name",
    Mechanism.REFUSED: "connections are refused",
    Mechanism.TIMEOUT: "connections get no answer",
    Mechanism.RESET: "connections are torn down",
    Mechanism.UNREACHABLE: "there is no way to the address",
    Mechanism.SNI_RESET: "torn down when the site is named",
    Mechanism.SNI_TIMEOUT: "silenced when the site is named",
    Mechanism.TLS_FAILURE: "the encrypted handshake is broken",
    Mechanism.CERTIFICATE_MITM: "a false certificate is shown",
    Mechanism.BLOCKPAGE: "a block page is shown",
    Mechanism.REDIRECT_BLOCKPAGE: "readers are sent to a block page",
    Mechanism.HTTP_RESET: "torn down when the page is asked for",
    Mechanism.HTTP_TIMEOUT: "silence when the page is asked for",
    Mechanism.HTTP_FAILURE: "the answer is broken",
    Mechanism.CONTENT_DIFFERENCE: "another page is shown",
    Mechanism.THROTTLED: "slowed down",
    Mechanism.CAPTCHA: "visitors must prove being human",
    Mechanism.FORBIDDEN: "the site refuses visitors",
    Mechanism.LEGAL_451: "the site names a legal demand (451)",
    Mechanism.GEOBLOCKING: "the site refuses this country",
}
"""A mechanism in a few words; the vocabulary holds its whole sentence."""


def day(at: date) -> str:
    """Say a day: '3 March 2026'."""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def moment(at: datetime | date | None) -> str:
    """Say an instant to the minute in UTC, or a day where only the day may be shown."""
    if at is None:
        return "never"
    if not isinstance(at, datetime):
        return day(at)
    in_utc = at.astimezone(UTC)
    return f"{day(in_utc)}, {in_utc:%H:%M} UTC"


def since(at: datetime | date | None) -> str:
    """Say since when, by the day: 'since 3 March 2026'."""
    if at is None:
        return ""
    return f"since {day(at.astimezone(UTC) if isinstance(at, datetime) else at)}"


def period(start: datetime | date | None, end: datetime | date | None) -> str:
    """Say a stretch of days: '3 March 2026 to 5 March 2026', or since when it lasts."""
    if start is None or end is None:
        return since(start)
    first, last = (
        day(at.astimezone(UTC) if isinstance(at, datetime) else at) for at in (start, end)
    )
    return f"on {first}" if first == last else f"{first} to {last}"


def span(first: datetime | date, last: datetime | date) -> str:
    """Say from when to when: '2 March 2026, 01:00 to 11:00 UTC'."""
    if first == last:
        return moment(first)
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return f"{moment(first)} to {moment(last)}"
    start, end = first.astimezone(UTC), last.astimezone(UTC)
    if start.date() == end.date():
        return f"{day(start)}, {start:%H:%M} to {end:%H:%M} UTC"
    return f"{day(start)}, {start:%H:%M} to {day(end)}, {end:%H:%M} UTC"


def from_text(text: str | date) -> str:
    """Say the day of a date or time as JSON carries it."""
    return day(date.fromisoformat(str(text)[:10]))


def machine(at: datetime | date | None) -> str:
    """Return what a `datetime` attribute holds."""
    return at.isoformat() if at else ""


def edtf(text: str | None) -> str:
    """Say a date as its source gives it: 'summer 2013'. One that cannot be read stays as it is."""
    if not text:
        return ""
    try:
        return dates.human(dates.parse(text))
    except InvalidInput:
        return text


def capital(text: str) -> str:
    """Begin with a capital letter and leave the rest alone."""
    return text[:1].upper() + text[1:]


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Say how many: 'one site', '13 sites', 'no sites'."""
    return f"{number_word(number)} {singular if number == 1 else plural or singular + 's'}"


def number_word(number: int) -> str:
    """Say a number: in words up to twelve, in figures above."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def listed(parts: Iterable[str]) -> str:
    """Join as in a sentence: 'a, b and c'."""
    said = list(parts)
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} and {said[-1]}"


def place(country: str | None) -> str:
    """Name a country; a vantage whose owner has set none is nowhere in particular."""
    return country_name(country) if country else "a network whose country is not set"


def network(country: str | None, asn: int | None) -> str:
    """Name a network as far as it may be shown: 'AS9198, Kazakhstan'."""
    if asn is None:
        return f"a network in {country_name(country)}" if country else place(country)
    return f"AS{asn}, {country_name(country)}" if country else f"AS{asn}"


def host(url: str) -> str:
    """Return the part of an address by which people know a site, in its own letters."""
    parts = urlsplit(url)
    name = parts.hostname or url
    with contextlib.suppress(idna.IDNAError):
        name = idna.decode(name)
    name = name.removeprefix("www.")
    path = parts.path.rstrip("/")
    return name + path + (f"?{parts.query}" if parts.query else "")


def label(code: str) -> str:
    """Say a code of the vocabulary: 'complete impunity'."""
    said = code.replace("_", " ")
    return said.replace("ngo", "NGO") if said.startswith("ngo") else said
