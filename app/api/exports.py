# SPDX-License-Identifier: Apache-2.0
"""`/incidents.csv`, `/cases.jsonl` and their like: whole lists as files, streamed a page at a time.

Between two pages nothing is held: a client that is slow or hangs up keeps no session open. Where
something goes wrong after the first page, the connection breaks, and the answer never seems whole.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Annotated, cast

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.api import parameters
from app.api.conditional import ConditionalDep
from app.api.dependencies import NowDep, SessionsDep, ViewerDep
from app.api.incident_filter import IncidentFilterDep
from app.api.parameters import Search
from app.api.problems import responses
from app.api.schemas.sites import CategoryCode, CountryCode
from app.api.strict import StrictRoute
from app.domain.visibility import Viewer
from app.domain.vocabulary import Polarity, SiteCondition
from app.errors import NotAllowed
from app.exports.geojson import geojson_bytes
from app.exports.tables import MEDIA_TYPES, TableFormat, table_bytes
from app.services.exporting import Reader, Wanted, pages
from app.services.exporting_shapes import IncidentRow, Row
from app.services.outlet_views import OutletFilter
from app.services.site_views import SiteFilter
from app.storage.cases import CaseFilter
from app.storage.database import Sessions

router = APIRouter(tags=["exports"], route_class=StrictRoute)


class IncidentFormat(StrEnum):
    """Formats in which incidents leave."""

    CSV = "csv"
    JSONL = "jsonl"
    GEOJSON = "geojson"


class Audience(StrEnum):
    """For whom a file is made."""

    PUBLIC = "public"
    DESK = "desk"


ForWhom = Annotated[
    Audience,
    Query(description="public: the public fields of all you see. desk: everything; for the desk."),
]
Raw = Annotated[
    bool,
    Query(description="CSV without guards against formulas; the file's name says so."),
]

_ANSWERS = {
    200: {
        "description": "The whole list as a file, streamed. Columns: docs/exports.md.",
        "content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()},
    },
    **responses(400, 401, 403, 422),
}


@router.get("/incidents.{form}", response_class=StreamingResponse, responses=_ANSWERS)
def export_incidents(
    form: IncidentFormat,
    _fresh: ConditionalDep,
    sessions: SessionsDep,
    viewer: ViewerDep,
    now: NowDep,
    wanted: IncidentFilterDep,
    audience: ForWhom = Audience.PUBLIC,
    raw: Raw = False,
) -> StreamingResponse:
    """Every incident that the list with these filters has, by id, with its cases and their facts."""
    return _streamed(
        sessions, viewer, "incidents", form.value, Wanted(incidents=wanted), audience, now, raw=raw
    )


@router.get("/cases.{form}", response_class=StreamingResponse, responses=_ANSWERS)
def export_cases(
    form: TableFormat,
    _fresh: ConditionalDep,
    sessions: SessionsDep,
    viewer: ViewerDep,
    now: NowDep,
    country: str | None = None,
    polarity: Polarity | None = None,
    incident: uuid.UUID | None = None,
    audience: ForWhom = Audience.PUBLIC,
    raw: Raw = False,
) -> StreamingResponse:
    """Every case you may see, by id, with its facts and parties."""
    wanted = CaseFilter(
        country=parameters.one_country(country), polarity=polarity, incident_id=incident
    )
    return _streamed(
        sessions, viewer, "cases", form.value, Wanted(cases=wanted), audience, now, raw=raw
    )


@router.get("/outlets.{form}", response_class=StreamingResponse, responses=_ANSWERS)
def export_outlets(
    form: TableFormat,
    _fresh: ConditionalDep,
    sessions: SessionsDep,
    viewer: ViewerDep,
    now: NowDep,
    country: str | None = None,
    q: Search = None,
    audience: ForWhom = Audience.PUBLIC,
    raw: Raw = False,
) -> StreamingResponse:
    """Every outlet you may see, by id, with its dated history."""
    wanted = OutletFilter(country=parameters.one_country(country), q=q)
    return _streamed(
        sessions, viewer, "outlets", form.value, Wanted(outlets=wanted), audience, now, raw=raw
    )


@router.get("/sites.{form}", response_class=StreamingResponse, responses=_ANSWERS)
def export_sites(
    form: TableFormat,
    _fresh: ConditionalDep,
    sessions: SessionsDep,
    viewer: ViewerDep,
    now: NowDep,
    country: CountryCode | None = None,
    category: CategoryCode | None = None,
    state: SiteCondition | None = None,
    outlet: uuid.UUID | None = None,
    q: Search = None,
    audience: ForWhom = Audience.PUBLIC,
    raw: Raw = False,
) -> StreamingResponse:
    """Every listed site, by id, in columns that `qalam sites import` reads."""
    wanted = SiteFilter(country=country, category=category, state=state, outlet_id=outlet, q=q)
    return _streamed(
        sessions, viewer, "sites", form.value, Wanted(sites=wanted), audience, now, raw=raw
    )


def _streamed(
    sessions: Sessions,
    viewer: Viewer,
    noun: str,
    form: str,
    wanted: Wanted,
    audience: Audience,
    now: datetime,
    *,
    raw: bool,
) -> StreamingResponse:
    full = audience is Audience.DESK
    if full and not viewer.is_staff:
        raise NotAllowed("audience=desk is for the desk: leave it out for the public fields")
    found = pages(sessions, Reader(viewer=viewer, full=full), noun, wanted, now=now)
    # The first page is read before anything is answered, so that what is wrong is told as an error.
    first = next(found, None)
    whole = chain([first], found) if first is not None else iter(())
    name = f"qalam-{noun}{'-desk' if full else ''}{'.raw' if raw and form == 'csv' else ''}.{form}"
    return StreamingResponse(
        _chunks(noun, form, whole, raw=raw),
        media_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _chunks(noun: str, form: str, found: Iterator[Sequence[Row]], *, raw: bool) -> Iterator[bytes]:
    if form == IncidentFormat.GEOJSON:
        return geojson_bytes(cast("Iterator[Sequence[IncidentRow]]", found))
    return table_bytes(noun, TableFormat(form), found, raw=raw)
