# SPDX-License-Identifier: Apache-2.0
"""API keys: make one, recognise one, revoke one.

A key reads `qlm_<8 lookup><30 secret><6 checksum>` in base 62. The checksum refuses typing errors
without a query; the database holds the lookup part and a SHA-256 of the whole, nothing else (the
secret has over 170 random bits, so no slow hash is needed).
"""

import hashlib
import hmac
import secrets
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.visibility import Viewer, person_of
from app.domain.vocabulary import ROLE_SCOPES, Role, Scope
from app.errors import InvalidInput, NotAuthenticated, NotFound
from app.storage import ledger
from app.storage.access import ApiKey, find_key

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = len("qlm_") + 8 + 30 + 6


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made; `secret` is shown once and never stored."""

    id: uuid.UUID
    secret: str
    role: Role
    name: str


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, remainder = divmod(number, 62)
        digits = _ALPHABET[remainder] + digits
    return digits.rjust(6, "0")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create_key(
    session: Session,
    *,
    role: Role,
    name: str,
    now: datetime,
    owner: str | None = None,
    scopes: Sequence[Scope] | None = None,
    expires_at: datetime | None = None,
    actor_id: uuid.UUID | None = None,
) -> NewKey:
    """Make a key for a role; `scopes` may narrow the role's own, never widen it.

    `owner` is the person who uses it, where `name` says something else. Keys of one person count as
    one person, whoever made them.
    """
    granted = ROLE_SCOPES[role] if scopes is None else frozenset(scopes)
    if not granted <= ROLE_SCOPES[role]:
        extra = ", ".join(sorted(granted - ROLE_SCOPES[role]))
        raise InvalidInput(f"the role {role.value} does not include {extra}: choose another role")
    lookup = _random(8)
    body = f"qlm_{lookup}{_random(30)}"
    secret = body + _checksum(body)
    row = ApiKey(
        name=name,
        owner=owner,
        role=role,
        scopes=sorted(scope.value for scope in granted),
        lookup=lookup,
        digest=_digest(secret),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    ledger.record_revision(
        session,
        object_kind="key",
        object_id=row.id,
        action="create",
        actor_id=actor_id,
        at=now,
        changes={"role": role.value, "person": person_of(name, owner)},
    )
    return NewKey(id=row.id, secret=secret, role=role, name=name)


def identify(session: Session, secret: str) -> ApiKey | None:
    """Return whose key this is, or was: also one that is revoked or has expired."""
    if len(secret) != _LENGTH or not secret.startswith("qlm_"):
        return None
    row = find_key(session, secret[4:12])
    return row if row is not None and hmac.compare_digest(row.digest, _digest(secret)) else None


def authenticate(session: Session, secret: str, *, now: datetime) -> Viewer:
    """Return the viewer behind a key, or raise NotAuthenticated with one and the same sentence."""
    refused = NotAuthenticated("the key is missing, wrong, expired or revoked: ask for a new one")
    if len(secret) != _LENGTH or not secret.startswith("qlm_"):
        raise refused
    if not hmac.compare_digest(_checksum(secret[:-6]).encode(), secret[-6:].encode()):
        raise refused
    row = find_key(session, secret[4:12])
    if row is None or not hmac.compare_digest(row.digest, _digest(secret)):
        raise refused
    viewer = viewer_of(row, now=now)
    if viewer is None:
        raise refused
    return viewer


def viewer_of(row: ApiKey, *, now: datetime) -> Viewer | None:
    """Return the viewer behind a key that was recognised, unless it is revoked or has expired."""
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return Viewer(key_id=row.id, role=row.role, name=row.name, scopes=scopes)


def revoke_key(
    session: Session, key_id: uuid.UUID, *, now: datetime, actor_id: uuid.UUID | None = None
) -> None:
    """Revoke a key at once; doing it twice is harmless."""
    row = session.get(ApiKey, key_id)
    if row is None:
        raise NotFound("there is no such key: `qalam key list` shows them")
    if row.revoked_at is None:
        row.revoked_at = now
        ledger.record_revision(
            session,
            object_kind="key",
            object_id=key_id,
            action="revoke",
            actor_id=actor_id,
            at=now,
        )


def list_keys(session: Session) -> Sequence[ApiKey]:
    """Return every key, newest first; only what the database knows, never a secret."""
    return session.scalars(sa.select(ApiKey).order_by(ApiKey.created_at.desc())).all()


def has_admin(session: Session, *, now: datetime) -> bool:
    """Whether an admin key exists that still works."""
    found = session.scalar(
        sa.select(ApiKey.id)
        .where(
            ApiKey.role == Role.ADMIN,
            ApiKey.revoked_at.is_(None),
            sa.or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
        )
        .limit(1)
    )
    return found is not None
