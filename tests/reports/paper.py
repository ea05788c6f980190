"""What every paper of the system must be, whatever it is about: for the archive (PDF/A-3a), for
everybody (PDF/UA-1), with its data inside and its text as text."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pikepdf

LANGS = {"en": "en", "zh-hans": "zh-Hans", "both": "en"}
TYPEFACES = ("NotoSansCJK", "DejaVuSans")


def text_of(pdf: bytes) -> str:
    """The text as a reader of the file gets it, lines joined."""
    command = ["pdftotext", "-layout", "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def without_spaces(pdf: bytes) -> str:
    """The same with no space at all: a digest and a Chinese sentence break over lines."""
    return "".join(text_of(pdf).split())


def hold_to_archive(pdf: bytes, *, language: str, data: dict[str, bytes]) -> None:
    """Markers, language, title, tags, output intent, fonts, and the embedded files by name."""
    with pikepdf.open(BytesIO(pdf)) as read:
        parts = [each for each in read.objects if isinstance(each, pikepdf.Dictionary)]
        _is_marked(read, language)
        _is_tagged(read, [each for each in parts if each.get("/Type") == "/StructElem"])
        _has_its_fonts([each for each in parts if each.get("/Type") == "/FontDescriptor"])
        found = {name: one.get_file().read_bytes() for name, one in read.attachments.items()}
        assert found == data
        if data:
            assert {str(each.AFRelationship) for each in read.Root.AF} == {"/Data"}


def embedded_in(pdf: bytes) -> bytes:
    """The one file that a paper holds."""
    with pikepdf.open(BytesIO(pdf)) as read:
        (found,) = read.attachments.values()
        return bytes(found.get_file().read_bytes())


def _is_marked(read: pikepdf.Pdf, language: str) -> None:
    stated = read.Root.Metadata.read_bytes()
    for marker in (b'pdfaid:part="3"', b'pdfaid:conformance="A"', b'pdfuaid:part="1"'):
        assert marker in stated
    assert read.Root.OutputIntents[0].S == "/GTS_PDFA1"
    assert read.Root.Lang == LANGS[language]
    assert str(read.docinfo["/Title"])
    assert read.Root.ViewerPreferences.DisplayDocTitle
    assert len(read.trailer.ID) == 2


def _is_tagged(read: pikepdf.Pdf, tags: list[pikepdf.Dictionary]) -> None:
    assert read.Root.MarkInfo.Marked
    kinds = {str(tag.S) for tag in tags}
    assert {"/H1", "/P"} <= kinds
    assert all(str(tag.get("/Alt", "")) for tag in tags if tag.S == "/Figure")
    assert "/TH" in kinds or "/Table" not in kinds
    for page in read.pages:
        assert "/StructParents" in page.obj


def _has_its_fonts(fonts: list[pikepdf.Dictionary]) -> None:
    assert fonts
    for font in fonts:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.keys())
        name = str(font.FontName).replace("-", "")
        assert any(face in name for face in TYPEFACES), name
