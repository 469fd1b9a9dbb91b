# SPDX-License-Identifier: Apache-2.0
"""One country on one page: closures, attacks, people, patterns, recommendations."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.countries import COUNTRIES, country_name
from app.domain.visibility import Viewer
from app.domain.vocabulary import IMPUNITY_APPLICABLE, Category, PersonStanding
from app.errors import NotFound
from app.services import outlet_views, people, recommendation_views, record, site_views
from app.services.citations import citation_view
from app.services.outlet_views import OutletFilter
from app.services.people import PeopleFilter
from app.storage import decisions
from app.storage.decisions import Pattern, StatementFilter
from app.storage.incidents import IncidentFilter
from app.storage.recommendations import RecommendationFilter

CLOSURES = (Category.OUTLET_MEASURE, Category.ONLINE_CENSORSHIP, Category.PRIOR_RESTRAINT)
"""Acts against outlets and what they publish."""

LIMIT = 100


def country_view(session: Session, viewer: Viewer, code: str, *, now: datetime) -> dict[str, Any]:
    """Return what the record holds of a country; each list is cut at `LIMIT`."""
    if code not in COUNTRIES:
        raise NotFound("there is no country with this code: use ISO 3166-1 letters such as KZ")
    wanted = StatementFilter(country=code)
    public = not viewer.is_staff
    start: uuid.UUID | None = None
    return {
        "code": code,
        "name": country_name(code),
        "as_of": now.date(),
        "blocked": site_views.list_episodes(
            session, viewer, country=code, open_only=True, limit=LIMIT
        ),
        "closures": _incidents(session, viewer, code, CLOSURES),
        "attacks": _incidents(session, viewer, code, tuple(sorted(IMPUNITY_APPLICABLE))),
        "people": people.list_person_views(
            session, viewer, PeopleFilter(country=code), now=now, limit=LIMIT
        ),
        "imprisoned": people.list_person_views(
            session,
            viewer,
            PeopleFilter(country=code, state=PersonStanding.IMPRISONED),
            now=now,
            limit=LIMIT,
        ),
        "outlets": outlet_views.list_outlet_views(
            session, viewer, OutletFilter(country=code), now=now, limit=LIMIT
        ),
        "patterns": [
            _pattern(one)
            for one in decisions.list_patterns(
                session, wanted, published_only=public, limit=LIMIT, after=start
            )
        ],
        "recommendations": recommendation_views.list_recommendation_views(
            session,
            viewer,
            RecommendationFilter(today=now.date(), country=code),
            limit=LIMIT,
        ),
    }


def _incidents(
    session: Session, viewer: Viewer, code: str, categories: tuple[Category, ...]
) -> list[dict[str, Any]]:
    wanted = IncidentFilter(countries=(code,), categories=categories)
    return record.list_incidents(session, viewer, wanted, limit=LIMIT).decoded()


def _pattern(row: Pattern) -> dict[str, Any]:
    return {
        "id": row.id,
        "category": row.category,
        "subtype": row.subtype or None,
        "ground": row.ground,
        "statement": row.statement,
        "date": row.date_text,
        "source": citation_view(row.citation),
    }
