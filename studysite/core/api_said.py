"""Kept sentences in the API's answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from studysite.core.said import say


class SaidField(serializers.CharField):
    """A kept sentence, in the language that the request asks for."""

    def to_representation(self, value: Any) -> str:
        """The sentence."""
        return say(str(value))
