# SPDX-License-Identifier: Apache-2.0
"""The sources that are read: describe one, pause it, claim what is due, note how a reading went.

What a reading gave is kept by `app.services.ingestion`; fetching and formats are the workers'.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.domain.blocking.targets import CanonicalUrl, canonical_url
from app.domain.visibility import Viewer
from app.domain.vocabulary import Role, SourceKind, Trust
from app.errors import (
    Conflict,
    FieldError,
    NotAllowed,
    RefusedAddress,
    StaleVersion,
)
from app.services.checks import wrong
from app.services.source_mapping import check_mapping
from app.storage import ledger, reports
from app.storage.reports import Source

WEB_PORTS = frozenset({80, 443})
MIN_INTERVAL_SECONDS = 300
MAX_INTERVAL_SECONDS = 7 * 24 * 3600

LEASE = timedelta(minutes=10)
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=24)

_EDITABLE = ("interval_seconds", "mapping", "trust", "licence")

_TERMS = {
    SourceKind.ACLED: "ACLED's terms of use: its data may be analysed, and not passed on.",
}
"""Of organisations whose terms bind whoever holds their data; kept where nobody says another."""

_TRUSTING = frozenset({Role.EDITOR, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source as somebody describes it; without an address it is a file that is handed in."""

    name: str
    kind: SourceKind
    address: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    trust: Trust = Trust.LEAD
    licence: str | None = None
    interval_seconds: int = 3600


def add_source(
    session: Session,
    described: NewSource,
    *,
    now: datetime,
    viewer: Viewer | None = None,
    ports: frozenset[int] = WEB_PORTS,
) -> Source:
    """Add a source, due at once. `viewer` is None for the operator of this machine."""
    _check(described, viewer)
    known = reports.find_source(session, described.name)
    if known is not None:
        raise Conflict(f"a source of this name exists, as {known.id}: choose another name")
    address = _address(described.address, ports) if described.address is not None else None
    source = Source(
        name=described.name,
        kind=described.kind,
        address=address.url if address is not None else None,
        host=address.host if address is not None else None,
        mapping=dict(described.mapping),
        trust=described.trust,
        licence=described.licence or _TERMS.get(described.kind),
        interval_seconds=min(
            max(described.interval_seconds, MIN_INTERVAL_SECONDS), MAX_INTERVAL_SECONDS
        ),
        next_due_at=now,
        created_at=now,
    )
    session.add(source)
    session.flush()
    _note(session, source, "create", now=now, viewer=viewer)
    return source


def file_source(
    session: Session, described: NewSource, *, now: datetime, viewer: Viewer | None = None
) -> tuple[Source, bool]:
    """Return the source of files handed in under this name, and whether its mapping is another now."""
    known = reports.find_source(session, described.name)
    if known is None:
        return add_source(session, described, now=now, viewer=viewer), False
    if known.address is not None or known.kind is not described.kind:
        raise Conflict("a source of this name is read in another way: choose another name")
    _check(described, viewer)
    is_remapped = known.mapping != dict(described.mapping)
    if is_remapped or known.trust is not described.trust:
        known.mapping, known.trust = dict(described.mapping), described.trust
        _note(session, known, "edit", now=now, viewer=viewer)
    return known, is_remapped


def _address(address: str, ports: frozenset[int]) -> CanonicalUrl:
    try:
        return canonical_url(address, allow_ports=ports)
    except RefusedAddress as error:
        place = FieldError(pointer="/address", code=error.reason, message=error.detail)
        raise RefusedAddress(error.detail, reason=error.reason, errors=(place,)) from None


def _check(described: NewSource, viewer: Viewer | None) -> None:
    if described.trust is Trust.DATASET and viewer is not None and viewer.role not in _TRUSTING:
        raise NotAllowed("only an editor may trust a source as a dataset: ask one to add it")
    check_mapping(described.kind, described.mapping)


def edit_source(
    session: Session,
    source_id: uuid.UUID,
    patch: Mapping[str, Any],
    *,
    version: int,
    viewer: Viewer | None,
    now: datetime,
) -> Source:
    """Change how a source is read or trusted. Under another mapping it is read anew, from the start."""
    source = reports.get_source(session, source_id)
    if source.version != version:
        raise StaleVersion("somebody has changed this source since: read it again")
    wanted = {name: patch[name] for name in _EDITABLE if name in patch}
    _check_given(wanted)
    mapping = dict(wanted.get("mapping", source.mapping))
    trust = wanted.get("trust", source.trust)
    described = NewSource(name=source.name, kind=source.kind, mapping=mapping, trust=trust)
    # Whoever may not trust a source as a dataset may not turn what is read into trusted rows either.
    _check(described, viewer)
    changes = {
        name: {"old": getattr(source, name), "new": value}
        for name, value in wanted.items()
        if getattr(source, name) != value
    }
    if not changes:
        return source
    for name in changes:
        setattr(source, name, wanted[name])
    if "mapping" in changes:
        source.is_remapped = True
        source.etag = source.last_modified = None
        source.next_due_at = now
    if "interval_seconds" in changes and source.last_run_at is not None:
        at = source.last_run_at + timedelta(seconds=source.interval_seconds)
        source.next_due_at = min(source.next_due_at, max(at, now))
    source.version += 1
    _note(session, source, "edit", now=now, viewer=viewer, changes=changes)
    return source


