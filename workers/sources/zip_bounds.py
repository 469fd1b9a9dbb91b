# SPDX-License-Identifier: Apache-2.0
"""Whether a ZIP from a stranger may be opened: few entries, no bombs, no entities in its XML."""

import io
import zipfile

from app.errors import InvalidInput

MAX_ENTRIES = 1000
MAX_BYTES = 200 * 1024 * 1024
MAX_RATIO = 100
# A small file may be mostly repetition; only what grows large is a bomb.
_RATIO_COUNTS_FROM = 1024 * 1024
_HEAD = 64 * 1024


def check(body: bytes) -> None:
    """Raise InvalidInput unless the archive keeps the bounds; nothing is unpacked beyond a head."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _check_entries(archive.infolist())
            for entry in archive.infolist():
                if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with archive.open(entry) as member:
                        _check_xml(member.read(_HEAD))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise InvalidInput(
            "the file breaks off, is locked with a password, or is not the ZIP it should be"
        ) from error


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise InvalidInput(f"the file holds more than {MAX_ENTRIES} parts")
    if len({entry.filename for entry in entries}) != len(entries):
        raise InvalidInput("the file holds two parts of one name")
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise InvalidInput(f"the file unpacks to more than {MAX_BYTES // 2**20} MiB")
    for entry in entries:
        is_large = entry.file_size > _RATIO_COUNTS_FROM
        if is_large and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise InvalidInput(f"a part of the file unpacks to over {MAX_RATIO} times its size")


def _check_xml(head: bytes) -> None:
    folded = head.replace(b"\x00", b"").upper()
    if b"<!DOCTYPE" in folded or b"<!ENTITY" in folded:
        raise InvalidInput("the file declares entities or a document type, and is not read")
