# SPDX-License-Identifier: Apache-2.0
"""The JSON door, under /api/v1: one router per noun."""

from fastapi import APIRouter

from app.api import (
    agents,
    alerts,
    cases,
    countries,
    decisions,
    deliveries,
    event_groups,
    incidents,
    judge,
    keys,
    maintenances,
    network_events,
    outlets,
    overview,
    patterns,
    people,
    recommendations,
    reports,
    sites,
    sources,
    statistics,
    steps,
    subscriptions,
    vocabulary,
)

router = APIRouter(prefix="/api/v1")
nouns = (
    agents,
    alerts,
    cases,
    countries,
    decisions,
    deliveries,
    event_groups,
    incidents,
    judge,
    keys,
    maintenances,
    network_events,
    outlets,
    overview,
    patterns,
    people,
    recommendations,
    reports,
    sites,
    sources,
    statistics,
    steps,
    subscriptions,
    vocabulary,
)
for noun in nouns:
    router.include_router(noun.router)
