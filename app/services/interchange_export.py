# SPDX-License-Identifier: Apache-2.0
"""Measurements to hand out, oldest first: each with its controls, its verdict and its network.

A page at a time, so that a reader of millions holds few in memory and no transaction stays open.
What a network of fewer than three vantages hides from the public is hidden here as well.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.agents.protocol import CONTROL_WITHIN
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.verdict import Control, Verdict
from app.domain.visibility import Viewer
from app.services.shades import Shades
from app.storage.measurements import MeasurementRow, VerdictRow, from_observations, list_controls_of
from app.storage.sites import Vantage

OUR_SOFTWARE = "qalam"

Cursor = tuple[datetime, uuid.UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which measurements are asked for; None means any. `country` is the vantage's."""

    since: datetime | None = None
    until: datetime | None = None
    site_id: uuid.UUID | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exportable:
    """One field measurement with all that a verdict on it stands on, bodies apart."""

    measurement: Measurement
    controls: tuple[Control, ...]
    verdict: Verdict | None
    vantage_healthy: bool
    country: str | None
    asn: int | None
    network_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some measurements, where to go on, and how many were left out."""

    found: tuple[Exportable, ...]
    next: Cursor | None
    withheld: int = 0  # of networks too small to be shown
    others: int = 0  # measured by OONI's probes: OONI publishes them


def list_exportable(
    session: Session, viewer: Viewer, wanted: Wanted, *, after: Cursor | None, limit: int
) -> Page:
    """Return a page of measurements that are judged or need no judging any more."""
    rows = session.execute(_query(wanted, after).limit(limit)).all()
    mine = [row for row, _ in rows if row.observations.get("software") == OUR_SOFTWARE]
    shades = Shades(session, viewer)
    shown = [
        (row, vantage)
        for row, vantage in rows
        if row in mine and not shades.hides(vantage.country, vantage.asn)
    ]
    uids = [row.uid for row, _ in shown]
    verdicts = _newest_verdicts(session, uids)
    controls = _controls(session, [row for row, _ in shown], shades)
    return Page(
        found=tuple(
            Exportable(
                measurement=from_observations(row.observations),
                controls=controls.get(row.uid, ()),
                verdict=verdicts.get(row.uid),
                vantage_healthy=row.vantage_healthy,
                country=vantage.country,
                asn=vantage.asn,
                network_name=vantage.network_name,
            )
            for row, vantage in shown
        ),
        next=(rows[-1][0].measured_at, rows[-1][0].uid) if len(rows) == limit else None,
        withheld=len(mine) - len(shown),
        others=len(rows) - len(mine),
    )


def _query(wanted: Wanted, after: Cursor | None) -> sa.Select[MeasurementRow, Vantage]:
    query = (
        sa.select(MeasurementRow, Vantage)
        .join(Vantage, Vantage.id == MeasurementRow.vantage_id)
        .where(MeasurementRow.control_of.is_(None), MeasurementRow.awaits.is_(None))
        .order_by(MeasurementRow.measured_at, MeasurementRow.uid)
    )
    if wanted.since is not None:
        query = query.where(MeasurementRow.measured_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(MeasurementRow.measured_at < wanted.until)
    if wanted.site_id is not None:
        query = query.where(MeasurementRow.site_id == wanted.site_id)
    if wanted.country is not None:
        query = query.where(Vantage.country == wanted.country)
    if after is not None:
        at, uid = after
        query = query.where(
            sa.or_(
                MeasurementRow.measured_at > at,
                sa.and_(MeasurementRow.measured_at == at, MeasurementRow.uid > uid),
            )
        )
    return query


def _newest_verdicts(session: Session, uids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Verdict]:
    rows = session.scalars(
        sa.select(VerdictRow)
        .where(VerdictRow.measurement_uid.in_(uids))
        .order_by(VerdictRow.rules_version)
    )
    return {row.measurement_uid: _verdict(row) for row in rows}


def _verdict(row: VerdictRow) -> Verdict:
    return Verdict(
        state=row.state,
        layer=row.layer,
        mechanism=row.mechanism,
        interference=row.interference,
        confidence=row.confidence,
        rule=row.rule,
        rules_version=row.rules_version,
        reasons=tuple(row.reasons),
        failure_class=row.failure_class,
    )


def _controls(
    session: Session, fields: Sequence[MeasurementRow], shades: Shades
) -> Mapping[uuid.UUID, tuple[Control, ...]]:
    measured_at = {row.uid: row.measured_at for row in fields}
    rows = list_controls_of(session, list(measured_at))
    vantages = {
        row.id: row
        for row in session.scalars(
            sa.select(Vantage).where(Vantage.id.in_({row.vantage_id for row in rows}))
        )
    }
    found: dict[uuid.UUID, tuple[Control, ...]] = {}
    hidden: dict[tuple[uuid.UUID, str], str] = {}
    for row in sorted(rows, key=lambda one: (one.measured_at, one.uid)):
        assert row.control_of is not None
        vantage = vantages[row.vantage_id]
        network = f"AS{vantage.asn}" if vantage.asn else vantage.network_name
        if network is not None and shades.hides(vantage.country, vantage.asn):
            # That two controls stood in two networks is part of the verdict; which ones is not.
            number = 1 + sum(of == row.control_of for of, _ in hidden)
            network = hidden.setdefault((row.control_of, network), f"network {number}")
        control = Control(
            measurement=from_observations(row.observations),
            vantage_healthy=row.vantage_healthy,
            fresh=abs(row.measured_at - measured_at[row.control_of]) <= CONTROL_WITHIN,
            network=network,
        )
        found[row.control_of] = (*found.get(row.control_of, ()), control)
    return found
