# SPDX-License-Identifier: Apache-2.0
"""PDF documents written anew: without author, tool and times, hidden files, scripts and old versions.

What is drawn on the pages stays as it is: a black bar over a name hides it no better than before.
Runs in the child process only.
"""

from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from workers.copies.jpeg_segments import without_metadata
from workers.copies.refusal import NoCopyError

MAX_PAGES = 5_000

_OF_ROOT = (
    "/OpenAction",
    "/AA",
    "/AF",
    "/Collection",
    "/PieceInfo",
    "/SpiderInfo",
    "/Perms",
    "/DSS",
    "/URI",
)
_OF_NAMES = ("/EmbeddedFiles", "/JavaScript", "/AlternatePresentations", "/Renditions")
_OF_ALL = (
    "/Metadata", "/PieceInfo", "/LastModified", "/AF", "/AA", "/JS", "/XFA", "/Measure", "/PtData",
)  # fmt: skip
# Remarks carry who wrote them and when; form fields use the same key for their own names.
_OF_REMARKS = ("/T", "/M", "/CreationDate", "/NM", "/Subj", "/RC")
_NO_ANNOTATIONS = frozenset(
    {"/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D", "/Popup"}
)
_NO_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition",
        "/RichMediaExecute", "/Movie", "/Sound", "/Hide", "/ResetForm",
    }
)  # fmt: skip


def copy_pdf(source: Path, target: Path) -> None:
    """Write a copy; raise NoCopyError with a sentence."""
    try:
        with Pdf.open(source, suppress_warnings=True) as pdf:
            _clean(pdf)
            pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError:
        raise NoCopyError("The document is locked with a password.") from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RecursionError):
        raise NoCopyError("The document is damaged, or not what its first bytes say.") from None


def _clean(pdf: Pdf) -> None:
    if len(pdf.pages) > MAX_PAGES:
        raise NoCopyError(f"The document has more than {MAX_PAGES} pages.")
    if pdf.is_encrypted:
        raise NoCopyError("The document is locked with a password.")
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
    _drop(pdf.Root, _OF_ROOT)
    names = pdf.Root.get("/Names")
    if isinstance(names, Dictionary):
        _drop(names, _OF_NAMES)
    for page in pdf.pages:
        _clean_annotations(page.obj)
    for one in list(pdf.objects):
        for inner in _dictionaries(one):
            _clean_dictionary(inner)
        if isinstance(one, Stream):
            _clean_picture(one)


def _drop(one: Object, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in one:
            del one[key]


def _dictionaries(one: Object, depth: int = 0) -> Iterator[Object]:
    """Return a thing and the dictionaries written inside it; what it points at comes by itself."""
    if depth > 50:
        return
    if isinstance(one, Dictionary | Stream):
        yield one
        values = [value for _, value in one.items()]
    elif isinstance(one, Array):
        values = list(one)
    else:
        return
    for value in values:
        if isinstance(value, Dictionary | Array) and not value.is_indirect:
            yield from _dictionaries(value, depth + 1)


def _clean_dictionary(one: Object) -> None:
    _drop(one, _OF_ALL)
    action = one.get("/A")
    if isinstance(action, Dictionary) and str(action.get("/S", "")) in _NO_ACTIONS:
        del one["/A"]
    following = one.get("/Next")
    if isinstance(following, Dictionary) and str(following.get("/S", "")) in _NO_ACTIONS:
        del one["/Next"]
    if one.get("/FT") == Name.Sig and "/V" in one:
        del one["/V"]  # A signature names who signed, and does not hold for a copy.


def _clean_annotations(page: Object) -> None:
    found = page.get("/Annots")
    if not isinstance(found, Array):
        return
    kept = [one for one in found if str(one.get("/Subtype", "")) not in _NO_ANNOTATIONS]
    for one in kept:
        if str(one.get("/Subtype", "")) != "/Widget":
            _drop(one, _OF_REMARKS)
        if "/Popup" in one:
            del one["/Popup"]
    page["/Annots"] = Array(kept)


def _clean_picture(one: Stream) -> None:
    """Take camera and place out of photographs; refuse pictures whose container may hold them."""
    filters = one.get("/Filter")
    listed = list(filters) if isinstance(filters, Array) else [filters]
    if not listed or str(listed[-1]) not in ("/DCTDecode", "/JPXDecode"):
        return
    if len(listed) > 1:
        raise NoCopyError(
            "A photograph in the document is packed in a way that is not taken apart."
        )
    data = one.read_raw_bytes()
    if str(listed[0]) == "/JPXDecode":
        if b"uuid" in data[:4096] or b"xml " in data[:4096] or b"uuid" in data[-65536:]:
            raise NoCopyError("A photograph in the document (JPEG 2000) carries metadata.")
        return
    clean = without_metadata(data)
    if clean is None:
        raise NoCopyError("A photograph in the document is damaged.")
    one.write(clean, filter=Name.DCTDecode)
