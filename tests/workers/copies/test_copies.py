# SPDX-License-Identifier: Apache-2.0
"""Public copies, made by the real child process: they show the same and tell nothing else."""

import io
import struct
import time
import zlib
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageCms

from tests.workers.copies import make_files
from workers.copies.jpeg_segments import without_metadata
from workers.copies.refusal import NoCopyError
from workers.copies.sandbox import make_copy

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "TIFF": "image/tiff"}


def _copied(folder: Path, data: bytes, media_type: str) -> bytes:
    source, target = folder / "in", folder / "out"
    source.write_bytes(data)
    make_copy(source, target, media_type)
    return target.read_bytes()


@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_keeps_its_pixels_and_nothing_else(tmp_path: Path, kind: str) -> None:
    """EXIF with place and owner, XMP, comments and texts are gone; the picture is the same."""
    data = make_files.saved(kind)
    assert any(secret in data for secret in make_files.SECRETS)

    copy = _copied(tmp_path, data, TYPES[kind])

    assert not [secret for secret in make_files.SECRETS if secret in copy]
    with Image.open(io.BytesIO(copy)) as image:
        assert (image.format, image.size) == (kind, (40, 20))
        assert not {tag for tag in image.getexif() if tag in (0x010F, 0x013B, 0x8825, 270)}
        assert "xmp" not in image.info
        left, right = (
            image.convert("RGB").getpixel((5, 10)),
            image.convert("RGB").getpixel((35, 10)),
        )
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 150 > left[2]
    assert right[2] > 150 > right[0]


def test_a_picture_is_turned_as_it_was_held(tmp_path: Path) -> None:
    """The orientation is drawn, since the tag that says it is gone."""
    copy = _copied(tmp_path, make_files.saved("JPEG", orientation=6), "image/jpeg")

    with Image.open(io.BytesIO(copy)) as image:
        assert image.size == (20, 40)


def test_a_colour_profile_is_applied_and_taken_away(tmp_path: Path) -> None:
    """Colours come to sRGB; the profile, which names a device, does not come along."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = make_files.saved("JPEG", icc_profile=profile)

    copy = _copied(tmp_path, data, "image/jpeg")

    with Image.open(io.BytesIO(copy)) as image:
        assert "icc_profile" not in image.info


def test_every_page_of_a_scan_is_copied(tmp_path: Path) -> None:
    """A TIFF of three pages has three pages."""
    data = make_files.saved("TIFF", save_all=True, append_images=[make_files.picture()] * 2)

    copy = _copied(tmp_path, data, "image/tiff")

    with Image.open(io.BytesIO(copy)) as image:
        assert getattr(image, "n_frames", 1) == 3


def _bomb(side: int) -> bytes:
    """A PNG that says it has side × side pixels, in a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8_000, 100_000])
def test_a_bomb_makes_no_copy(tmp_path: Path, side: int) -> None:
    """A picture that would fill the memory is refused by its head, with a sentence."""
    with pytest.raises(NoCopyError, match="million pixels"):
        _copied(tmp_path, _bomb(side), "image/png")


@pytest.mark.parametrize("media_type", [*TYPES.values(), "application/pdf"])
def test_bytes_that_are_nothing_make_no_copy(tmp_path: Path, media_type: str) -> None:
    """A file that only begins like one of its type is refused, and leaves no target."""
    with pytest.raises(NoCopyError, match="damaged"):
        _copied(tmp_path, b"\xff\xd8\xff\xe0 %PDF-1.7 nothing", media_type)
    assert not (tmp_path / "out").exists()


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """The time that a copy may take is bounded from outside."""
    source = tmp_path / "in"
    source.write_bytes(make_files.saved("JPEG"))
    began = time.monotonic()

    with pytest.raises(NoCopyError, match="too long"):
        make_copy(source, tmp_path / "out", "image/jpeg", seconds=0.001)
    assert time.monotonic() - began < 10


def test_a_document_keeps_its_pages_and_nothing_else(tmp_path: Path) -> None:
    """Author, XMP, scripts, files inside, private parts, and the camera of a photograph are gone."""
    data = make_files.document(tmp_path)
    assert any(secret in data for secret in make_files.SECRETS)

    copy = _copied(tmp_path, data, "application/pdf")

    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert len(pdf.pages) == 1
        assert "/Info" not in pdf.trailer
        assert not {"/Metadata", "/OpenAction", "/AA"} & set(pdf.Root.keys())
        assert not pdf.attachments
        photograph = pdf.pages[0].obj.Resources.XObject.P
        assert Image.open(io.BytesIO(photograph.read_raw_bytes())).size == (40, 20)
        remarks = list(pdf.pages[0].obj.Annots)  # type: ignore[call-overload]
        assert [str(one.get("/Contents", "")) for one in remarks] == ["see page 2", ""]
        pdf.save(tmp_path / "plain.pdf", compress_streams=False,
                 object_stream_mode=pikepdf.ObjectStreamMode.disable)  # fmt: skip
    plain = (tmp_path / "plain.pdf").read_bytes()
    assert not [secret for secret in (*make_files.SECRETS, b"JavaScript") if secret in plain]


def test_a_locked_document_makes_no_copy(tmp_path: Path) -> None:
    """What is encrypted is not opened: the sentence says that it is locked."""
    locked = make_files.document(tmp_path, encryption=pikepdf.Encryption(owner="a", user="b"))

    with pytest.raises(NoCopyError, match="password"):
        _copied(tmp_path, locked, "application/pdf")


def test_segments_of_a_jpeg_behind_its_first_scan_go_too() -> None:
    """A progressive JPEG with a comment between its scans, and a second picture behind its end."""
    progressive = make_files.saved("JPEG", progressive=True)
    at = progressive.rfind(b"\xff\xda")
    comment = b"\xff\xfe\x00\x0eSERIAL-4711."
    data = progressive[:at] + comment + progressive[at:] + make_files.saved("JPEG")

    clean = without_metadata(data)

    assert clean is not None
    assert not [secret for secret in make_files.SECRETS if secret in clean]
    assert clean.count(b"\xff\xd9") == 1
    with Image.open(io.BytesIO(clean)) as image:
        image.load()
        assert image.size == (40, 20)
