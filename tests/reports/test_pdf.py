"""HTML to PDF: packaged pictures alone, tagged, the same bytes twice."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from reports.pdf import DocumentRefused, Embedded, to_pdf

PAGE = '<html lang="en"><head><title>Title</title></head><body><h1>Head</h1>{}</body></html>'


def png() -> bytes:
    out = BytesIO()
    Image.new("L", (8, 8), 128).save(out, "PNG")
    return out.getvalue()


def test_a_document_is_tagged_and_names_itself():
    pdf = to_pdf(PAGE.format("<p>Text</p>"), {}, identifier="one")
    with pikepdf.open(BytesIO(pdf.content)) as read:
        assert read.Root.MarkInfo.Marked
        assert read.Root.Lang == "en"
        assert read.docinfo["/Title"] == "Title"
        assert read.Root.ViewerPreferences.DisplayDocTitle
        assert b'pdfuaid:part="1"' in read.Root.Metadata.read_bytes()
    assert pdf.pages_count == 1


def test_a_document_is_for_the_archive_and_carries_its_data():
    """PDF/A-3a beside PDF/UA-1: markers, output intent, every font inside, the data as a file."""
    data = Embedded("case.json", b'{"n": 1}', "What is shown")
    pdf = to_pdf(PAGE.format("<p>Text 中文</p>"), {}, identifier="one", embedded=[data])
    with pikepdf.open(BytesIO(pdf.content)) as read:
        stated = read.Root.Metadata.read_bytes()
        assert b'pdfaid:part="3"' in stated
        assert b'pdfaid:conformance="A"' in stated
        assert b"pdfaExtension:schemas" in stated
        assert read.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert read.attachments["case.json"].get_file().read_bytes() == b'{"n": 1}'
        assert {str(each.AFRelationship) for each in read.Root.AF} == {"/Data"}
        fonts = [
            each
            for each in read.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys()) for each in fonts)
    assert to_pdf(PAGE.format("<p>Text 中文</p>"), {}, identifier="one", embedded=[data]) == pdf


def test_two_languages_lie_behind_each_other_and_each_says_which_it_is():
    chinese = PAGE.replace('"en"', '"zh-Hans"').format("<p>中文</p>")
    pdf = to_pdf([PAGE.format("<p>Text</p>"), chinese], {}, identifier="one")
    assert pdf.pages_count == 2
    with pikepdf.open(BytesIO(pdf.content)) as read:
        assert read.Root.Lang == "en"
        second = read.pages[1].obj.objgen
        tags = [
            each
            for each in read.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/StructElem"
        ]
        told = {
            (each.Pg.objgen == second, str(each.get("/Lang", ""))) for each in tags if "/Pg" in each
        }
    assert told == {(False, ""), (True, "zh-Hans")}


def test_a_packaged_picture_is_drawn_with_its_words():
    html = PAGE.format('<img src="picture:a.png" alt="A grey square">')
    pdf = to_pdf(html, {"picture:a.png": png()}, identifier="one")
    with pikepdf.open(BytesIO(pdf.content)) as read:
        figures = [
            each
            for each in read.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"
        ]
        assert [str(figure.Alt) for figure in figures] == ["A grey square"]


@pytest.mark.parametrize(
    "asked",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="picture:other.png">',
        '<img src="a.png">',
        '<link rel="stylesheet" href="file:///etc/passwd">',
        "<style>@import url(http://127.0.0.1:9/x.css);</style>",
        "<style>p { background: url(file:///etc/passwd) }</style><p>x</p>",
    ],
)
def test_anything_else_ends_the_document(asked):
    with pytest.raises(DocumentRefused, match="not part of it"):
        to_pdf(PAGE.format(asked), {"picture:a.png": png()}, identifier="one")


def test_a_drawing_cannot_reach_out_either():
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
        b'<image href="file:///etc/passwd" width="9" height="9"/></svg>'
    )
    html = PAGE.format('<img src="picture:a.svg" alt="x">')
    with pytest.raises(DocumentRefused, match="not part of it"):
        to_pdf(html, {"picture:a.svg": drawing}, identifier="one")


def test_the_same_page_gives_the_same_bytes():
    html = PAGE.format('<p>字体</p><img src="picture:a.png" alt="x">')
    first, second = (to_pdf(html, {"picture:a.png": png()}, identifier="one") for _ in range(2))
    assert first == second
