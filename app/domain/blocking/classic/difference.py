# SPDX-License-Identifier: Apache-2.0
"""The final page beside the control's: OONI's four comparisons, and what it calls a difference."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.blocking.classic.observation import Observation
from app.domain.blocking.comparison import (
    BODY_PROPORTION_SAME,
    proportion_of,
    statuses_match,
    title_words,
    uncommon,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The comparisons; None where there was nothing to compare."""

    body_proportion: float | None = None
    body_length_match: bool | None = None
    status_code_match: bool | None = None
    headers_match: bool | None = None
    title_match: bool | None = None

    @property
    def differs(self) -> bool:
        """Whether OONI calls this another page: other status, or nothing else agrees."""
        agrees = (self.body_length_match, self.headers_match, self.title_match)
        return not (self.status_code_match is True and any(one is True for one in agrees))


def difference(final: Observation) -> Difference:
    """Compare a final response with the control's page, as far as the control got one."""
    page, control = final.page, final.control.page
    if page is None or control is None:
        return Difference()
    proportion = proportion_of(page.body_length, control.body_length, truncated=page.is_truncated)
    theirs = uncommon(name for name, _ in control.headers)
    return Difference(
        body_proportion=proportion,
        body_length_match=None if proportion is None else proportion > BODY_PROPORTION_SAME,
        status_code_match=statuses_match(page.status, control.status),
        headers_match=bool(uncommon(page.header_names) & theirs),
        title_match=title_words(page.title) == title_words(control.title),
    )


def first_comparable(observations: Iterable[Observation]) -> Difference:
    """Return the comparison of the first final response which the control can be held against."""
    finals = (one for one in observations if one.is_final and one.control.http_failure is not None)
    return next((difference(one) for one in finals), Difference())
