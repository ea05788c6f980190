"""DICOMweb's way in (STOW-RS): files of a request go to the spool one by one, and a job works."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from imaging import spooled
from imaging.api.dicomweb import DICOM, JSON, StudiesView, StudyObjectsView
from imaging.dicom.network.provider import NoRoom
from imaging.dicom.part10 import Named, named
from imaging.dicom.web.multipart import Part, Parts, Readable, boundary_of, parameters
from imaging.services import receiving
from studysite.core.errors import Invalid, StudyError
from studysite.core.roles import Action

MOST_FILES = 20_000
HEAD_BYTES = 4096
NOT_UNDERSTOOD = 0xC000


class Full(StudyError):
    """The disk has no room."""

    code = "no_room"
    status = 507


def store(view: StudiesView | StudyObjectsView, request: Request) -> Response:
    """Put the files of a request on the spool; they are on the disk when this answers."""
    kind = request.headers.get("Content-Type", "")
    if parameters(kind).get("type", DICOM).lower() != DICOM:
        raise Invalid(_("This address takes DICOM files."), code="not_dicom")
    parts = Parts(_body(request), boundary_of(kind), most_parts=MOST_FILES)
    place = receiving.join_web(view.by)
    try:
        found = [_keep(part, place) for part in parts]
    except NoRoom as trouble:
        raise Full(_("There is no room for more scans; tell an administrator.")) from trouble
    finally:
        place.release()
    if not found:
        raise Invalid(_("No file was sent."), code="no_files")
    return Response(_told(found), status=202, content_type=JSON)


def _body(request: Request) -> Readable:
    """The request's body as it comes. Django reads none whose length is not said beforehand; the
    server says where such a one ends."""
    environment = request._request.META
    if environment.get("wsgi.input_terminated") and not environment.get("CONTENT_LENGTH"):
        body: Readable = environment["wsgi.input"]
        return body
    return request._request


def _keep(part: Part, place: spooled.Place) -> Named | None:
    arriving = spooled.Incoming(place.folder)
    kept = False
    try:
        head, size = b"", 0
        while piece := part.read():
            size += len(piece)
            if size > settings.INTAKE_MAX_BYTES:
                raise Invalid(_("The file is larger than this site takes."), code="too_large")
            head = head if len(head) >= HEAD_BYTES else (head + piece)[:HEAD_BYTES]
            arriving.write(piece)
        arriving.keep()
        kept = True
        return named(head)
    finally:
        if not kept:
            arriving.drop()


def _told(found: list[Named | None]) -> dict[str, Any]:
    """What was taken, by the UIDs that it came with; what is no DICOM is taken too, and refused by
    the job with its reason."""
    taken = [_item(one) for one in found if one is not None]
    failed = len(found) - len(taken)
    answer: dict[str, Any] = {}
    if taken:
        answer["00081199"] = {"vr": "SQ", "Value": taken}
    if failed:
        reason = {"00081197": {"vr": "US", "Value": [NOT_UNDERSTOOD]}}
        answer["00081198"] = {"vr": "SQ", "Value": [reason] * failed}
    return answer


def _item(one: Named) -> dict[str, Any]:
    return {
        "00081150": {"vr": "UI", "Value": [one.sop_class]},
        "00081155": {"vr": "UI", "Value": [one.sop_instance]},
    }


class StoreStudiesView(StudiesView):
    """Studies: searched for, and sent in."""

    actions_needed = {"get": Action.SIGN_IN, "post": Action.UPLOAD_SCAN}

    def post(self, request: Request) -> Response:
        """Send instances in."""
        return store(self, request)


class StoreStudyView(StudyObjectsView):
    """One study: fetched, and added to. It has other UIDs here, so that nothing is checked by the
    one it has there."""

    actions_needed = {"get": Action.SIGN_IN, "post": Action.UPLOAD_SCAN}

    def post(self, request: Request, study: str) -> Response:
        """Send instances in."""
        return store(self, request)
