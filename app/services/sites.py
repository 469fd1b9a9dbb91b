# SPDX-License-Identifier: Apache-2.0
"""Which sites are watched: import a list, add a site."""

import csv
import io
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.blocking.targets import CanonicalUrl, canonical_url
from app.domain.cells import unguarded
from app.errors import Conflict, FieldError, InvalidInput, RefusedAddress
from app.services.categories import FROM_MEASUREMENTS, probed_categories
from app.storage import ledger, outlets
from app.storage.sites import Site, find_site

CANARY_CATEGORY = "CTRL"
"""Harmless control content in the Citizen Lab lists."""

CITIZEN_LAB_LICENCE = "CC BY-NC-SA 4.0, Citizen Lab and Others"
_CITIZEN_LAB_HEADER = "url,category_code,category_description,date_added,source,notes"
_CITIZEN_LAB_NAMES = re.compile(r"[a-z]{2}|global|cis")

_KNOWN = {
    "url",
    "category_code",
    "category_description",
    "date_added",
    "source",
    "notes",
    "outlet",
    "country",
    "canary",
    # Of an export of Qalam's own: these are the record's to say, not a list's.
    "licence",
    "id",
    "outlet_id",
    "probed",
    "updated_at",
}
_MAX_FIELD = 8192
_MAX_ROWS = 100_000


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What an import did, row by row where a row was refused."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    on_another_list: int = 0  # listed already; the first list's category and country stand
    skipped: int = 0  # in categories that were not asked for
    probed: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    # Rows that name a site which another row named before: nothing is lost, for the first stands.
    same_site: list[dict[str, Any]] = field(default_factory=list)
    # Listed by an earlier import of this list, and not in it any more; they stay until taken off.
    vanished: int = 0
    # Rows that are listed, though the outlet they name is not on record.
    unlinked: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    url: str
    category_code: str
    country: str | None
    notes: str | None
    outlet: str | None
    is_canary: bool


def _read_rows(text: str, country: str | None) -> Iterator[_Row | dict[str, Any]]:
    if "\x00" in text:
        raise InvalidInput("the file holds NUL bytes: it is not a CSV file in UTF-8")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = reader.fieldnames or []
    if "url" not in names:
        raise InvalidInput("the first line must name the columns, `url` among them")
    unknown = sorted(set(names) - _KNOWN)
    if unknown:
        raise InvalidInput(f"the columns {', '.join(unknown)} are not known: remove or rename them")
    while True:
        try:
            raw = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader goes on behind the line it could not read; the rows after it are not lost.
            yield {"line": reader.reader.line_num, "reason": f"not readable as CSV: {error}"}
            continue
        yield _read_row(raw, reader.line_num, country)


def _read_row(raw: Mapping[Any, Any], line: int, country: str | None) -> _Row | dict[str, Any]:
    if None in raw or any(value is None for value in raw.values()):
        return {"line": line, "reason": "the row has more or fewer fields than the first line"}
    values = {name: unguarded(str(value)).strip() for name, value in raw.items()}
    if any(len(value) > _MAX_FIELD for value in values.values()):
        return {"line": line, "reason": f"a field is longer than {_MAX_FIELD} characters"}
    code = (values.get("category_code") or "NEWS").upper()
    if not re.fullmatch(r"[A-Z]{3,6}", code):
        return {"line": line, "reason": "category_code is not a code such as NEWS"}
    of_row = values.get("country", "").upper() or country
    if of_row is not None and not re.fullmatch(r"[A-Z]{2}", of_row):
        return {"line": line, "reason": "country is not two letters such as KZ"}
    return _Row(
        line=line,
        url=values["url"],
        category_code=code,
        country=of_row,
        notes=values.get("notes") or None,
        outlet=values.get("outlet") or None,
        is_canary=values.get("canary", "").lower() in {"1", "yes", "true"},
    )


