# SPDX-License-Identifier: Apache-2.0
"""Who this agent is: given by the collector once, kept in one private file, needed ever after."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.agents.protocol import SIGNATURE_PREFIX, Consent
from app.domain.vocabulary import VantageRole
from app.errors import WrongSettings
from workers.agent.machine import write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What is left of an enrolment. `key` opens the collector's door, `signing_key` signs evidence."""

    agent: UUID
    vantage: str
    role: VantageRole
    country: str | None
    key: str
    signing_key: bytes  # ed25519, 32 bytes
    servers: tuple[str, ...]
    consent: Consent
    refused_categories: tuple[str, ...]
    token_sha256: str  # of the token that was used up, to know it again
    enrolled_at: datetime
    protocol: int

    def sign(self, content: bytes) -> str:
        """Return the value of the signature header for what is sent."""
        key = Ed25519PrivateKey.from_private_bytes(self.signing_key)
        return SIGNATURE_PREFIX + base64.b64encode(key.sign(content)).decode()

    def came_from(self, token: str) -> bool:
        """Whether this token made this identity."""
        return digest(token) == self.token_sha256


def digest(token: str) -> str:
    """Return a token as it is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def load(path: Path) -> Identity | None:
    """Return the identity, or None where there is none yet. Raises where it cannot be read."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    path.chmod(0o600)
    try:
        return msgspec.json.decode(content, type=Identity)
    except (msgspec.DecodeError, RecursionError):
        raise WrongSettings(
            f"{path} cannot be read: move it away and enrol again with a new token."
        ) from None


def save(path: Path, identity: Identity) -> None:
    """Keep the identity, for this user's eyes only."""
    write_whole(path, msgspec.json.encode(identity))
