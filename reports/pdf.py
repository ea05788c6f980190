"""HTML to a tagged PDF for the archive (PDF/A-3a) and for everybody (PDF/UA-1), from text and
packaged pictures alone: no file, no network.

The same HTML, pictures and embedded files give the same bytes; dates come from the HTML's own
metadata.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from io import BytesIO
from typing import Any

import pydyf
from weasyprint import HTML, Attachment, Document
from weasyprint.css import ColorProfile
from weasyprint.document import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from studysite.core.errors import StudyError

# WeasyPrint remarks on each property that print has no use for.
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)
# Without one WeasyPrint leaves a picture with a relative name out, and says nothing.
BASE_URL = "unpackaged://document/"
TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
# What an embedded file is dated where the document has no date.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# PDF/A wants a schema that it does not know itself to be described.
UA_SCHEMA = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" \
pdfuaid:part="1" /><rdf:Description rdf:about="" \
xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>\
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification schema\
</pdfaSchema:schema><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/\
</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property>\
<rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal\
</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289\
</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag>\
</pdfaExtension:schemas></rdf:Description>"""


class DocumentRefused(StudyError):
    """A document that asks for something it may not have."""

    code = "document_refused"
    status = 500


@dataclass(frozen=True)
class Pdf:
    """A finished document."""

    content: bytes
    pages_count: int


@dataclass(frozen=True)
class Embedded:
    """A file inside a document: the data that it shows."""

    name: str
    content: bytes
    description: str


class PackagedNamesOnly(URLFetcher):
    """Gives out the pictures it was made with; asking for anything else ends the document."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self._pictures = pictures
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The picture of that name."""
        if url not in self._pictures:
            self.refused.append(url)
            raise FatalURLFetchingError(url)
        suffix = url[url.rfind(".") :]
        return URLFetcherResponse(url, self._pictures[url], {"Content-Type": TYPES[suffix]})


class ForEverybody(DocumentMetadata):
    """The metadata of PDF/A, which say that the document is PDF/UA too."""

    def generate_rdf_metadata(self, *args: Any) -> bytes:
        """WeasyPrint's own, with one statement more."""
        stated: bytes = super().generate_rdf_metadata(*args)
        return stated.replace(b"</rdf:RDF>", UA_SCHEMA + b"</rdf:RDF>")


def to_pdf(
    html: str | Sequence[str],
    pictures: Mapping[str, bytes],
    *,
    identifier: str,
    embedded: Sequence[Embedded] = (),
) -> Pdf:
    """Render a page of HTML, or several behind each other, each in its own language. `pictures` are
    the only things its URLs may name; `identifier` is the document's, fixed by its content. Raises
    DocumentRefused."""
    fetcher, fonts = PackagedNamesOnly(pictures), FontConfiguration()
    # A picture in several languages is read once.
    images: dict[str, object] = {}
    pages = [html] if isinstance(html, str) else list(html)
    try:
        parts = [
            HTML(string=page, base_url=BASE_URL, url_fetcher=fetcher).render(
                font_config=fonts, cache=images
            )
            for page in pages
        ]
        document = parts[0].copy([page for part in parts for page in part.pages])
        document.metadata = ForEverybody(**vars(document.metadata))
        document.color_profiles["srgb"] = _srgb()
        content = document.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_tags=True,
            # Not `srgb`: WeasyPrint would open its profile and never close it.
            output_intent="packaged",
            pdf_identifier=identifier.encode(),
            attachments=[_attachment(each, document) for each in embedded],
            finisher=_telling_languages(parts),
        )
    except FatalURLFetchingError as error:
        raise _refusal(fetcher) from error
    # Inside a drawing WeasyPrint swallows even a fatal error and leaves the drawing out.
    if fetcher.refused:
        raise _refusal(fetcher)
    return Pdf(content, len(document.pages))


def _srgb() -> ColorProfile:
    """What the document's colours mean: sRGB, by the profile that WeasyPrint brings."""
    content = files("weasyprint.pdf").joinpath("sRGB2014.icc").read_bytes()
    primaries = (["r"], ["g"], ["b"])
    return ColorProfile(BytesIO(content), "sRGB2014.icc", "relative-colorimetric", primaries)


def _attachment(each: Embedded, document: Document) -> Attachment:
    created = document.metadata.created
    at = datetime.fromisoformat(created) if created else LONG_AGO
    return Attachment(
        string=each.content.decode(),
        name=each.name,
        description=each.description,
        created=at.astimezone(UTC),
        modified=at.astimezone(UTC),
        relationship="Data",
    )


def _telling_languages(parts: Sequence[Document]) -> Any:
    """What says of each tagged element of a further part that it is in another language."""

    def finish(_document: Document, pdf: Any) -> None:
        places = pdf.pages["Kids"][::3]
        first = len(parts[0].pages)
        languages = {
            f"{place} 0 R".encode(): part.metadata.lang
            for part, start in zip(parts[1:], _starts(parts, first), strict=True)
            for place in places[start : start + len(part.pages)]
        }
        for element in pdf.objects:
            if isinstance(element, dict) and element.get("Type") == "/StructElem":
                language = languages.get(element.get("Pg", b""))
                if language:
                    element["Lang"] = pydyf.String(language)

    return finish


def _starts(parts: Sequence[Document], first: int) -> list[int]:
    starts, at = [], first
    for part in parts[1:]:
        starts.append(at)
        at += len(part.pages)
    return starts


def _refusal(fetcher: PackagedNamesOnly) -> DocumentRefused:
    return DocumentRefused(f"The document asks for {fetcher.refused[0]}, which is not part of it.")
