"""XML written as it comes, so that memory does not grow with the study."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from xml.sax.saxutils import escape, quoteattr

# XML 1.0 has no way at all to write these.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LANG = "xml:lang"
# English first, as in the definitions.
LANGUAGES = ("en", "zh-Hans")


class Out(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> Any:
        """Some more of it."""


def writable(text: object) -> str:
    """Text for XML: a character that it has no way to write becomes the replacement character."""
    return _UNWRITABLE.sub("\ufffd", str(text))


class Xml:
    """A document under way. Attributes that are None are left out."""

    def __init__(self, out: Out) -> None:
        self.out = out
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n')

    @contextmanager
    def within(self, name: str, **attributes: object) -> Iterator[None]:
        """An element around what is written meanwhile."""
        self.out.write(f"<{name}{_pairs(attributes)}>\n")
        yield
        self.out.write(f"</{name}>\n")

    def leaf(self, name: str, text: object = None, **attributes: object) -> None:
        """An element with a text, or empty."""
        if text is None:
            self.out.write(f"<{name}{_pairs(attributes)}/>\n")
            return
        content = escape(writable(text), {"\r": "&#13;"})
        self.out.write(f"<{name}{_pairs(attributes)}>{content}</{name}>\n")

    def translated(self, name: str, *texts: str, **attributes: object) -> None:
        """A text in English and, where it is there, in Chinese."""
        with self.within(name):
            for language, text in zip(LANGUAGES, texts, strict=False):
                if text:
                    self.leaf("TranslatedText", text, **{LANG: language}, **attributes)


def _pairs(attributes: dict[str, object]) -> str:
    given = ((name, value) for name, value in attributes.items() if value is not None)
    return "".join(f" {name}={quoteattr(writable(value))}" for name, value in given)
