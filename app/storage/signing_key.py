# SPDX-License-Identifier: Apache-2.0
"""The key that signs checkpoints: a file of the data folder, never in the database.

Whoever can write the database but not read this file cannot sign another history.
"""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.errors import WrongSettings

_NAME = "ledger.key"


class SigningKeys:
    """The ledger's key in one data folder; made when something is signed for the first time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _NAME

    def find(self) -> Ed25519PrivateKey | None:
        """Return the key kept here, or None where nothing was signed yet."""
        try:
            written = self.path.read_text(encoding="ascii")
            return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(written))
        except FileNotFoundError:
            return None
        except (ValueError, OSError):
            raise WrongSettings(
                f"{self.path} is not the ledger's key (64 hex digits, readable by Qalam): put the "
                "right one back, or move it away to have another made"
            ) from None

    def load(self) -> Ed25519PrivateKey:
        """Return the key kept here; make it, whole or not at all, where there is none."""
        found = self.find()
        if found is not None:
            return found
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{_NAME}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw().hex().encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link is made by one process only, and never over a file that is there.
            os.link(draft, self.path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        made = self.find()
        assert made is not None
        return made