def _check_given(wanted: Mapping[str, Any]) -> None:
    for name in ("interval_seconds", "mapping", "trust"):
        if name in wanted and wanted[name] is None:
            raise wrong(f"/{name}", "missing", "This is never empty; leave it out to keep it.")
    seconds = wanted.get("interval_seconds", MIN_INTERVAL_SECONDS)
    if not MIN_INTERVAL_SECONDS <= seconds <= MAX_INTERVAL_SECONDS:
        raise wrong("/interval_seconds", "range", "From five minutes to seven days.")


def pause_source(
    session: Session, source_id: uuid.UUID, *, viewer: Viewer | None, now: datetime
) -> Source:
    """Stop reading a source; what it gave stays."""
    source = reports.get_source(session, source_id)
    if not source.is_paused:
        source.is_paused = True
        source.version += 1
        _note(session, source, "pause", now=now, viewer=viewer)
    return source


def resume_source(
    session: Session, source_id: uuid.UUID, *, viewer: Viewer | None, now: datetime
) -> Source:
    """Read a source again, from now on, as if nothing had failed."""
    source = reports.get_source(session, source_id)
    if source.is_paused:
        source.is_paused = False
        source.version += 1
        source.failures_in_a_row = 0
        source.next_due_at = now
        _note(session, source, "resume", now=now, viewer=viewer)
    return source


def run_source(
    session: Session, source_id: uuid.UUID, *, viewer: Viewer | None, now: datetime
) -> Source:
    """Make a source due now; a worker reads it when it comes round."""
    source = reports.get_source(session, source_id)
    if source.address is None:
        raise Conflict("this source has no address: hand in its file with `qalam reports import`")
    if source.is_paused:
        raise Conflict("this source is paused: resume it first")
    source.next_due_at = now
    _note(session, source, "run", now=now, viewer=viewer)
    return source


def _note(
    session: Session,
    source: Source,
    action: str,
    *,
    now: datetime,
    viewer: Viewer | None,
    changes: dict[str, Any] | None = None,
) -> None:
    session.flush()
    ledger.record_revision(
        session,
        object_kind="source",
        object_id=source.id,
        action=action,
        actor_id=viewer.key_id if viewer is not None else None,
        at=now,
        changes=changes,
    )
    ledger.bump(session, "staff")


def claim_due(session: Session, *, worker: str, now: datetime, limit: int) -> list[Source]:
    """Lease the sources that are due to this worker, for longer than reading them all can take."""
    return reports.claim_due_sources(session, worker=worker, now=now, lease=LEASE, limit=limit)


def finish_run(
    source: Source, *, now: datetime, etag: str | None, last_modified: str | None
) -> None:
    """Give the lease back after a good reading; `etag` and `last_modified` are for the next one."""
    source.etag, source.last_modified = etag, last_modified
    source.last_run_at, source.last_error = now, None
    source.failures_in_a_row = 0
    source.next_due_at = now + timedelta(seconds=source.interval_seconds)
    source.leased_until = source.leased_by = None


def fail_run(
    source: Source, sentence: str, *, now: datetime, wait: timedelta | None = None
) -> None:
    """Note why a reading failed, and try again later each time; `wait` is what the other side asked."""
    source.failures_in_a_row += 1
    source.last_run_at, source.last_error = now, sentence
    asked = min(wait or timedelta(0), LONGEST_RETRY)
    source.next_due_at = now + max(retry_after(source.failures_in_a_row), asked)
    source.leased_until = source.leased_by = None


def postpone_run(source: Source, *, now: datetime, wait: timedelta) -> None:
    """Give the lease of a source back that was not asked; that is no failure of its own."""
    source.next_due_at = now + min(wait, LONGEST_RETRY)
    source.leased_until = source.leased_by = None


def spare_host(session: Session, source: Source, *, now: datetime, wait: timedelta) -> None:
    """Leave the whole host of a source alone for as long as it asked."""
    if source.host is not None:
        reports.postpone_host(session, source.host, until=now + min(wait, LONGEST_RETRY))


def retry_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row.

    >>> [str(retry_after(failures)) for failures in (1, 2, 3, 99)]
    ['0:05:00', '0:10:00', '0:20:00', '1 day, 0:00:00']
    """
    doubled = timedelta(seconds=FIRST_RETRY.total_seconds() * 2.0 ** min(failures - 1, 16))
    return min(doubled, LONGEST_RETRY)
