"""DICOMweb: what a person may see, found (QIDO-RS), fetched (WADO-RS) and sent in (STOW-RS).

Not of `/api/v1/`, for the standard names the addresses, but with its sign-in and its refusals.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.dicom.errors import DicomRefused
from imaging.dicom.made.encapsulated import PDF_TYPE
from imaging.dicom.transfer_syntaxes import EXPLICIT_LITTLE
from imaging.dicom.web import objects, search
from imaging.dicom.web.multipart import written
from imaging.services import shown
from imaging.services.shown import Shown, ShownInstance
from studysite.core.api_view import StudyView
from studysite.core.errors import Invalid, NotThere
from studysite.core.roles import Action

JSON = "application/dicom+json"
DICOM, OCTETS = "application/dicom", "application/octet-stream"
SYNTAX = re.compile(r"transfer-syntax=([^;,]+)")
MOST = 5000
Json = dict[str, Any]


@extend_schema(exclude=True)
class WebView(StudyView):
    """A DICOMweb address. Which images it shows is said by whom `shown` shows them to."""

    actions_needed: Mapping[str, Action] = {"get": Action.SIGN_IN}
    authentication_classes = [TokenAuthentication, SessionAuthentication]

    def handle_exception(self, error: Exception) -> Response:
        """A rule of DICOM that was not kept is a request that cannot be right."""
        if isinstance(error, DicomRefused):
            missing = error.code == "no_frame"
            kind = NotThere if missing else Invalid
            return super().handle_exception(kind(str(error.sentence), code=error.code))
        return super().handle_exception(error)

    def found(self, rows: Iterable[Json], level: str) -> HttpResponse:
        """An answer to a search, a page of it."""
        query = self.request.query_params
        filters = search.filters_of((name, str(value)) for name, value in query.items())
        matching = [row for row in rows if search.matches(row, filters)]
        offset, limit = self._count("offset", 0), self._count("limit", MOST)
        here = matching[offset : offset + limit]
        wanted = query.getlist("includefield")
        answer = _json([search.shown(row, level, wanted) for row in here])
        if offset + limit < len(matching):
            answer["Warning"] = '299 studysite "There are more results; ask with an offset."'
        return answer

    def _count(self, name: str, otherwise: int) -> int:
        words = self.request.query_params.get(name, "") or str(otherwise)
        if not words.isdigit() or int(words) > 10**9:
            raise Invalid(_("Limit and offset are whole numbers."), field=name)
        return min(int(words), MOST) if name == "limit" else int(words)

    def wants(self, *types: str) -> str:
        """The first of these media types that the request accepts. Raises NotAcceptable."""
        accepted = self.request.headers.get("Accept", "*/*").lower().replace('"', "")
        for media_type in types:
            family = media_type.split("/")[0]
            if "*/*" in accepted or media_type in accepted or f"{family}/*" in accepted:
                return media_type
        raise NotAcceptable

    def plain_only(self) -> None:
        """Refuse a request for another encoding than the one that everything is stored in."""
        accepted = self.request.headers.get("Accept", "").lower().replace('"', "")
        asked = {words.strip() for words in SYNTAX.findall(accepted)}
        if asked and not {"*", EXPLICIT_LITTLE} & asked:
            raise NotAcceptable

    def many(self, instances: Iterable[ShownInstance]) -> StreamingHttpResponse:
        """Instances as a body of several parts, made while it is sent."""
        self.wants("multipart/related", DICOM)
        self.plain_only()
        return _multipart(shown.contents(instances), DICOM)


def _json(content: object) -> HttpResponse:
    return Response(content, content_type=JSON)


def _multipart(contents: Iterable[bytes], media_type: str) -> StreamingHttpResponse:
    boundary = uuid.uuid4().hex
    told = f"{media_type}; transfer-syntax={EXPLICIT_LITTLE}"
    body = written(contents, boundary=boundary.encode(), media_type=told)
    kind = f'multipart/related; type="{media_type}"; boundary={boundary}'
    return StreamingHttpResponse(body, content_type=kind)


def _place(request: HttpRequest | Request, *path: str) -> Json:
    levels = ("studies", "series", "instances")
    parts = "/".join(f"{level}/{uid}" for level, uid in zip(levels, path, strict=False))
    return {"vr": "UR", "Value": [request.build_absolute_uri(f"/dicomweb/{parts}")]}


def studies_of(rows: Iterable[Shown], request: Request) -> list[Json]:
    """One answer a study: its first series', and what all of them come to."""
    studies: dict[str, list[Shown]] = {}
    for row in rows:
        studies.setdefault(row.study_uid, []).append(row)
    return [_study(uid, series, request) for uid, series in studies.items()]


def _study(uid: str, series: list[Shown], request: Request) -> Json:
    return {
        **series[0].first().attributes(),
        "00081190": _place(request, uid),
        "00080061": {"vr": "CS", "Value": sorted({row.modality for row in series})},
        "00201206": {"vr": "IS", "Value": [len(series)]},
        "00201208": {"vr": "IS", "Value": [sum(row.count for row in series)]},
    }


