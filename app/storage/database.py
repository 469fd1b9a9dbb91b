# SPDX-License-Identifier: Apache-2.0
"""The database itself: declarative base, column types, engine, session scope.

SQLite in WAL mode and PostgreSQL 15+ through psycopg 3 share every model, migration and query.
`Sessions.writing` is one of the few places that commit; services only flush.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

type_names = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An instant in UTC. Naive datetimes are refused: whose noon would they mean?"""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TermType(sa.types.TypeDecorator[Any]):
    """A vocabulary term, stored by its code so that rows read well in any tool."""

    impl = sa.String(64)
    cache_ok = True

    def __init__(self, term: type[StrEnum]) -> None:
        super().__init__()
        self.term = term

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.term(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.term(value)


JsonColumn = sa.JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """What every table has in common: names for constraints, and types for annotations."""

    metadata = sa.MetaData(naming_convention=type_names)
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        dict[str, Any]: JsonColumn,
        list[str]: JsonColumn,
        list[dict[str, Any]]: JsonColumn,
        uuid.UUID: sa.Uuid(),
        str: sa.Text(),
    }


def new_id() -> uuid.UUID:
    """Return a random id: it tells neither when nor how much was submitted."""
    return uuid.uuid4()


def _encode_json(value: object) -> str:
    """Encode for a JSON column. A NUL, which PostgreSQL can't hold, becomes U+FFFD; the rest stays."""
    text = msgspec.json.encode(value).decode()
    if _NUL in text:
        text = _ESCAPED.sub(lambda found: found[1] + "\\ufffd", text)
    return text


_NUL = "\\u0000"
# An escaped NUL, and not the letters "u0000" behind an escaped backslash.
_ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    # pysqlite must not open transactions by itself, or BEGIN IMMEDIATE below would come too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "secure_delete=ON",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # Readers may share; a session that means to write says so first (`Sessions.writing`), so that two
    # writers queue at BEGIN instead of failing in the middle with "database is locked".
    mode = "IMMEDIATE" if connection.get_execution_options().get("qalam_writes") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")


def make_engine(url: str) -> sa.Engine:
    """Return an engine for a database URL (`sqlite:///…` or `postgresql+psycopg://…`)."""
    parsed = make_url(url)
    common: dict[str, Any] = {
        # An error of the database must not carry titles, names or secrets into a log.
        "hide_parameters": True,
        "json_serializer": _encode_json,
        "json_deserializer": msgspec.json.decode,
    }
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, **common)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20, **common)


def insert_into(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that may say what to do on conflict, in the words of this database."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class Sessions:
    """Hands out sessions over one engine: `reading()` and `writing()`."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._make = sessionmaker(engine, expire_on_commit=False)
        writing = engine.execution_options(qalam_writes=True)
        self._make_writing = sessionmaker(writing, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for reading; it is rolled back at the end."""
        with self._make() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits when the block ends well and rolls back when it raises."""
        with self._make_writing() as session, session.begin():
            yield session
