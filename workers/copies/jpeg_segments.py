# SPDX-License-Identifier: Apache-2.0
"""A JPEG without the segments that tell of camera, place and people; the picture is not touched.

For photographs inside documents: drawing them anew would cost quality for nothing.
"""

_APP0, _APP14, _APP15 = 0xE0, 0xEE, 0xEF
_COMMENT = 0xFE
_START_OF_SCAN, _END = 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def without_metadata(data: bytes) -> bytes | None:
    """Return the JPEG without APP1–APP15 (but Adobe's, which says how colours are kept) and comments.

    None where it cannot be read so. What follows the end of the picture is cut off.
    """
    if not data.startswith(b"\xff\xd8"):
        return None
    kept = bytearray(b"\xff\xd8")
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # Padding.
            at += 1
            continue
        if marker == _END:
            return bytes(kept + b"\xff\xd9")
        if marker in _ALONE:
            kept += data[at : at + 2]
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2:
            return None
        if marker == _START_OF_SCAN:
            after = _end_of_scan(data, at + 2 + length)
            kept += data[at:after]
            at = after
            continue
        tells = (_APP0 < marker <= _APP15 and marker != _APP14) or marker == _COMMENT
        if not tells:
            kept += data[at : at + 2 + length]
        at += 2 + length
    return None


def _end_of_scan(data: bytes, at: int) -> int:
    """Return where the next marker stands: in a scan a stuffed or restarting 0xFF is none."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
            continue
        return at
