# SPDX-License-Identifier: Apache-2.0
"""The table of announced prefixes: imported whole, replaced whole, read into memory to judge with."""

import csv
import io
import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.blocking.networks import PrefixTable
from app.errors import InvalidInput
from app.storage import ledger, networks

_COLUMNS = {"prefix", "asn", "name"}
_NEEDED = {"prefix", "asn"}
_MAX_ROWS = 4_000_000
_MAX_ASN = 2**32 - 1


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What an import did; a refused row keeps its line and reason."""

    rows: int = 0
    kept: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)


def import_csv(session: Session, text: str, *, source: str, now: datetime) -> ImportResult:
    """Replace all prefixes of a source by those of a CSV with the columns prefix, asn, name.

    A file in which no row is good replaces nothing and is refused.
    """
    result = ImportResult()
    networks.replace(session, source, _rows(text, source, now, result))
    # Workers keep what they judge with until this moves.
    ledger.next_number(session, ledger.KNOWLEDGE)
    if not result.kept:
        raise InvalidInput("no row of the file is a prefix with its network: nothing was replaced")
    return result


def _rows(text: str, source: str, now: datetime, result: ImportResult) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    names = set(reader.fieldnames or [])
    if missing := sorted(_NEEDED - names):
        raise InvalidInput(f"the first line lacks the columns {', '.join(missing)}")
    if unknown := sorted(names - _COLUMNS):
        raise InvalidInput(f"the columns {', '.join(unknown)} are not known: remove or rename them")
    while True:
        try:
            raw = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            read: dict[str, Any] | str = f"not readable as CSV: {error}"
        else:
            read = _read_row(raw)
        result.rows += 1
        if result.rows > _MAX_ROWS:
            raise InvalidInput(f"the file has more than {_MAX_ROWS} rows: no routing table has")
        if isinstance(read, str):
            result.rejected.append({"line": reader.reader.line_num, "reason": read})
            continue
        result.kept += 1
        yield {**read, "source": source, "imported_at": now}


def _read_row(raw: Mapping[Any, Any]) -> dict[str, Any] | str:
    if None in raw or any(raw[name] is None for name in raw):
        return "the row has more or fewer fields than the first line"
    try:
        prefix = ipaddress.ip_network(raw["prefix"].strip())
    except ValueError:
        return "prefix is not one such as 192.0.2.0/24, without host bits"
    number = raw["asn"].strip().upper().removeprefix("AS")
    if not (number.isascii() and number.isdigit() and 0 < int(number[:11]) <= _MAX_ASN):
        return "asn is not the number of a network such as 9198"
    name = raw.get("name", "").strip()
    if "\x00" in name:
        return "name holds a NUL character"
    return {"prefix": str(prefix), "asn": int(number), "name": name or None}


def load(session: Session) -> PrefixTable:
    """Return the whole table, ready to ask; empty where none was imported."""
    return PrefixTable(networks.list_prefixes(session))


def list_tables(session: Session) -> list[dict[str, Any]]:
    """Return the imported tables: whose, how many prefixes, and of when."""
    return [
        {"source": source, "prefixes": count, "imported_at": at}
        for source, count, at in networks.list_sources(session)
    ]
