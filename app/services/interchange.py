# SPDX-License-Identifier: Apache-2.0
"""Measurements of others, and of ours come back, taken into the record as history.

They get verdicts by the rules of today and stand in the sites' timelines. They never move a site's
state, open an episode or fire an alert: nobody here measured them, and they are not of now. Their
vantages are switched off and imported, so that nothing is scheduled for them and no count of ours
holds them. The same measurement twice changes nothing.
"""

import dataclasses
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.blocking.fingerprints import Fingerprint, FingerprintSet
from app.domain.blocking.measurement import Measurement
from app.domain.blocking.targets import CanonicalUrl, canonical_url
from app.domain.blocking.verdict import Verdict, judge
from app.domain.vocabulary import VantageRole
from app.errors import InvalidInput, RefusedAddress
from app.services import interchange_vantages
from app.services.categories import FROM_MEASUREMENTS
from app.services.interchange_extension import kept_bytes
from app.services.interchange_reading import Taken
from app.services.knowledge import Known
from app.storage import body_references, ledger, measurements
from app.storage.bodies import BodyStore
from app.storage.sites import Site, Vantage, find_site

UNSORTED_CATEGORY = "MISC"
"""Citizen Lab's code for what has no other: of a site that came with a measurement."""

_AHEAD = timedelta(hours=24)
_DELETED_NUL = "\ufffd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line and what is the matter with it."""

    line: int
    reason: str


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What an import did, line by line where a line was not taken."""

    lines: int = 0
    new: int = 0
    unchanged: int = 0
    controls: int = 0
    sites_added: int = 0
    # Of sites that are not listed, and were not to be added.
    unlisted: list[Problem] = field(default_factory=list)
    rejected: list[Problem] = field(default_factory=list)
    # Taken, and judged otherwise here than by the installation that exported it.
    differing: list[Problem] = field(default_factory=list)


def take(
    session: Session,
    taken: Taken,
    result: ImportResult,
    *,
    line: int,
    bodies: BodyStore | None,
    known: Known,
    add_sites: bool,
    now: datetime,
) -> None:
    """Take one measurement with its controls, whole or not at all; `bodies` None keeps no body.

    Raises InvalidInput for one that cannot be taken; then nothing of it is in the session.
    """
    measured_at = taken.measurement.started_at
    if measured_at - now > _AHEAD:
        raise InvalidInput("it was measured in the future")
    uid = uuid.UUID(taken.measurement.uid)
    if session.get(measurements.MeasurementRow, uid) is not None:
        result.unchanged += 1
        return
    target = _target(taken.measurement.url)
    site = find_site(session, target.url)
    if site is None and not add_sites:
        result.unlisted.append(Problem(line=line, reason="its site is not listed"))
        return
    verdict = judge(
        taken.measurement,
        taken.controls,
        _with(known.fingerprints, taken.fingerprints),
        taken.country,
        networks=known.networks if taken.networks is None else taken.networks,
    )
    with session.begin_nested():
        _keep(session, taken, site or _listed(session, target, now=now), verdict, now=now)
    if bodies is not None:
        _keep_bodies(taken, bodies)
    result.new += 1
    result.sites_added += site is None
    result.controls += len(taken.controls)
    if (said := _difference(taken.verdict, verdict)) is not None:
        result.differing.append(Problem(line=line, reason=said))


def tell_readers(session: Session, result: ImportResult) -> None:
    """Let caches know that timelines have grown; last, before the transaction ends."""
    if result.new or result.sites_added:
        ledger.bump(session, "public", "staff")


def _target(url: str) -> CanonicalUrl:
    try:
        return canonical_url(url)
    except RefusedAddress as error:
        raise InvalidInput(f"its address is refused: {error.detail}") from None


def _listed(session: Session, target: CanonicalUrl, *, now: datetime) -> Site:
    site = Site(
        url=target.url,
        host=target.host,
        category_code=UNSORTED_CATEGORY,
        is_probed=False,
        list_name=FROM_MEASUREMENTS,
        created_at=now,
        updated_at=now,
    )
    session.add(site)
    session.flush()
    return site


def _with(known: FingerprintSet, carried: Sequence[Fingerprint]) -> FingerprintSet:
    """Add marks that came with a measurement and are not in the set here."""
    names = {(one.name, one.location) for one in known} if carried else set()
    missing = [one for one in carried if (one.name, one.location) not in names]
    return FingerprintSet((*known, *missing)) if missing else known


def _keep(session: Session, taken: Taken, site: Site, verdict: Verdict, *, now: datetime) -> None:
    field_vantage = interchange_vantages.ensure(
        session,
        taken.vantage,
        role=VantageRole.FIELD,
        country=taken.country,
        asn=taken.asn,
        network_name=taken.network_name,
        now=now,
    )
    uid = uuid.UUID(taken.measurement.uid)
    rows = [
        _row(taken.measurement, site, field_vantage, now, healthy=taken.vantage_healthy),
        *(
            _row(
                one.measurement,
                site,
                interchange_vantages.of_control(session, taken.source, one, now=now),
                now,
                healthy=one.vantage_healthy,
                control_of=uid,
            )
            for one in taken.controls
        ),
    ]
    if len(measurements.insert_new(session, rows)) != len(rows):
        raise InvalidInput("one of its controls is in the record already, of another measurement")
    session.add(
        measurements.VerdictRow(
            measurement_uid=uid,
            control_uids=[one.measurement.uid for one in taken.controls],
            judged_at=now,
            **{
                name: getattr(verdict, name)
                for name in (
                    "rules_version",
                    "state",
                    "layer",
                    "mechanism",
                    "interference",
                    "confidence",
                    "rule",
                    "failure_class",
                )
            },
            reasons=list(verdict.reasons),
        )
    )
    body_references.note(session, (taken.measurement, *(one.measurement for one in taken.controls)))
    session.flush()


def _row(
    measurement: Measurement,
    site: Site,
    vantage: Vantage,
    now: datetime,
    *,
    healthy: bool,
    control_of: uuid.UUID | None = None,
) -> dict[str, Any]:
    named = dataclasses.replace(measurement, vantage=vantage.code)
    return {
        "uid": uuid.UUID(measurement.uid),
        "site_id": site.id,
        "vantage_id": vantage.id,
        "measured_at": measurement.started_at,
        "received_at": now,
        "runtime_ms": measurement.runtime_ms,
        "control_of": control_of,
        "vantage_healthy": healthy,
        "prober_fault": _storable(measurement.prober_fault),
        # It belongs to the history, whatever its age.
        "is_late": control_of is None,
        "observations": _storable(measurements.to_observations(named)),
    }


def _storable(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return JSON values without NUL, which PostgreSQL cannot hold and servers do send."""
    if isinstance(value, str):
        return value.replace("\x00", _DELETED_NUL)
    if isinstance(value, dict):
        return {key: _storable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(one) for one in value]
    return value


def _keep_bodies(taken: Taken, bodies: BodyStore) -> None:
    for one in (taken.measurement, *(control.measurement for control in taken.controls)):
        for body in kept_bytes(one).values():
            bodies.put(body)


def _difference(theirs: Verdict | None, ours: Verdict) -> str | None:
    """Say how a verdict differs from the one that came along; None where they agree."""
    if theirs is None or dataclasses.replace(theirs, reasons=()) == dataclasses.replace(
        ours, reasons=()
    ):
        return None
    versions = f"rules {theirs.rules_version} there, rules {ours.rules_version} here"
    return f"{theirs.state.value} by {theirs.rule} there, {ours.state.value} by {ours.rule} here ({versions})"
