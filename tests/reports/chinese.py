"""English left on a Chinese page: its words outside the terms that stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

# Terms of the field, units, names of the trial's scales, formats and keys: the same in Chinese.
TERMS = """
    MRI MR MPR CPR MRVE DICOM DICM CSA REZ SD SNR TOF BTFE FIESTA CISS SPACE FLAIR LPS SMC JRS PDF
    CSV API JSON ZIP zip UID UTC SHA sha AICA PICA SCA VA RExP RDP AS RTP CP mm mm² ms kg MiB GiB
    GE Siemens Philips HFS ICH GCP II III IV VI studysite Asia Shanghai English Cohen Albert
    House Brackmann Jankovic Kappa ODM Dataset-JSON
    Page Up Down Enter Shift Ctrl Delete STARD ROC DeLong AC
"""
WHOLE = "|".join(map(re.escape, TERMS.split()))
KEPT = re.compile(
    rf"(?<![A-Za-z])({WHOLE})(?![A-Za-z])"
    r"|[0-9a-f]{8,}(-[0-9a-f]{4,})*|(?<![A-Za-z])[A-Z]+\d*[A-Z]*-[A-Z0-9-]+|NCT\d+|v?\d[\w.-]*"
)
LATIN = re.compile(r"[A-Za-z][A-Za-z'’]+(?: +[A-Za-z][A-Za-z'’]*)*")
SAID = ("alt", "title", "aria-label", "placeholder", "data-failed")
SILENT = {"script", "style", "code"}
VOID = {"input", "img", "br", "hr", "meta", "link", "source", "wbr", "col"}


class Page(HTMLParser):
    """The texts that a page shows, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        hidden = bool(self._open and self._open[-1][1])
        foreign = (
            found.get("lang", "zh").startswith("en") or "code" in found.get("class", "").split()
        )
        silent = hidden or foreign or tag in SILENT
        if tag not in VOID:
            self._open.append((tag, silent))
        self.links += [found[name] for name in ("href", "hx-get", "src") if name in found]
        if not silent:
            self.texts += [found[name] for name in SAID if name in found]
            if tag == "input" and found.get("type") == "submit":
                self.texts.append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._open and self._open[-1][1]):
            self.texts.append(" ".join(data.split()))


def read(html: str) -> Page:
    """A page, parsed."""
    page = Page()
    page.feed(html)
    return page


def english_in(texts: Iterable[str], typed: Iterable[str] = ()) -> list[str]:
    """Runs of Latin words that are neither terms nor what somebody typed."""
    theirs = sorted({text for text in typed if text}, key=len, reverse=True)
    found = []
    for text in texts:
        rest = text
        for word in theirs:
            rest = rest.replace(word, " ")
        rest = KEPT.sub(" ", rest)
        if LATIN.search(rest):
            found.append(text)
    return found
