"""HTML to a tagged PDF, from text and packaged pictures alone: no file, no network.

The same HTML and pictures give the same bytes; dates come from the HTML's own metadata.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from studysite.core.errors import StudyError

# WeasyPrint remarks on each property that print has no use for.
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)
TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
# Without one WeasyPrint leaves a picture with a relative name out, and says nothing.
BASE_URL = "unpackaged://document/"


class DocumentRefused(StudyError):
    """A document that asks for something it may not have."""

    code = "document_refused"
    status = 500


@dataclass(frozen=True)
class Pdf:
    """A finished document."""

    content: bytes
    pages_count: int


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


def to_pdf(html: str, pictures: Mapping[str, bytes], *, identifier: str) -> Pdf:
    """Render a page of HTML. `pictures` are the only things its URLs may name; `identifier` is
    the document's, fixed by its content. Raises DocumentRefused."""
    fetcher = PackagedNamesOnly(pictures)
    try:
        document = HTML(string=html, base_url=BASE_URL, url_fetcher=fetcher).render()
        content = document.write_pdf(
            pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier.encode()
        )
    except FatalURLFetchingError as error:
        raise _refusal(fetcher) from error
    # Inside a drawing WeasyPrint swallows even a fatal error and leaves the drawing out.
    if fetcher.refused:
        raise _refusal(fetcher)
    return Pdf(content, len(document.pages))


def _refusal(fetcher: PackagedNamesOnly) -> DocumentRefused:
    return DocumentRefused(f"The document asks for {fetcher.refused[0]}, which is not part of it.")
