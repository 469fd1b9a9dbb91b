# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and public keys that somebody kept elsewhere, read from what they hand in."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.record.ledger import CHECKPOINT_FORMAT, Checkpoint, key_id_of
from app.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A checkpoint as it was handed in; unless it is opened its count and head are not known."""

    checkpoint: Checkpoint
    hash: str
    is_opened: bool


def read_checkpoints(text: str) -> list[Given]:
    """Read what `qalam db checkpoint` printed, or an answer of `/ledger/checkpoints`."""
    try:
        value = json.loads(text)
        if isinstance(value, dict) and "data" in value:
            value = value["data"]
        return [_given(one) for one in (value if isinstance(value, list) else [value])]
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(
            "the file holds no checkpoints: give what `qalam db checkpoint` printed, or what "
            "/api/v1/ledger/checkpoints answered"
        ) from None


def _given(one: dict[str, Any]) -> Given:
    if one["format"] != CHECKPOINT_FORMAT:
        raise ValueError
    is_opened = "nonce" in one
    return Given(
        checkpoint=Checkpoint(
            at=datetime.fromisoformat(one["at"]),
            entries=int(one["entries"]) if is_opened else 0,
            head=str(one["head"]) if is_opened else "",
            nonce=str(one["nonce"]) if is_opened else "",
            previous=str(one["previous"]),
            key_id=str(one["key_id"]),
            signature=str(one["signature"]),
        ),
        hash=str(one["hash"]),
        is_opened=is_opened,
    )


def read_public_key(text: str) -> tuple[str, bytes]:
    """Read a public key in base64; return its id and its bytes."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise InvalidInput(
            "this is no ed25519 public key of 32 bytes in base64, such as /api/v1/ledger shows"
        )
    return key_id_of(key), key
