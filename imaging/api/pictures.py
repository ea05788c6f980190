"""Pictures of a measured nerve, and their bytes."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers

from imaging.services.results import Picture, Pictured, picture_bytes

PNG = (200, "image/png")
BYTES = OpenApiTypes.BINARY
NERVE_SIDES = [("left", "left"), ("right", "right")]


class PictureOut(serializers.Serializer):
    """A picture of one side, by the name it is fetched under."""

    side = serializers.ChoiceField(NERVE_SIDES)
    name = serializers.CharField()


def png(source: Pictured, side: str, name: str, names: tuple[str, ...]) -> HttpResponse:
    """A picture as an answer. NotThere for a name that is not among these."""
    content = picture_bytes(source, Picture(side, name), names)
    return HttpResponse(content, content_type="image/png")
