"""What a blinded role gets says nothing of identity, arm, clinical data or anybody else's read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from enrollment.models import Enrolment, FormEntry, Participant
from imaging.models import Read
from studysite.core.audit.writer import writing
from studysite.core.models import User
from studysite.core.roles import POLICY, Action, Role
from tests.api.access_table import LETTERS, TABLE
from tests.api.calls import call, got
from tests.api.scene import Scene
from tests.audit import TESTER
from tests.reports import factory


def answers_to(user: User, scene: Scene, letter: str) -> Iterator[tuple[str, bytes]]:
    """Everything that a role gets by looking."""
    for row in TABLE:
        if row.method == "GET" and letter in row.roles and row.route not in {"schema", "docs"}:
            answer: Any = call(user, "GET", row.path.format(**scene.names))
            content = b"".join(answer) if answer.streaming else answer.content
            yield str(row), content + str(sorted(answer.headers.items())).encode()


def test_a_reader_learns_nothing_of_whose_the_case_is(scene: Scene) -> None:
    number = scene.participant.number
    words = [number, *factory.CANARY_WORDS, "Chen Li", "Wang Fang", "Sun Qiang", "Letter"]
    for about, content in answers_to(scene.cast.reader, scene, "R"):
        assert [word for word in words if word.encode() in content] == [], about


@pytest.mark.parametrize("letter", ["A", "R"])
def test_two_worlds_look_the_same_to_a_blinded_role(letter: str, scene: Scene) -> None:
    """The arm, the severity and the surgical finding are others in the second world."""
    user = scene.user(LETTERS[letter])
    with transaction.atomic():
        first = dict(answers_to(user, scene, letter))
        transaction.set_rollback(True)
    with writing(TESTER):
        Enrolment.objects.update(arm="2d")
        FormEntry.objects.filter(form="severity").update(answers={"smc_grade": "I"})
        FormEntry.objects.filter(form="surgical_finding").update(answers={"operated": "no"})
        Participant.objects.update(affected_side="right")
    assert len(first) > 8
    assert dict(answers_to(user, scene, letter)) == first


def test_the_two_worlds_differ_for_who_may_see_them(scene: Scene) -> None:
    """Control: the comparison finds a difference where there is one."""
    user = scene.user(Role.INVESTIGATOR)
    first = dict(answers_to(user, scene, "I"))
    with writing(TESTER):
        Enrolment.objects.update(arm="2d")
    assert dict(answers_to(user, scene, "I")) != first


def test_the_other_reads_are_not_there(scene: Scene) -> None:
    other = Read.objects.get(reader=scene.cast.reader_two)
    for path in (
        f"reads/{other.reading_id}/",
        f"reads/{other.reading_id}/pictures/left/plain_mpr.png",
    ):
        assert call(scene.cast.reader, "GET", path).status_code == 404
    listed = [row["reading_id"] for row in got(scene.cast.reader, "reads/")]
    assert listed == [scene.names["read"]]


def test_a_read_and_a_third_read_keep_to_their_own_places(scene: Scene) -> None:
    for path in (f"reads/{scene.names['third']}/", f"adjudications/{scene.names['read']}/"):
        assert call(scene.cast.reader, "GET", path).status_code == 404


def test_the_arm_is_shown_to_who_may_see_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site may take the arm from the coordinator's sight by one line of the policy."""
    user, one = scene.cast.coordinator, f"participants/{scene.participant.number}/"
    assert got(user, one)["enrolment"]["arm"] == "3d"
    assert got(user, "participants/")["results"][0]["arm"] == "3d"
    monkeypatch.setitem(POLICY, Action.SEE_ARM, frozenset({Role.MONITOR}))
    assert got(user, one)["enrolment"] is None
    assert got(user, "participants/")["results"][0]["arm"] is None


def test_a_third_read_holds_nobody_elses_answers(scene: Scene) -> None:
    shown = got(scene.cast.reader, f"adjudications/{scene.names['third']}/")
    assert shown["answers"] == {}
    assert got(scene.cast.reader, f"reads/{scene.names['read']}/")["answers"] == factory.READ


def test_a_reader_sees_the_pictures_of_the_technique_alone(scene: Scene) -> None:
    """The case is read in CPR and MRVE, so its MPR is not there."""
    path = f"reads/{scene.names['read']}/"
    names = {row["name"] for row in got(scene.cast.reader, path)["pictures"]}
    assert names == {
        "plain_cpr_straightened.png",
        "plain_cpr_stretched.png",
        "plain_endoscopy.png",
    }
    for name in ("plain_mpr.png", "mpr.png", "endoscopy.png", "cpr_straightened.png"):
        assert call(scene.cast.reader, "GET", f"{path}pictures/left/{name}").status_code == 404
    picture = call(scene.cast.reader, "GET", f"{path}pictures/left/plain_endoscopy.png")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")


def test_a_coordinator_follows_no_measurement(scene: Scene) -> None:
    """Whoever may not see a result may not follow the work on it."""
    path = f"jobs/{scene.names['job']}/"
    assert got(scene.cast.coordinator, path)["state"] == "failed"
    measurement = f"measurements/{scene.names['measurement']}/"
    assert call(scene.cast.coordinator, "GET", measurement).status_code == 403


def test_an_identity_is_in_no_answer_but_its_own(scene: Scene) -> None:
    for letter, role in LETTERS.items():
        for about, content in answers_to(scene.user(role), scene, letter):
            found = [word for word in factory.CANARY_WORDS if word.encode() in content]
            assert found == [], (letter, about)
    path = f"participants/{scene.participant.number}/identity/"
    shown = call(scene.cast.monitor, "POST", path, {"reason": "Source verification"})
    assert shown.json()["name"] == factory.CANARY.name
