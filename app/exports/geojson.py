# SPDX-License-Identifier: Apache-2.0
"""Incidents as one GeoJSON collection (RFC 7946), streamed: a point where there are coordinates."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from app.services.exporting_shapes import IncidentRow

_PROPERTIES = (
    "ref",
    "title",
    "status",
    "date",
    "date_earliest",
    "date_latest",
    "country",
    "admin1",
    "place",
    "precision",
    "categories",
    "motive",
    "impunity",
    "severity_level",
    "updated_at",
)


def geojson_bytes(pages: Iterable[Sequence[IncidentRow]]) -> Iterator[bytes]:
    """Yield the collection; whoever reads a file that was cut off finds no closing bracket."""
    yield b'{"type":"FeatureCollection","features":['
    is_first = True
    for page in pages:
        features = b",\n".join(msgspec.json.encode(_feature(row)) for row in page)
        yield (b"\n" if is_first else b",\n") + features
        is_first = False
    yield b"\n]}\n"


def _feature(row: IncidentRow) -> dict[str, Any]:
    point = None
    if row.latitude is not None and row.longitude is not None:
        # RFC 7946, 3.1.1: longitude first.
        point = {"type": "Point", "coordinates": [row.longitude, row.latitude]}
    return {
        "type": "Feature",
        "id": row.id,
        "geometry": point,
        "properties": {name: getattr(row, name) for name in _PROPERTIES},
    }
