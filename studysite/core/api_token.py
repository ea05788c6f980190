"""Signing in to the API and out of it, and who one is there."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from studysite.core import tokens
from studysite.core.access import actions_of
from studysite.core.api_view import In, StudyView, operation
from studysite.core.models import User
from studysite.core.roles import Action, Role


class TokenIn(In):
    """Name and password, and the code of a second factor where one is enrolled."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(max_length=20, required=False, allow_blank=True)


class TokenOut(serializers.Serializer):
    """The key that each further request carries: `Authorization: Token …`."""

    token = serializers.CharField(source="key")


class MembershipOut(serializers.Serializer):
    """A role at a site."""

    site = serializers.CharField(source="site.code")
    role = serializers.ChoiceField(Role.choices)


class MeOut(serializers.Serializer):
    """A person, their roles, and what these allow somewhere."""

    username = serializers.CharField()
    printed_name = serializers.CharField()
    memberships = MembershipOut(many=True)
    actions = serializers.SerializerMethodField()

    def get_actions(self, user: User) -> list[str]:
        """The words of the policy table."""
        held = actions_of(user)
        return [action.value for action in Action if action in held]


class TokenView(StudyView):
    """The one door that is open to all: it asks for the password itself."""

    actions_needed = {"post": Action.SIGN_IN, "delete": Action.SIGN_IN}

    authentication_classes = [TokenAuthentication]

    def get_permissions(self) -> list[Any]:
        """The service asks the policy table once it knows who it is."""
        return [AllowAny()] if self.request.method == "POST" else list(super().get_permissions())

    @operation("sign_in", takes=TokenIn, gives=TokenOut, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in: a key for name and password."""
        given = self.taken(TokenIn)
        return Response(TokenOut(tokens.sign_in(request=request._request, **given)).data)

    @operation("sign_out", gives=None, status=204)
    def delete(self, request: Request) -> Response:
        """Sign out: the key opens nothing any more."""
        tokens.sign_out(by=self.by)
        return Response(status=204)


class MeView(StudyView):
    """Who one is."""

    actions_needed = {"get": Action.SIGN_IN}

    @operation("show_me", gives=MeOut)
    def get(self, request: Request) -> Response:
        """The person signed in, with roles and what they allow."""
        return Response(MeOut(self.by).data)
