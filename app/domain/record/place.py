# SPDX-License-Identifier: Apache-2.0
"""Where something happened, and how much of that everybody is told.

Two precisions, kept apart: how exactly the place is known, and how much of it is public. Never here:
jitter or rounding of an exact spot. An average undoes the one, and the other still tells the street.
"""

from dataclasses import dataclass

from app.domain.vocabulary import Precision

_FINEST_FIRST = (Precision.EXACT, Precision.LOCALITY, Precision.ADMIN1, Precision.COUNTRY)
# About 1 km, 10 km and 100 km: the middle of a town, a region, a country needs no more. What was
# called the middle of a town by mistake then tells less.
_DECIMALS = {Precision.LOCALITY: 2, Precision.ADMIN1: 1, Precision.COUNTRY: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a place: where, a stable code, and a sentence."""

    pointer: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Degrees of WGS 84, and how exactly they are known."""

    latitude: float
    longitude: float
    precision: Precision


def fault_of(
    *,
    latitude: float | None,
    longitude: float | None,
    precision: Precision,
    public_precision: Precision,
    is_at_risk: bool,
) -> Fault | None:
    """Return what does not hold of a place as it was handed in, or None."""
    if (latitude is None) != (longitude is None):
        missing = "/latitude" if latitude is None else "/longitude"
        sentence = "Give latitude and longitude together, or neither."
        return Fault(pointer=missing, code="missing", sentence=sentence)
    if latitude is not None and not -90 <= latitude <= 90:
        sentence = "A latitude runs from -90 to 90 degrees."
        return Fault(pointer="/latitude", code="out_of_range", sentence=sentence)
    if longitude is not None and not -180 <= longitude <= 180:
        sentence = "A longitude runs from -180 to 180 degrees."
        return Fault(pointer="/longitude", code="out_of_range", sentence=sentence)
    if latitude is not None and precision is Precision.UNKNOWN:
        sentence = "Say how exactly these coordinates are known: exact, locality, admin1, country."
        return Fault(pointer="/precision", code="missing", sentence=sentence)
    if public_precision is Precision.UNKNOWN:
        sentence = "What everybody is told is one of: exact, locality, admin1, country."
        return Fault(pointer="/public_precision", code="unknown_value", sentence=sentence)
    if public_precision is Precision.EXACT and is_at_risk:
        sentence = "Where people are at risk the exact place is not told: choose locality or less."
        return Fault(pointer="/public_precision", code="at_risk", sentence=sentence)
    return None


def shows_place(told: Precision) -> bool:
    """Whether everybody is told the town or village."""
    return told in (Precision.EXACT, Precision.LOCALITY)


def shows_region(told: Precision) -> bool:
    """Whether everybody is told the region."""
    return shows_place(told) or told is Precision.ADMIN1


def public_point(
    latitude: float | None, longitude: float | None, *, known: Precision, told: Precision
) -> Point | None:
    """Return the coordinates that everybody is told, or None.

    An exact spot only where exactly that was decided. Coordinates of a town, region or country where
    that much of the place is told anyway.
    """
    if latitude is None or longitude is None:
        return None
    if known not in _FINEST_FIRST or told not in _FINEST_FIRST:
        return None
    if _FINEST_FIRST.index(known) < _FINEST_FIRST.index(told):
        return None
    decimals = _DECIMALS.get(known)
    if decimals is not None:
        latitude, longitude = round(latitude, decimals), round(longitude, decimals)
    return Point(latitude=latitude, longitude=longitude, precision=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box of degrees; one whose west lies east of its east crosses the date line (RFC 7946)."""

    west: float
    south: float
    east: float
    north: float


def box_of(text: str) -> Box | str:
    """Read `west,south,east,north`; return a sentence where it is no box."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return "A box is four numbers in degrees: west,south,east,north."
    # Written so that NaN, of which nothing is true, is refused as well.
    if not (-180 <= west <= 180 and -180 <= east <= 180):
        return "West and east run from -180 to 180 degrees."
    if not -90 <= south <= north <= 90:
        return "South and north run from -90 to 90 degrees, the south first."
    return Box(west=west, south=south, east=east, north=north)
