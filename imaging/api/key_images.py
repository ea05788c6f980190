"""Views that a reader keeps with a read."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.api.pictures import BYTES, PNG
from imaging.models import KeyImage
from imaging.services import cases, key_images
from studysite.core.api_view import In, StudyView, operation
from studysite.core.roles import Action


class KeyImageIn(In):
    """A view as the viewer tells it: which one, its planes, window, cursor, and what was drawn."""

    state = serializers.JSONField()
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class KeyImageOut(serializers.Serializer):
    """A kept view. `pictured`: whether the server could draw it."""

    number = serializers.IntegerField()
    view = serializers.SerializerMethodField()
    note = serializers.CharField()
    state = serializers.JSONField()
    pictured = serializers.SerializerMethodField()
    at = serializers.DateTimeField()

    def get_view(self, image: KeyImage) -> str:
        """The technique whose view it is."""
        return str(image.state["tab"])

    def get_pictured(self, image: KeyImage) -> bool:
        """Whether there is a picture of it."""
        return bool(image.picture)


class KeyImagesView(StudyView):
    """The key images of a read or a third read."""

    actions_needed = {"get": Action.READ_CASE, "post": Action.READ_CASE}

    @operation("list_key_images", gives=KeyImageOut(many=True))
    def get(self, request: Request, reading_id: str) -> Response:
        """One's own of this case."""
        case = cases.find_case(by=self.by, reading_id=reading_id)
        found: Any = KeyImageOut(KeyImage.kept_with(case.row), many=True)
        return Response(found.data)

    @operation("keep_key_image", takes=KeyImageIn, gives=KeyImageOut, status=201)
    def post(self, request: Request, reading_id: str) -> Response:
        """Keep a view with one's read, while it is open."""
        case = cases.find_case(by=self.by, reading_id=reading_id)
        image = key_images.save_key_image(by=self.by, case=case, **self.taken(KeyImageIn))
        return Response(KeyImageOut(image).data, status=201)


class KeyPictureView(StudyView):
    """One key image."""

    actions_needed = {"get": Action.READ_CASE}

    @operation("show_key_image", gives=BYTES, status=PNG)
    def get(self, request: Request, reading_id: str, number: int) -> HttpResponse:
        """Its picture as PNG."""
        case = cases.find_case(by=self.by, reading_id=reading_id)
        content = key_images.key_picture(case, number)
        return HttpResponse(content, content_type="image/png")


class KeyImageRemovalView(StudyView):
    """A key image that is not wanted any more."""

    actions_needed = {"post": Action.READ_CASE}

    @operation("remove_key_image", gives=KeyImageOut)
    def post(self, request: Request, reading_id: str, number: int) -> Response:
        """Take it away from one's read, while that is open."""
        case = cases.find_case(by=self.by, reading_id=reading_id)
        image = key_images.remove_key_image(by=self.by, case=case, number=number)
        return Response(KeyImageOut(image).data)
