"""A reader whose second factor is a security key alone locks a read, without any other code."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from imaging.models import Measurement, Read
from imaging.services.cases import cases_of
from studysite.core import key_code
from studysite.core.models import Signature
from tests.conftest import PASSWORD
from tests.imaging.results import answers


@pytest.fixture
def read(measured: Measurement) -> Read:
    """The read of somebody with a key and nothing else."""
    found = Read.objects.filter(measurement=measured)[0]
    held: dict[str, Any] = {"name": "Blue", "credential": {}}
    Authenticator.objects.create(user=found.reader, type=Authenticator.Type.WEBAUTHN, data=held)
    return found


def test_a_read_is_locked_with_the_key_alone(client: Client, read: Read) -> None:
    client.force_login(read.reader)
    (case,) = cases_of(by=read.reader)
    page = reverse("imaging:case", args=[case.reading_id])
    shown = client.get(page).content.decode()
    assert 'data-security-key="sign"' in shown
    assert "webauthn" in shown
    revision = Read.objects.get(pk=read.pk).revision
    sent = answers() | {"confirm": "on", "password": PASSWORD, "seen_revision": str(revision)}
    without = client.post(page, sent)
    assert without.status_code == 403
    assert without.context["form"].errors["code"]
    code = key_code.new_code(read.reader)
    assert client.post(page, sent | {"code": code})["Location"] == page
    cache.clear()
    locked = Read.objects.get(pk=read.pk)
    assert locked.locked_at
    assert Signature.objects.filter(by=read.reader).count() == 1
