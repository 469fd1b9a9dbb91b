# SPDX-License-Identifier: Apache-2.0
"""Alerts for people: the sentence that was sent, its state, and when it was told and over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain.vocabulary import AlertKind, AlertState
from app.web.presenters import words

KINDS: dict[AlertKind, str] = {
    AlertKind.SITE_BLOCKED: "Site blocked",
    AlertKind.SITE_DOWN: "Site down",
    AlertKind.SITE_UNREACHABLE: "Site unreachable, cause not established",
    AlertKind.VANTAGE_OFFLINE: "Vantage offline",
}
STATES: dict[AlertState, str] = {
    AlertState.PENDING: "Waiting",
    AlertState.FIRING: "Going on",
    AlertState.ACKED: "Taken on",
    AlertState.RESOLVED: "Over",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert in a list."""

    id: str
    kind: str
    code: AlertState
    word: str
    title: str
    text: str
    site_id: str | None
    host: str
    where: str
    opened_at: datetime | date
    resolved_at: datetime | date | None
    times: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One turn of an alert."""

    at: datetime | date
    word: str
    why: str


def alert_row(view: Mapping[str, Any]) -> AlertRow:
    """Put an alert into words."""
    site = view["site"]
    return AlertRow(
        id=str(view["id"]),
        kind=KINDS.get(view["kind"], words.label(view["kind"])),
        code=view["state"],
        word=STATES[view["state"]],
        title=view["title"],
        text=view["text"],
        site_id=str(site["id"]) if site else None,
        host=words.host(site["url"]) if site else "",
        where=words.network(view["country"], view["asn"]),
        opened_at=view["opened_at"],
        resolved_at=view["resolved_at"],
        times=words.count(view["count"], "time") if view["count"] > 1 else "",
    )


def event_row(event: Mapping[str, Any]) -> EventRow:
    """Put one turn of an alert into words."""
    state = AlertState(event["state"])
    return EventRow(at=event["at"], word=STATES[state], why=event["why"])
