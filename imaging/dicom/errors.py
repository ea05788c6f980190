"""Why a file or a series cannot be used, in words for the person who sent it."""

from __future__ import annotations


class DicomRefused(Exception):
    """A refusal: `code` is a stable short word, `sentence` one for a user, made by `told`."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence

    def __reduce__(self) -> tuple[type[DicomRefused], tuple[str, str]]:
        return type(self), (self.code, self.sentence)
