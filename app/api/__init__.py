# SPDX-License-Identifier: Apache-2.0
"""The JSON door, under /api/v1: one router per noun."""

from fastapi import APIRouter

from app.api import incidents, keys, overview, reports, sites, sources, steps

router = APIRouter(prefix="/api/v1")
for noun in (incidents, keys, overview, reports, sites, sources, steps):
    router.include_router(noun.router)
