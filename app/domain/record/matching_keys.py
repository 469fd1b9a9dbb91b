# SPDX-License-Identifier: Apache-2.0
"""Under which keys an account is found again: whatever shares one is worth comparing.

A key holds what rarely meets by chance, so that looking one up costs the same in a record of a million
incidents as in one of ten thousand: days are joined with a country, outlets with a month.
"""

from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from app.domain.record.matching import NEAR_DAYS, Described

MAX_KEYS = 60
_MAX_SPAN = 31


def keys_of(one: Described) -> tuple[str, ...]:
    """Return the keys under which an account is kept."""
    return _keys(one, around=0)


def wanted_keys(one: Described) -> tuple[str, ...]:
    """Return the keys under which its candidates may be kept: the days around it as well."""
    return _keys(one, around=NEAR_DAYS)


def _keys(one: Described, *, around: int) -> tuple[str, ...]:
    found = [f"id:{system}:{value}" for system, value in sorted(one.external_ids)]
    found += [f"url:{url}" for url in sorted(one.urls)]
    found += [f"text:{part}" for part in one.signature]
    found += [f"person:{name}" for name in sorted(one.people)]
    found += [f"spelling:{name}" for name in sorted(one.spellings)]
    days = _days(one, around)
    months = sorted({day.strftime("%Y-%m") for day in days})
    found += [f"outlet:{name}:{month}" for name in sorted(one.outlets) for month in months]
    if one.country is not None:
        found += [
            f"place:{one.country}:{place}:{month}"
            for place in sorted(one.places)
            for month in months
        ]
        if one.is_exact:
            found += [f"day:{one.country}:{day.isoformat()}" for day in days]
    return tuple(dict.fromkeys(found))[:MAX_KEYS]


def _days(one: Described, around: int) -> list[date]:
    if one.span is None or (one.span[1] - one.span[0]).days > _MAX_SPAN:
        return []
    earliest, latest = one.span
    first, number = earliest - timedelta(days=around), (latest - earliest).days + 2 * around + 1
    return [first + timedelta(days=after) for after in range(number)]


_TRACKING = ("utm_", "fbclid", "gclid", "yclid", "mc_cid", "mc_eid")


def canonical_url(url: str | None) -> str | None:
    """Return an address by which one page is known again; None for what names no single page.

    >>> canonical_url("HTTPS://www.News.example/a/?utm_source=x&id=2#top")
    'news.example/a?id=2'
    >>> canonical_url("https://news.example/") is None
    True
    """
    try:
        parts = urlsplit(url or "")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    asked = [
        one
        for one in parse_qsl(parts.query, keep_blank_values=True)
        if not one[0].lower().startswith(_TRACKING)
    ]
    path = parts.path.rstrip("/")
    if parts.scheme.lower() not in ("http", "https") or not host or not (path or asked):
        return None
    return f"{host}{path}?{urlencode(sorted(asked))}" if asked else f"{host}{path}"
