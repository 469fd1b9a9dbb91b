# SPDX-License-Identifier: Apache-2.0
"""Of which day, and by which knowledge, an answer is asked for: the same two words everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query, Response
from sqlalchemy.orm import Session

from app.api import answers, parameters
from app.api.dependencies import NowDep, ReadingDep, ViewerDep
from app.domain.record.statistics import Window
from app.domain.visibility import Viewer
from app.errors import FieldError, InvalidInput
from app.services.statistics_answers import Answer, When

AsOf = Annotated[date | None, Query(description="What had happened by this day; left out: today.")]
KnownAt = Annotated[
    datetime | None, Query(description="What was on record at this time; left out: now.")
]
From = Annotated[date, Query(alias="from", description="The first day.")]
To = Annotated[date, Query(alias="to", description="The last day, within.")]


def _when(now: NowDep, as_of: AsOf = None, known_at: KnownAt = None) -> When:
    return When(as_of=as_of or now.date(), known_at=parameters.aware("known_at", known_at))


WhenDep = Annotated[When, Depends(_when)]


def _by_day(now: NowDep, as_of: AsOf = None) -> When:
    return When(as_of=as_of or now.date())


def _window(first: From, last: To) -> Window:
    if first > last:
        sentence = "The range ends before it starts."
        raise InvalidInput(
            sentence, errors=(FieldError(pointer="#query/to", code="inverted", message=sentence),)
        )
    return Window(first, last)


WindowDep = Annotated[Window, Depends(_window)]


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who asks for a number, of a day and a knowledge."""

    session: Session
    viewer: Viewer
    when: When
    now: datetime

    def tell(self, count: Callable[..., Answer], **more: object) -> Response:
        """Count, and answer with flat rows and what must be known to read them."""
        found = count(self.session, self.viewer, when=self.when, now=self.now, **more)
        return answers.rows(None, found.rows, meta=found.meta)


def _asking(session: ReadingDep, viewer: ViewerDep, when: WhenDep, now: NowDep) -> Asking:
    return Asking(session, viewer, when, now)


def _asking_by_day(
    session: ReadingDep, viewer: ViewerDep, when: Annotated[When, Depends(_by_day)], now: NowDep
) -> Asking:
    return Asking(session, viewer, when, now)


AskingDep = Annotated[Asking, Depends(_asking)]
AskingByDayDep = Annotated[Asking, Depends(_asking_by_day)]
"""Where what was known cannot be asked back: measurements are counted anew, not remembered."""
