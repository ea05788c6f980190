"""Two worlds: the arms, the clinic and the reference are others, and whoever is blinded to them
gets the same bytes from every page and every answer. Canaries turn up in nothing that they get."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client

from enrollment.models import ArmCount, Enrolment, FormEntry, Judgement, Participant, Unblinding
from imaging.models import Read
from studysite.core.acts import acting
from studysite.core.models import User
from studysite.core.roles import POLICY, Action, Role
from tests.access.routes import pages
from tests.api.access_table import LETTERS, TABLE
from tests.api.calls import call
from tests.api.scene import Scene
from tests.reports import factory

BLINDED = [role for role in Role if role not in POLICY[Action.SEE_ARM]]
# A fresh one in every page: it says nothing but who asks.
CSRF = re.compile(rb'(csrfmiddlewaretoken" value|csrf-token" content)="[^"]*"')
MOMENT = re.compile(
    rb"'(Last-Modified|Expires)', '[^']*'|sessionid=[^;]*|csrftoken=[^;]*|expires=[^;]*"
    rb"|As it is at [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"
)
# What changes something, and the challenge to a security key: a fresh one in every answer.
ELSE = {"account_logout", "set_language", "security_key_code"}
CANARIES = ("CANARY-ARM", "CANARY-CLINIC", "CANARY-REFERENCE", "CANARY-READ")


def signed_in(user: User) -> Client:
    """A browser that both worlds are looked at with: signing in leaves the moment in the page."""
    client = Client()
    client.force_login(user)
    return client


def got(client: Client, user: User, names: dict[str, object]) -> Iterator[tuple[str, bytes]]:
    """Everything that somebody gets by looking: each page and each answer, heads included."""
    for page in pages():
        if page.name not in ELSE:
            yield str(page), _bytes(client.get(page.address(names)))
    for row in TABLE:
        if row.method == "GET" and row.route not in {"schema", "docs"}:
            yield str(row), _bytes(call(user, "GET", row.path.format(**names)))


def _bytes(answer: Any) -> bytes:
    content = b"".join(answer) if answer.streaming else answer.content
    heads = f"{answer.status_code} {sorted(answer.headers.items())} {answer.cookies.output()}"
    return MOMENT.sub(b"", CSRF.sub(b"", content + heads.encode()))


def swap(scene: Scene) -> None:
    """The other world: the other arm, another course of the illness, another finding at surgery.
    The technique stays, for reading in it is what a reader is asked for."""
    with acting(None, "test"):
        Enrolment.objects.update(arm="2d", reason="CANARY-ARM")
        ArmCount.objects.update(arm="2d")
        Unblinding.objects.create(
            participant=scene.participant,
            category="emergency",
            told="CANARY-ARM",
            reason="CANARY-ARM",
            by=scene.cast.investigator,
        )
        Judgement.objects.update(evidence="CANARY-CLINIC")
        Participant.objects.update(affected_side="right", onset="2011", year_of_birth=1961)
        clinic, found = {"smc_grade": "CANARY-CLINIC"}, {"operated": "CANARY-REFERENCE"}
        FormEntry.objects.exclude(form="surgical_finding").update(answers=clinic)
        FormEntry.objects.filter(form="surgical_finding").update(answers=found)
        others = Read.objects.exclude(reader=scene.cast.reader)
        others.update(answers={"departure_reason": "CANARY-READ"})


@pytest.mark.parametrize("role", BLINDED)
def test_the_other_world_looks_the_same_to_who_is_blinded(
    role: Role, scene: Scene, names: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    user = scene.user(role)
    client = signed_in(user)
    with transaction.atomic(), transaction.atomic("vault"):
        first = dict(got(client, user, names))
        transaction.set_rollback(True)
    swap(scene)
    caplog.set_level(logging.DEBUG)
    second = dict(got(client, user, names))
    assert [where for where, content in second.items() if content != first[where]] == []
    assert len(second) > 90
    # What the database is asked is written at this level, and never in production.
    lines = [line for line in caplog.text.splitlines() if "django.db.backends" not in line]
    told = "\n".join([*lines, *(f"{each.subject}{each.body}" for each in mail.outbox)])
    second["log and mail"] = told.encode()
    words = [*CANARIES, *factory.CANARY_WORDS]
    found = [
        (where, word)
        for where, content in second.items()
        for word in words
        if word.encode() in content
    ]
    assert found == []


def test_who_sees_the_arm_sees_the_difference(scene: Scene, names: dict[str, object]) -> None:
    """Control: both comparisons find what is there to be found."""
    user = scene.cast.investigator
    client = signed_in(user)
    with transaction.atomic(), transaction.atomic("vault"):
        first = dict(got(client, user, names))
        transaction.set_rollback(True)
    swap(scene)
    second = dict(got(client, user, names))
    assert sum(content != first[where] for where, content in second.items()) > 5
    seen = b"".join(second.values())
    assert all(word.encode() in seen for word in CANARIES[:2])


def test_every_blinded_role_is_in_the_comparison() -> None:
    assert set(BLINDED) == {Role.READER, Role.ANALYST, Role.ADMINISTRATOR}
    assert set(LETTERS.values()) == set(Role)
