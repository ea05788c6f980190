"""Sentences that are kept: stored as their words with their values, said in the reader's language.

What a worker or a service writes on record is read later by somebody else, in another language. So
`said` keeps the English words, which are the key of their translation, beside the values, as JSON
in the text column; `say` makes the sentence. A row from before is a plain sentence and is shown as
it is, translated where it happens to be a whole message. Words once kept are not reworded: see
`docs/adr/0009-sentences-that-are-kept.md`.
"""

from __future__ import annotations

import json
from typing import Any, Protocol, runtime_checkable

from django.utils.translation import get_language, gettext, override

MARK = '{"say":'


@runtime_checkable
class Sentence(Protocol):
    """A sentence of the packages that know no Django (`imaging.told`)."""

    def to_json(self) -> dict[str, Any]:
        """Its words and values."""


def said(words: str, /, **values: object) -> str:
    """A sentence as it is kept. `words` is a literal, for `make messages` looks for it. A value may
    be another `said`, a `word`, or text in both languages (`both`)."""
    return _json({"say": words, "with": {key: _plain(value) for key, value in values.items()}})


def kept(sentence: str) -> str:
    """Any sentence as it is kept: its words and values where it has them, else as it is."""
    return _json(sentence.to_json()) if isinstance(sentence, Sentence) else sentence


def word(label: object) -> dict[str, Any]:
    """A translatable label, such as that of a choice, as a value."""
    with override("en"):
        return {"say": str(label), "with": {}}


def both(*, en: str, zh: str) -> dict[str, str]:
    """A text that is there in both languages, such as one of the protocol's, as a value."""
    return {"en": en, "zh": zh}


def say(sentence: str) -> str:
    """A sentence in the reader's language, whether kept, told just now, or from before."""
    if isinstance(sentence, Sentence):
        return _spoken(sentence.to_json())
    if not sentence.startswith(MARK):
        return gettext(sentence) if sentence.strip() else sentence
    try:
        return _spoken(json.loads(sentence))
    except ValueError:
        return sentence


def within(sentence: str, length: int) -> str:
    """A sentence for a column of so many characters: one too long is kept in English, cut."""
    if len(sentence) <= length:
        return sentence
    with override("en"):
        return say(sentence)[:length]


def _spoken(part: object) -> str:
    if not isinstance(part, dict):
        return str(part)
    if "say" not in part:
        chinese = (get_language() or "").startswith("zh")
        return str(part.get("zh" if chinese else "en", ""))
    words, values = str(part["say"]), part.get("with", {})
    try:
        return gettext(words) % {key: _value(value) for key, value in values.items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        # Somebody's own text that looks like a sentence of ours.
        return words


def _value(value: object) -> object:
    """A value to be put into words; a number stays one, for the words may ask for `%(n)d`."""
    return value if isinstance(value, int | float) else _spoken(value)


def _plain(value: object) -> object:
    if isinstance(value, Sentence):
        return value.to_json()
    if isinstance(value, str) and value.startswith(MARK):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value if isinstance(value, dict | int | float) else str(value)


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
