# SPDX-License-Identifier: Apache-2.0
"""Pictures drawn anew from their pixels: EXIF, GPS, XMP, IPTC, comments and thumbnails stay behind.

The picture is turned as its orientation says and its colours are brought to sRGB, because a colour
profile names the device it was made on. Runs in the child process only.
"""

import io
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

from workers.copies.refusal import NoCopyError

MAX_PIXELS = 50_000_000
MAX_PIXELS_OF_ALL = 150_000_000
MAX_PAGES = 100

_READERS = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/webp": ("WEBP",),
    "image/tiff": ("TIFF",),
}
_WRITERS: dict[str, tuple[str, dict[str, Any]]] = {
    "image/jpeg": ("JPEG", {"quality": 90}),
    "image/png": ("PNG", {}),
    "image/webp": ("WEBP", {"quality": 90}),
    "image/tiff": ("TIFF", {"compression": "tiff_deflate"}),
}


def copy_image(source: Path, target: Path, media_type: str) -> None:
    """Write a copy of the same type; raise NoCopyError with a sentence."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(source, formats=_READERS[media_type]) as opened:
            pages = _pages(opened, media_type)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large() from None
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError):
        raise NoCopyError("The file is damaged, or not what its first bytes say.") from None
    kind, options = _WRITERS[media_type]
    if len(pages) > 1:
        options = {**options, "save_all": True, "append_images": pages[1:]}
    pages[0].save(target, kind, **options)


def _pages(opened: Image.Image, media_type: str) -> list[Image.Image]:
    # A JPEG of a phone may carry further pictures (depth, a smaller one): they are no pages.
    count = 1 if media_type == "image/jpeg" else getattr(opened, "n_frames", 1)
    if count > MAX_PAGES:
        raise NoCopyError(f"The file has more than {MAX_PAGES} pages.")
    if media_type in ("image/webp", "image/png") and count > 1:
        raise NoCopyError("The picture moves; of moving pictures no copy is made.")
    if count == 1:
        return [_clean(opened)]
    found: list[Image.Image] = []
    pixels = 0
    for frame in ImageSequence.Iterator(opened):
        pixels += frame.width * frame.height
        if pixels > MAX_PIXELS_OF_ALL:
            raise _too_large()
        found.append(_clean(frame))
    return found


def _too_large() -> NoCopyError:
    return NoCopyError(f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels.")


def _clean(image: Image.Image) -> Image.Image:
    """Return the pixels alone, upright, in sRGB, on a new picture that knows nothing else."""
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    image.load()
    upright = ImageOps.exif_transpose(image)
    plain = _plain(upright)
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    return fresh


def _plain(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        # Sixteen bits of grey become eight, by the value and not by cutting it off.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    has_alpha = "A" in image.getbands() or "transparency" in image.info
    if has_alpha:
        return image.convert("RGBA")
    if image.mode in ("1", "L"):
        return image.convert("L")
    if profile and image.mode in ("RGB", "CMYK"):
        converted = _to_srgb(image, profile)
        if converted is not None:
            return converted
    return image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        return ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None  # A damaged profile: the colours as they stand.
