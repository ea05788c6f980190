"""dicomweb-client as its makers ship it, talking to this site without a network between them."""

from __future__ import annotations

import io

import requests
from dicomweb_client.api import DICOMwebClient
from django.test import Client
from requests.adapters import BaseAdapter
from rest_framework.authtoken.models import Token

from studysite.core.models import User

ROOT = "http://testserver/dicomweb"


class ToDjango(BaseAdapter):
    """Sends a request to the test's own site."""

    def send(self, request, **_more):
        body = request.body or b""
        # As a server does with a body that comes in pieces.
        chunked = not isinstance(body, bytes)
        content = b"".join(body) if chunked else body
        headers = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in request.headers.items()}
        if chunked:
            headers |= {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(content)}
            headers["CONTENT_LENGTH"] = ""
        answer = Client().generic(
            request.method,
            request.path_url,
            b"" if chunked else content,
            request.headers.get("Content-Type", ""),
            **headers,
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(answer.headers)
        whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
        response.raw = io.BytesIO(whole)
        response.url, response.request = request.url, request
        return response

    def close(self):
        pass


def client_of(user: User) -> DICOMwebClient:
    """A client of somebody who has signed in."""
    key, _ = Token.objects.get_or_create(user=user)
    session = requests.Session()
    session.mount("http://", ToDjango())
    return DICOMwebClient(ROOT, session=session, headers={"Authorization": f"Token {key}"})
