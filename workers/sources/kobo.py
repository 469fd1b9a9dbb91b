# SPDX-License-Identifier: Apache-2.0
"""Submissions of a KoboToolbox form as its API exports them; one by one they come to the webhook.

What a submission may hold, and what of it is never kept, is told in `domain.intake.kobo`.
"""

from app.domain.intake import kobo
from app.domain.intake.item import Given
from app.domain.record.report import Account, Extent, Found, Rejected, without_repeats
from app.errors import InvalidInput
from workers.sources.charsets import decode
from workers.sources.either_rows import stopped
from workers.sources.json_rows import rows_of


def read(body: bytes, given: Given) -> Found:
    """Read an array of submissions, or one answer of the API (`{"results": […]}`)."""
    if "title" not in given.mapping:
        raise InvalidInput("the mapping must name the question of the title: title=group/question")
    accounts: list[Account] = []
    rejected: list[Rejected] = []
    for row in rows_of(decode(body, given.content_type), within=("results",)):
        if stopped(row, accounts, rejected):
            break
        taken = (
            row
            if isinstance(row, Rejected)
            else kobo.read(row.fields, given, line=row.line).account
        )
        (accounts if isinstance(taken, Account) else rejected).append(taken)  # type: ignore[arg-type]
    kept, repeated = without_repeats(accounts)
    # Others come one by one: that one is absent here says nothing.
    return Found(accounts=kept, rejected=(*rejected, *repeated), extent=Extent.PARTIAL)
