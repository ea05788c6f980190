"""Text values as plain strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydicom.multival import MultiValue

# pydicom decodes ISO 2022 text but leaves the escapes that announce a character set (PS3.5 6.1.2.5)
ESCAPE = re.compile(r"\x1b(\$[()*+,\-./]?|[()*+,\-./])[0-~]")


def texts(value: object) -> Iterator[str]:
    """An element's values as strings."""
    if value is None:
        return
    several = value if isinstance(value, (MultiValue, list, tuple)) else [value]
    for one in several:
        yield ESCAPE.sub("", str(one))


def first_text(value: object) -> str:
    """The first value without padding; "" where there is none."""
    return next(texts(value), "").strip(" \0")
