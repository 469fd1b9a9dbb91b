# SPDX-License-Identifier: Apache-2.0
"""What OONI's API says, read: lists, measurements, errors that come under status 200, and waits."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec


def retry_after(header: str, now: datetime) -> float | None:
    """Return the seconds a Retry-After asks for, given as a number or as a date (RFC 9110 10.2.3)."""
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, (at - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _decoded(body: bytes) -> Any:  # noqa: ANN401 - whatever the API sent
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def list_of(body: bytes) -> dict[str, Any] | None:
    """Return a page of the list; None for anything else, such as an error under status 200."""
    values = _decoded(body)
    is_list = isinstance(values, dict) and isinstance(values.get("results"), list)
    return values if is_list else None


def is_measurement(body: bytes) -> bool:
    """Whether an answer is a measurement, and not an error under status 200."""
    values = _decoded(body)
    return isinstance(values, dict) and isinstance(values.get("test_keys"), dict)


def said(body: bytes) -> str:
    """Return what an error body says of itself, cut short; nothing for what says nothing."""
    values = _decoded(body)
    if not isinstance(values, dict):
        return ""
    words = next((values[key] for key in ("error", "detail", "msg") if values.get(key)), None)
    return f": {words[:200]}" if isinstance(words, str) else ""


def raw_query(row: dict[str, Any]) -> dict[str, str] | None:
    """Return what to ask for a row's measurement by; None where the row names nothing."""
    uid, report, url = (row.get(key) for key in ("measurement_uid", "report_id", "input"))
    if isinstance(uid, str) and uid:
        return {"measurement_uid": uid}
    if isinstance(report, str) and report and isinstance(url, str) and url:
        return {"report_id": report, "input": url}
    return None
