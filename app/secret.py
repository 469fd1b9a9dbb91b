# SPDX-License-Identifier: Apache-2.0
"""The installation's own secret: signs cursors; made once, kept beside the data, never in the database."""

import os
import secrets
from pathlib import Path

from app.errors import WrongSettings

_NAME = "secret.key"


def load_secret(data_dir: Path, given: str) -> bytes:
    """Return the secret given in the settings, or the one kept in the data folder (made if missing)."""
    if given:
        if len(given) < 32:
            raise WrongSettings(
                "QALAM_SECRET_KEY: write at least 32 characters, or leave it empty to have one made"
            )
        return given.encode()
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / _NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
