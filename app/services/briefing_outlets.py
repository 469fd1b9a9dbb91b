# SPDX-License-Identifier: Apache-2.0
"""Outlets that were closed, suspended or seized in a period, from their dated histories."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.domain.record import dates
from app.domain.record.briefing import Block, Run, Table
from app.domain.record.statistics import Holds, Window
from app.domain.visibility import PUBLIC
from app.domain.vocabulary import LegalGround, OutletAxis, Publication
from app.services import briefing_dates
from app.services.briefing_labels import label
from app.services.briefing_material import Told
from app.services.briefing_texts import Texts
from app.services.briefing_writing import Pen
from app.services.citations import citation_view
from app.storage import reached
from app.storage.outlets import Outlet

_STOPPED = frozenset(
    {
        Publication.SUSPENDED,
        Publication.CLOSED,
        Publication.CLOSED_BY_COURT,
        Publication.CLOSED_BY_REGULATOR,
        Publication.SEIZED,
    }
)
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One verified change on the publication axis of an outlet."""

    outlet_id: str
    outlet: str
    value: Publication
    since: str  # EDTF
    ground: LegalGround | None
    authority: str | None
    decision_id: str | None
    source: dict[str, Any] | None


def changes(session: Session, country: str, window: Window) -> tuple[Change, ...]:
    """Return the changes that fall, or may fall, within a period, as everybody may read them."""
    found: list[Change] = []
    after = None
    while True:
        page = reached.list_outlets(
            session, PUBLIC, country=country, q=None, limit=_PAGE, after=after
        )
        for outlet in page:
            found += _of(outlet, window)
        if len(page) < _PAGE:
            return tuple(found)
        after = (page[-1].name, page[-1].id)


def _of(outlet: Outlet, window: Window) -> Iterator[Change]:
    for event in outlet.status_events:
        is_stood_for = event.verified_at is not None and event.retracted_at is None
        if event.axis is not OutletAxis.PUBLICATION or not is_stood_for:
            continue
        value = Publication(event.value)
        if value in _STOPPED and window.holds(dates.parse(event.valid_from)) is not Holds.NO:
            yield Change(
                outlet_id=str(outlet.id),
                outlet=outlet.name,
                value=value,
                since=event.valid_from,
                ground=event.ground,
                authority=event.authority,
                decision_id=str(event.decision_id) if event.decision_id else None,
                source=citation_view(event.citation),
            )


def outlets_of(one: Told, found: tuple[Change, ...]) -> list[str]:
    """Name the outlets that fell under an incident's decision and are not its targets."""
    decision = one.document["decision"]
    if decision is None:
        return []
    targets = {
        str(target["outlet"]["id"]) for target in one.document["targets"] if target["outlet"]
    }
    return [
        change.outlet
        for change in found
        if change.decision_id == str(decision["id"]) and change.outlet_id not in targets
    ]


def untold(pen: Pen, found: tuple[Change, ...], told: list[Told]) -> Iterator[Block]:
    """Tell of changes that no incident tells of, each in a numbered paragraph."""
    decisions = {str(one.document["decision"]["id"]) for one in told if one.document["decision"]}
    targets = {
        str(target["outlet"]["id"])
        for one in told
        for target in one.document["targets"]
        if target["outlet"]
    }
    for change in found:
        if change.outlet_id not in targets and change.decision_id not in decisions:
            yield pen.numbered(_change(pen, change))


def _change(pen: Pen, change: Change) -> Iterator[Run]:
    texts, notes = pen.texts, pen.cite([change.source])
    yield Run(text=f"{texts.own(change.outlet)}.", strong=True, notes=notes)
    said = texts.say(
        "step",
        fact=label(texts, change.value),
        date=briefing_dates.plain(texts, change.since),
    )
    yield Run(text=f"{said[:1].upper()}{said[1:]}.", notes=notes)
    yield Run(text=texts.say("ground", ground=_ground(texts, change.ground)))
    if change.authority:
        yield Run(text=texts.say("authority", authority=texts.own(change.authority)))


def table(pen: Pen, found: tuple[Change, ...]) -> Iterator[Block]:
    """Set the outlets in a table, where there are two or more."""
    if len(found) < 2:
        return
    texts = pen.texts
    names = ("outlet", "value", "since", "ground", "authority")
    yield Table(
        caption=texts.say("outlets_table"),
        header=tuple(texts.of("columns", one) for one in names),
        rows=tuple(
            (
                texts.own(one.outlet),
                label(texts, one.value),
                briefing_dates.plain(texts, one.since),
                _ground(texts, one.ground),
                texts.own(one.authority) if one.authority else texts.word("not_stated"),
            )
            for one in found
        ),
    )


def _ground(texts: Texts, ground: LegalGround | None) -> str:
    if ground is None or ground is LegalGround.UNKNOWN:
        return texts.word("not_stated")
    return label(texts, ground)
