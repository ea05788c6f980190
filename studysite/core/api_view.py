"""What every view of the API is: who may, what comes in, what goes out.

A view names its action per method in `actions_needed`, reads a request through an `…In`, calls a
service and answers with an `…Out`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import IO, Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from studysite.core.api_permission import DeclaredAction
from studysite.core.models import User
from studysite.core.roles import Action

F = TypeVar("F", bound=Callable[..., Any])
M = TypeVar("M", bound=Model)
LARGEST_BODY_BYTES = 2 * 2**20
LARGEST_PAGE = 200
FURTHEST_OFFSET = 10**9


class BoundedJson(BaseParser):
    """JSON in UTF-8, of bounded size and depth; nothing that could not be written out again."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body's value. Raises ParseError with a sentence."""
        content = stream.read(LARGEST_BODY_BYTES + 1)
        if len(content) > LARGEST_BODY_BYTES:
            raise ParseError(_("The request is larger than this address takes."))
        try:
            value = json.loads(content.decode("utf-8"))
            # Not a number, infinities and halves of characters come in but do not go out.
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The request is not JSON that can be read.")) from error
        return value


class OneRenderer(DefaultContentNegotiation):
    """Every address has one format to answer in, whatever the request asks for."""

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The one there is."""
        return renderers[0], str(renderers[0].media_type)


class StudyView(APIView):
    """A view of the API. A method that `actions_needed` does not name is not there."""

    actions_needed: Mapping[str, Action] = {}
    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [DeclaredAction]
    parser_classes = [BoundedJson]
    content_negotiation_class = OneRenderer
    http_method_names = ["get", "head", "post", "put", "delete"]

    @property
    def by(self) -> User:
        """The person who asks; the permission has let them in."""
        return cast(User, self.request.user)

    def check_permissions(self, request: Request) -> None:
        """Refuse what is not named, then ask the policy table."""
        method = (request.method or "").lower()
        if ("get" if method == "head" else method) not in self.actions_needed:
            raise MethodNotAllowed(request.method or "")
        super().check_permissions(request)

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> Response:
        """Study data stay out of every cache."""
        done = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        done["Cache-Control"] = "private, no-store"
        return done

    def taken(self, form: type[In]) -> dict[str, Any]:
        """What the body holds, checked."""
        return _checked(form, self.request.data)

    def asked(self, form: type[In]) -> dict[str, Any]:
        """What the query string holds, checked."""
        return _checked(form, self.request.query_params)


class In(serializers.Serializer):
    """What comes in. A field that is not known is refused: a slip of the pen is not passed over."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values."""
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, Mapping) else []
        if unknown:
            raise serializers.ValidationError(
                {name: [_("There is no such field here.")] for name in unknown}
            )
        return super().to_internal_value(data)


class PageIn(In):
    """Which part of a list."""

    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=50)
    offset = serializers.IntegerField(min_value=0, max_value=FURTHEST_OFFSET, default=0)


class ReasonIn(In):
    """Why."""

    reason = serializers.CharField(max_length=2000, allow_blank=True)


class ErrorOut(serializers.Serializer):
    """Why a request was refused: a stable code and a sentence. `field` is the place in the request
    that the sentence is about, `errors` every such place."""

    code = serializers.CharField()
    detail = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


REFUSALS = {
    status: OpenApiResponse(ErrorOut, description=words)
    for status, words in {
        400: "The request cannot be read.",
        401: "Nobody is signed in.",
        403: "The person's role does not allow this.",
        404: "There is no such record, or none that the person may know of.",
        409: "The step does not follow from the state the record is in.",
        429: "Too many attempts have failed for this account.",
        422: "What was entered cannot be right.",
    }.items()
}


def operation(
    name: str,
    *,
    gives: Any,
    status: int | tuple[int, str] = 200,
    takes: Any = None,
    query: type[In] | None = None,
    **more: Any,
) -> Callable[[F], F]:
    """What the schema says of a method: its name, what it takes, what it gives, how it refuses."""
    return extend_schema(
        operation_id=name,
        summary=name.replace("_", " ").capitalize(),
        request=takes,
        responses={status: gives, **REFUSALS},
        parameters=[query] if query else None,
        **more,
    )


def page_out(name: str, row: type[serializers.Serializer]) -> serializers.Serializer:
    """The schema of one page of a list."""
    fields = {
        "count": serializers.IntegerField(),
        "limit": serializers.IntegerField(),
        "offset": serializers.IntegerField(),
        "results": row(many=True),
    }
    return inline_serializer(name, fields)


def page_of(rows: QuerySet[M], chosen: Mapping[str, Any]) -> tuple[list[M], dict[str, int]]:
    """The rows of one page, and what the answer says of the whole."""
    limit, offset = chosen["limit"], chosen["offset"]
    page = {"count": rows.count(), "limit": limit, "offset": offset}
    return list(rows[offset : offset + limit]), page


def _checked(form: type[In], data: Any) -> dict[str, Any]:
    given = form(data={} if data is None else data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
