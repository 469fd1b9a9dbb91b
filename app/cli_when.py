# SPDX-License-Identifier: Apache-2.0
"""Days, knowledge, ranges and countries as people type them after commands."""

from datetime import UTC, date, datetime, timedelta

from app.domain.countries import COUNTRIES
from app.domain.record.statistics import Window
from app.domain.visibility import PUBLIC, Viewer
from app.domain.vocabulary import Role
from app.errors import InvalidInput
from app.services.statistics_answers import When

_OPERATOR = Viewer(role=Role.ADMIN, name="operator")


def viewer_of(public: bool) -> Viewer:
    """Return who counts: whoever runs commands here, or everybody."""
    return PUBLIC if public else _OPERATOR


def when_of(as_of: str, known_at: str, now: datetime) -> When:
    """Read the day asked about and the time of knowledge; today and now where left out."""
    day = day_of(as_of, "--as-of", last=True) if as_of else now.date()
    return When(as_of=day, known_at=instant_of(known_at) if known_at else None)


def day_of(said: str, name: str, *, last: bool) -> date:
    """Read a day; of a month or a year its first or last one."""
    parts = said.split("-")
    try:
        if len(parts) == 3:
            return date.fromisoformat(said)
        year, month = int(parts[0]), int(parts[1]) if len(parts) == 2 else None
        if not last:
            return date(year, month or 1, 1)
        after = year * 12 + (month or 12)
        return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        raise InvalidInput(f"{name} is a day, a month or a year, such as 2012-12-31") from None


def instant_of(said: str) -> datetime:
    """Read a day or an instant; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise InvalidInput("--known-at is a day or an instant, such as 2026-03-02") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def window_of(first: str, last: str, as_of: date) -> Window:
    """Read a range of days; left out it is the year that ends on a day."""
    end = day_of(last, "--to", last=True) if last else as_of
    begin = day_of(first, "--from", last=False) if first else end - timedelta(days=364)
    if begin > end:
        raise InvalidInput("the range ends before it starts")
    return Window(begin, end)


def countries_of(said: str) -> tuple[str, ...]:
    """Read country codes with commas between."""
    codes = tuple(code.strip().upper() for code in said.split(",") if code.strip())
    if any(code not in COUNTRIES for code in codes):
        raise InvalidInput("--country takes two-letter codes of ISO 3166-1, such as IQ,SO")
    return codes
