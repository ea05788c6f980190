"""The demo's data are cleaned: queries in each state, verification partly done, one frozen."""

from __future__ import annotations

import pytest

from enrollment.journey import State
from enrollment.models import Closure, Participant, Query, Verification
from enrollment.query_life import QueryState
from reports.demo import cleaning, stage, story
from reports.demo.people import PATIENTS, Patient
from studysite.core.acts import acting

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def told(patient: Patient, cast: story.Cast) -> Participant:
    """A patient as far as forms go; what scans and reads would do is taken as done."""
    participant = story.find_or_screen(patient, cast)
    story.take_in(patient, participant, cast)
    return participant


def test_the_demo_shows_queries_in_each_state_and_one_frozen_record() -> None:
    cast = stage.make_accounts()
    targets = {*cleaning.ASKED, cleaning.FROZEN, State.QUALITY_CHECKED}
    chosen = [patient for patient in PATIENTS if patient.target in targets]
    people = [(patient, told(patient, cast)) for patient in chosen]
    for _told_twice in range(2):
        for patient, participant in people:
            cleaning.clean(patient, participant, cast)
    assert set(Query.objects.values_list("state", flat=True)) == set(QueryState.values)
    assert Query.objects.filter(origin="automatic", state="answered").exists()
    assert Verification.objects.exists()
    frozen = Closure.objects.get()
    assert (frozen.level, frozen.participant) == (
        "frozen",
        next(row for patient, row in people if patient.target == cleaning.FROZEN),
    )


def test_the_locked_patient_leaves_no_query_open() -> None:
    cast = stage.make_accounts()
    patient = next(patient for patient in PATIENTS if patient.target is State.LOCKED)
    participant = told(patient, cast)
    with acting(cast.monitor, "test", subject=participant.number):
        cleaning.clean(patient, participant, cast)
    assert not participant.queries.exclude(state="closed").exists()
