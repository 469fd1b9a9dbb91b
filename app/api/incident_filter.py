# SPDX-License-Identifier: Apache-2.0
"""Which incidents a caller asks for: the same parameters for the list and for every export of it."""

import uuid
from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from app.api import parameters
from app.api.dependencies import ViewerDep
from app.api.parameters import Listed, Search
from app.domain.vocabulary import Category, Impunity, IncidentScope, PersonRole, WorkflowStatus
from app.errors import FieldError, InvalidInput, UnknownField
from app.storage.incidents import IncidentFilter


def incident_filter(
    *,
    viewer: ViewerDep,
    country: Listed = None,
    category: Listed = None,
    status: Listed = None,
    impunity: Listed = None,
    person_role: Listed = None,
    scope: IncidentScope | None = None,
    outlet: uuid.UUID | None = None,
    person: uuid.UUID | None = None,
    date_from: Annotated[
        date | None, Query(description="Overlap: known to end on or after.")
    ] = None,
    date_to: Annotated[
        date | None, Query(description="Overlap: known to begin on or before.")
    ] = None,
    verified: bool | None = None,
    waiting: Annotated[
        bool | None, Query(description="For the desk: a change waits for a second person.")
    ] = None,
    bbox: Annotated[
        str | None,
        Query(max_length=100, description="west,south,east,north in degrees; what you may see."),
    ] = None,
    external_id: Annotated[
        str | None, Query(max_length=200, description="What another system calls it: system:id.")
    ] = None,
    q: Search = None,
) -> IncidentFilter:
    """Read the filter, or raise for what it cannot mean."""
    if date_from is not None and date_to is not None and date_from > date_to:
        sentence = "The range ends before it starts."
        raise InvalidInput(
            sentence,
            errors=(FieldError(pointer="#query/date_to", code="inverted", message=sentence),),
        )
    if waiting is not None and not viewer.is_staff:
        raise UnknownField("this address takes no such parameter: `waiting` is for the desk")
    return IncidentFilter(
        countries=parameters.countries(country),
        categories=parameters.terms("category", category, Category),
        statuses=parameters.terms("status", status, WorkflowStatus),
        impunity=parameters.terms("impunity", impunity, Impunity),
        person_roles=parameters.terms("person_role", person_role, PersonRole),
        scope=scope,
        outlet_id=outlet,
        person_id=person,
        date_from=date_from,
        date_to=date_to,
        verified=verified,
        waiting=waiting,
        box=parameters.box(bbox),
        external_id=parameters.external_id(external_id),
        q=q,
    )


IncidentFilterDep = Annotated[IncidentFilter, Depends(incident_filter)]