def series_of(rows: Iterable[Shown], request: Request) -> list[Json]:
    """One answer a series."""
    return [
        {
            **row.first().attributes(),
            "00081190": _place(request, row.study_uid, row.uid),
            "00201209": {"vr": "IS", "Value": [row.count]},
        }
        for row in rows
    ]


def instances_of(rows: Iterable[Shown], request: Request) -> list[Json]:
    """One answer an instance."""
    return [
        {
            **one.attributes(),
            "00081190": _place(request, row.study_uid, row.uid, one.uid),
        }
        for row in rows
        for one in row.instances()
    ]


class StudiesView(WebView):
    """The studies of whoever asks."""

    def get(self, request: Request) -> HttpResponse:
        """Search for studies."""
        return self.found(studies_of(shown.shown_to(self.by), request), "study")


class SeriesView(WebView):
    """Series, of one study or of all."""

    def get(self, request: Request, study: str = "") -> HttpResponse:
        """Search for series."""
        rows = shown.find_study(by=self.by, study_uid=study) if study else shown.shown_to(self.by)
        return self.found(series_of(rows, request), "series")


class InstancesView(WebView):
    """Instances, of one series, of one study or of all."""

    def get(self, request: Request, study: str = "", series: str = "") -> HttpResponse:
        """Search for instances."""
        if series:
            rows = [shown.find_series(by=self.by, study_uid=study, series_uid=series)]
        elif study:
            rows = shown.find_study(by=self.by, study_uid=study)
        else:
            rows = shown.shown_to(self.by)
        return self.found(instances_of(rows, request), "instance")


class StudyObjectsView(WebView):
    """All instances of a study."""

    def get(self, request: Request, study: str) -> StreamingHttpResponse:
        """Fetch a study."""
        rows = shown.find_study(by=self.by, study_uid=study)
        return self.many([one for row in rows for one in row.instances()])


class SeriesObjectsView(WebView):
    """All instances of a series."""

    def get(self, request: Request, study: str, series: str) -> StreamingHttpResponse:
        """Fetch a series."""
        row = shown.find_series(by=self.by, study_uid=study, series_uid=series)
        return self.many(row.instances())


class InstanceView(WebView):
    """One instance."""

    def get(self, request: Request, study: str, series: str, uid: str) -> StreamingHttpResponse:
        """Fetch an instance."""
        one = shown.find_instance(by=self.by, study_uid=study, series_uid=series, uid=uid)
        return self.many([one])


class MetadataView(WebView):
    """What a study, a series or an instance says, without its pixels."""

    def get(self, request: Request, study: str, series: str = "", uid: str = "") -> HttpResponse:
        """Fetch the attributes."""
        if uid:
            ones = [shown.find_instance(by=self.by, study_uid=study, series_uid=series, uid=uid)]
        elif series:
            ones = shown.find_series(by=self.by, study_uid=study, series_uid=series).instances()
        else:
            rows = shown.find_study(by=self.by, study_uid=study)
            ones = [one for row in rows for one in row.instances()]
        return _json([one.attributes() for one in ones])


class FramesView(WebView):
    """Frames of an instance."""

    def get(
        self, request: Request, study: str, series: str, uid: str, numbers: str
    ) -> StreamingHttpResponse:
        """Fetch frames as samples."""
        one = shown.find_instance(by=self.by, study_uid=study, series_uid=series, uid=uid)
        self.wants("multipart/related", OCTETS)
        self.plain_only()
        return _multipart(objects.frames_of(one.content(), frame_numbers(numbers)), OCTETS)


class RenderedView(WebView):
    """A picture of an instance, or of one of its frames; a document as it is."""

    def get(
        self, request: Request, study: str, series: str, uid: str, numbers: str = "1"
    ) -> HttpResponse:
        """Fetch a picture."""
        one = shown.find_instance(by=self.by, study_uid=study, series_uid=series, uid=uid)
        document = objects.document_of(one.content())
        if document is not None:
            return HttpResponse(document, content_type=self.wants(PDF_TYPE))
        media_type = self.wants("image/jpeg", "image/png")
        window, size = (request.query_params.get(name, "") for name in ("window", "viewport"))
        picture = objects.rendered(
            one.content(),
            media_type=media_type,
            frame=frame_numbers(numbers)[0],
            window=objects.window_of(window) if window else None,
            size_px=objects.size_of(size) if size else None,
        )
        return HttpResponse(picture, content_type=media_type)


def frame_numbers(words: str) -> list[int]:
    """`1,2,7` as numbers. Raises NotThere."""
    parts = words.split(",")
    if not all(part.isdigit() and len(part) < 7 for part in parts):
        raise NotThere(_("There is no such frame."))
    return [int(part) for part in parts]