def import_list(
    session: Session,
    text: str,
    *,
    list_name: str,
    licence: str | None,
    country: str | None,
    now: datetime,
    categories: frozenset[str] | None = None,
) -> ImportResult:
    """Take a list of sites: new ones are added, known ones updated, wrong rows named by line."""
    result = ImportResult()
    lines: dict[str, int] = {}
    probed = probed_categories(session)
    for row in _read_rows(text.removeprefix("\ufeff"), country):
        result.rows += 1
        if result.rows > _MAX_ROWS:
            raise InvalidInput(f"the list has more than {_MAX_ROWS} rows: split it")
        if isinstance(row, dict):
            result.rejected.append(row)
            continue
        if categories is not None and row.category_code not in categories:
            result.skipped += 1
            continue
        try:
            target = canonical_url(row.url)
        except RefusedAddress as error:
            result.rejected.append({"line": row.line, "reason": error.detail})
            continue
        if (first := lines.setdefault(target.url, row.line)) != row.line:
            result.same_site.append({"line": row.line, "reason": f"the same site as line {first}"})
            continue
        outcome, site = _put(
            session, target, row, list_name=list_name, licence=licence, probed=probed, now=now
        )
        if row.outlet and site.outlet_id is None:
            reason = "the outlet it names is not on record: add it, then import again"
            result.unlinked.append({"line": row.line, "reason": reason})
        setattr(result, outcome, getattr(result, outcome) + 1)
        result.probed += site.is_probed
    if categories is None:
        result.vanished = _count_listed(session, list_name) - len(lines) + result.on_another_list
    if result.new or result.changed:
        ledger.bump(session, "public", "staff")
    return result


def known_licence(name: str, text: str) -> str | None:
    """Return the terms of a list that is recognisably Citizen Lab's, by its name and its columns.

    Of any other file nothing is known, and nothing is assumed.
    """
    header = text.removeprefix("\ufeff").partition("\n")[0].strip()
    is_theirs = header == _CITIZEN_LAB_HEADER and _CITIZEN_LAB_NAMES.fullmatch(name.lower())
    return CITIZEN_LAB_LICENCE if is_theirs else None


def _count_listed(session: Session, list_name: str) -> int:
    query = sa.select(sa.func.count()).select_from(Site).where(Site.list_name == list_name)
    return session.scalar(query) or 0


def _put(
    session: Session,
    target: CanonicalUrl,
    row: _Row,
    *,
    list_name: str,
    licence: str | None,
    probed: frozenset[str],
    now: datetime,
) -> tuple[str, Site]:
    site = find_site(session, target.url)
    if site is not None and site.list_name not in (list_name, FROM_MEASUREMENTS):
        return "on_another_list", site
    is_canary = row.is_canary or row.category_code == CANARY_CATEGORY
    wanted = {
        "category_code": row.category_code,
        "country": row.country,
        "notes": row.notes,
        "is_canary": is_canary,
        "outlet_id": outlets.find_id_by_name(session, row.outlet, row.country),
        "list_name": list_name,
        "list_licence": licence,
    }
    if site is None:
        site = Site(
            url=target.url,
            host=target.host,
            is_probed=row.category_code in probed,
            created_at=now,
            updated_at=now,
            **wanted,
        )
        session.add(site)
        session.flush()
        return "new", site
    if all(getattr(site, name) == value for name, value in wanted.items()):
        return "unchanged", site
    if site.list_name == FROM_MEASUREMENTS or site.category_code != row.category_code:
        site.is_probed = row.category_code in probed
    for name, value in wanted.items():
        setattr(site, name, value)
    site.updated_at = now
    session.flush()
    return "changed", site


def add_site(
    session: Session,
    *,
    url: str,
    category_code: str,
    country: str | None,
    outlet_id: uuid.UUID | None,
    now: datetime,
    actor_id: uuid.UUID | None,
) -> Site:
    """List one site; a second listing of the same address is refused with the first one's id."""
    try:
        target = canonical_url(url)
    except RefusedAddress as error:
        place = FieldError(pointer="/url", code=error.reason, message=error.detail)
        raise RefusedAddress(error.detail, reason=error.reason, errors=(place,)) from None
    known = find_site(session, target.url)
    if known is not None:
        raise Conflict(f"this site is listed already, as {known.id}")
    site = Site(
        url=target.url,
        host=target.host,
        category_code=category_code,
        country=country,
        outlet_id=outlet_id,
        is_probed=category_code in probed_categories(session),
        created_at=now,
        updated_at=now,
    )
    session.add(site)
    session.flush()
    ledger.record_revision(
        session, object_kind="site", object_id=site.id, action="create", actor_id=actor_id, at=now
    )
    ledger.bump(session, "public", "staff")
    return site


def count_sites(session: Session) -> int:
    """Return how many sites are listed."""
    return session.scalar(sa.select(sa.func.count()).select_from(Site)) or 0
