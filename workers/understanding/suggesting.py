# SPDX-License-Identifier: Apache-2.0
"""All guesses about one report, beside what its source says: a field that is said is not guessed."""

from dataclasses import replace

from app.domain.record.particulars import Suggestion
from app.domain.record.report import Account, Found, Reading
from workers.understanding import days, kinds, language, places

MIN_SCORE = 0.2
MAX_KINDS = 6
MAX_PLACES = 8


def understood(found: Found) -> Found:
    """Return what a reader found, each account with its suggestions."""
    return replace(found, accounts=tuple(map(_understood, found.accounts)))


def _understood(account: Account) -> Account:
    return replace(
        account, reading=replace(account.reading, suggestions=suggestions(account.reading))
    )


def suggestions(reading: Reading, article: str | None = None) -> tuple[Suggestion, ...]:
    """Return the guesses that a reading allows; `article` is the text of its page, where it was read."""
    text = "\n".join(one for one in (reading.title, reading.summary, article) if one)
    spoken = language.suggest(text)
    tongue = reading.language or (spoken.value if spoken is not None else None)
    found: list[Suggestion] = []
    if spoken is not None and spoken.value != reading.language:
        found.append(spoken)
    if not reading.particulars.kinds:
        found += [one for one in kinds.suggest(text, tongue) if one.score >= MIN_SCORE][:MAX_KINDS]
    if reading.date_text is None:
        found += days.suggest(text, tongue, reading.published_at)
    named = places.suggest(text, tongue, reading.country)
    skipped = {"country"} if reading.country else set()
    skipped |= {"admin1"} if reading.particulars.admin1 else set()
    found += [one for one in named if one.field not in skipped][:MAX_PLACES]
    return tuple(found)
