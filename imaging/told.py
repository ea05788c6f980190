"""Sentences of the pure packages: English, with words and values apart, so that whoever shows one
can say it in another language. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Told(str):
    """One English sentence that still knows its words (with %(name)s for each value)."""

    __slots__ = ("values", "words")
    words: str
    values: dict[str, Any]

    def __new__(cls, words: str, values: Mapping[str, Any]) -> Told:
        self = super().__new__(cls, words % values)
        self.words, self.values = words, dict(values)
        return self

    def __reduce__(self) -> tuple[type[Told], tuple[str, dict[str, Any]]]:
        return type(self), (self.words, self.values)

    def but(self, **values: object) -> Told:
        """The same sentence with other values."""
        return Told(self.words, {**self.values, **values})

    def to_json(self) -> dict[str, Any]:
        """Words and values as plain data; a sentence within the sentence likewise."""
        return {"say": self.words, "with": {key: _plain(v) for key, v in self.values.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Told:
        """Back from `to_json`."""
        values = {
            key: cls.from_json(value) if isinstance(value, Mapping) else value
            for key, value in data["with"].items()
        }
        return cls(data["say"], values)


def told(words: str, /, **values: object) -> Told:
    """A sentence. `words` is a literal, for `make messages` looks for it; numbers come as text."""
    return Told(words, values)


def _plain(value: object) -> object:
    if isinstance(value, Told):
        return value.to_json()
    return value if isinstance(value, int | float) else str(value)
