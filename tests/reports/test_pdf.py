"""HTML to PDF: packaged pictures alone, tagged, the same bytes twice."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from reports.pdf import DocumentRefused, to_pdf

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
