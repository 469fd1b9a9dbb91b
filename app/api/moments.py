# SPDX-License-Identifier: Apache-2.0
"""Of which day, and by which knowledge, an answer is asked for: the same two words everywhere."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query

from app.api import parameters
from app.api.dependencies import NowDep
from app.services.statistics_answers import When

AsOf = Annotated[date | None, Query(description="What had happened by this day; left out: today.")]
KnownAt = Annotated[
    datetime | None, Query(description="What was on record at this time; left out: now.")
]


def _when(now: NowDep, as_of: AsOf = None, known_at: KnownAt = None) -> When:
    return When(as_of=as_of or now.date(), known_at=parameters.aware("known_at", known_at))


WhenDep = Annotated[When, Depends(_when)]
