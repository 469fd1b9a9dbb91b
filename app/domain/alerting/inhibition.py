# SPDX-License-Identifier: Apache-2.0
"""Which alerts hold back which others, as a table: one cause is told once.

What is held back keeps waiting; if it still holds when the wider alert is over, it is told then, so
nothing is lost. Never here: looking for the open alerts themselves.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.vocabulary import AlertKind

SITE_KINDS = frozenset(
    {
        AlertKind.SITE_BLOCKED,
        AlertKind.SITE_DOWN,
        AlertKind.SITE_UNREACHABLE,
        AlertKind.SITE_FLAPPING,
    }
)
"""Alerts about one site at one vantage."""


class Equal(StrEnum):
    """What the wider alert and the one it holds back have in common."""

    VANTAGE = "vantage"
    SITE = "site"
    PAIR = "pair"  # the same site at the same vantage
    EVENT = "event"  # the site is a member of the network event


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an alert of `source` is open, alerts of `targets` about the same wait."""

    source: AlertKind
    targets: frozenset[AlertKind]
    equal: Equal
    why: str


_OF_VANTAGE = frozenset(AlertKind) - {AlertKind.VANTAGE_OFFLINE}

TABLE: tuple[Inhibition, ...] = (
    Inhibition(AlertKind.VANTAGE_OFFLINE, _OF_VANTAGE, Equal.VANTAGE, "the vantage is offline"),
    Inhibition(
        AlertKind.VANTAGE_UNHEALTHY,
        _OF_VANTAGE - {AlertKind.VANTAGE_UNHEALTHY},
        Equal.VANTAGE,
        "the vantage's own connection cannot be trusted",
    ),
    Inhibition(
        AlertKind.SITE_DOWN,
        frozenset({AlertKind.SITE_BLOCKED}),
        Equal.SITE,
        "the site is down for everybody",
    ),
    Inhibition(
        AlertKind.NETWORK_EVENT,
        frozenset({AlertKind.SITE_BLOCKED}),
        Equal.EVENT,
        "it is one of many sites that became blocked there at once",
    ),
    Inhibition(
        AlertKind.SITE_FLAPPING,
        SITE_KINDS - {AlertKind.SITE_FLAPPING},
        Equal.PAIR,
        "the site comes and goes",
    ),
)


def rules_for(kind: AlertKind) -> tuple[Inhibition, ...]:
    """Return the rows that may hold back an alert of this kind, the widest first."""
    return tuple(row for row in TABLE if kind in row.targets)
