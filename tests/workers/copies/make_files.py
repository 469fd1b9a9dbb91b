# SPDX-License-Identifier: Apache-2.0
"""Pictures and documents that tell more than they show, made on the spot."""

import io
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, PngImagePlugin, TiffImagePlugin

SECRETS = (b"Aizhan", b"SERIAL-4711", b"secret-place")
"""What must not be in any copy."""


def picture(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """A picture whose left half is red, and whose right half is blue."""
    image = Image.new("RGB", size, (200, 0, 0))
    image.paste((0, 0, 200), (size[0] // 2, 0, *size))
    return image


def exif(*, orientation: int = 1) -> Image.Exif:
    """A camera's tags, with a place and a person."""
    found = Image.Exif()
    found[0x010F] = "SERIAL-4711"
    found[0x013B] = "Aizhan"
    found[0x0112] = orientation
    found.get_ifd(0x8825).update({1: "N", 2: (51.0, 14.0, 0.0), 3: "E", 4: (51.0, 22.0, 0.0)})
    return found


def saved(kind: str, *, orientation: int = 1, **options: Any) -> bytes:
    """A picture file with metadata in every place its type has."""
    out = io.BytesIO()
    more: dict[str, Any] = {}
    if kind == "PNG":
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_text("Author", "Aizhan")
        more["pnginfo"].add_itxt("XML:com.adobe.xmp", "<x>secret-place</x>")
    if kind == "JPEG":
        more = {"comment": b"secret-place", "xmp": b"<x>Aizhan</x>"}
    if kind == "TIFF":
        more["tiffinfo"] = TiffImagePlugin.ImageFileDirectory_v2()
        more["tiffinfo"][270] = "secret-place"
    else:
        more["exif"] = exif(orientation=orientation)
    picture().save(out, kind, **{**more, **options})
    return out.getvalue()


def document(folder: Path, **save: Any) -> bytes:
    """A PDF of one page that holds a photograph, a remark, a script, a file and an author."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(200, 200))
        photograph = pikepdf.Stream(pdf, saved("JPEG"))
        photograph.update(
            {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 40,
             "/Height": 20, "/BitsPerComponent": 8, "/ColorSpace": pikepdf.Name.DeviceRGB}
        )  # fmt: skip
        photograph.write(saved("JPEG"), filter=pikepdf.Name.DCTDecode)
        page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=photograph))
        page.Contents = pdf.make_stream(b"q 40 0 0 20 0 0 cm /P Do Q")
        page.obj["/PieceInfo"] = pikepdf.Dictionary(Who=pikepdf.String("Aizhan"))
        remark = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9],
            Contents=pikepdf.String("see page 2"), T=pikepdf.String("Aizhan"),
        )  # fmt: skip
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
            A=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("Aizhan()")),
        )  # fmt: skip
        page.obj["/Annots"] = pdf.make_indirect(pikepdf.Array([remark, link]))
        pdf.attachments["notes.txt"] = pikepdf.AttachedFileSpec(pdf, b"secret-place")
        pdf.Root["/OpenAction"] = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('Aizhan')")
        )
        with pdf.open_metadata() as xmp:
            xmp["dc:creator"] = ["Aizhan"]
        pdf.docinfo["/Author"] = "Aizhan"
        path = folder / "made.pdf"
        pdf.save(path, compress_streams=False, **save)
    return path.read_bytes()
