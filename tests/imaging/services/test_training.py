"""Training: simulated cases come before the first real one, and tell what was right."""

from __future__ import annotations

import pytest
from django.utils import timezone

from imaging.models import Measurement, Read, ReaderTraining, Series, TrainingCase
from imaging.nerve.phantom import simulate
from imaging.services.cases import cases_of, lock_case, open_case, prepare
from imaging.services.readers import assign_waiting
from imaging.services.reading import lock_read
from imaging.services.training import NotTrained, feedback, waive_training
from imaging.services.training_set import make_training_set, perform
from imaging.training_truth import right_answers
from studysite.core import jobs
from studysite.core.errors import Conflict, Invalid, NotThere
from studysite.core.models import Job, JobState, Site, User
from studysite.core.roles import Role
from tests.conftest import PASSWORD, person, trained
from tests.imaging.conftest import Measure
from tests.imaging.results import answers

TRUTH = {
    "left_contact": "yes",
    "left_perpendicular": "yes",
    "left_deviation": "yes",
    "left_indentation": "yes",
    "left_nvc": "yes",
    "right_contact": "no",
    "right_nvc": "no",
}


@pytest.fixture
def manager(site: Site) -> User:
    return person(site, Role.DATA_MANAGER, "manager")


@pytest.fixture
def novice(reader: User) -> User:
    """A reader who has not read the training cases."""
    ReaderTraining.objects.filter(reader=reader).delete()
    return User.objects.get(pk=reader.pk)


@pytest.fixture
def training_set(db: None) -> list[TrainingCase]:
    """Two cases that are ready."""
    return [
        TrainingCase.objects.create(
            number=number,
            scenario="indented",
            seed=number,
            techniques=["mpr"],
            truth=TRUTH,
            ready_at="2026-01-01T00:00Z",
        )
        for number in (1, 2)
    ]


def finish(reader: User, number: int = 0, **changes: str) -> None:
    reader = User.objects.get(pk=reader.pk)
    lock_case(by=reader, case=cases_of(by=reader)[number], answers=answers(**changes))


@pytest.mark.parametrize(
    ("scenario", "left"),
    [
        ("indented", {"contact": "yes", "deviation": "yes", "indentation": "yes", "nvc": "yes"}),
        ("touching", {"contact": "yes", "deviation": "no", "indentation": "no", "nvc": "no"}),
        ("near-vein", {"contact": "no", "nvc": "no"}),
        ("head", {"contact": "yes", "perpendicular": "yes", "indentation": "yes", "nvc": "yes"}),
        ("arc", {"contact": "no", "nvc": "no"}),
    ],
)
def test_the_right_answers_come_from_the_simulation(scenario: str, left: dict[str, str]) -> None:
    found = right_answers(simulate(scenario, seed=3, affected="left").truth)
    assert {name: found.get(f"left_{name}") for name in left} == left
    assert (found["right_contact"], found["right_nvc"]) == ("no", "no")


def test_a_novice_has_the_training_cases_and_no_other(
    measured: Measurement, novice: User, training_set: list[TrainingCase]
) -> None:
    prepare(by=novice)
    assert [case.training for case in cases_of(by=novice)] == [True, True]
    assert Read.objects.filter(reader=novice).exists()


def test_no_case_is_given_to_a_novice_and_some_are_after_training(
    accepted: Series, measure: Measure, novice: User, reader_two: User
) -> None:
    measure(accepted)
    assert [read.reader for read in Read.objects.all()] == [reader_two]
    trained(novice)
    assert assign_waiting() == 1
    assert {read.reader for read in Read.objects.all()} == {reader_two, novice}


def test_a_real_case_is_refused_until_they_are_read(measured: Measurement, novice: User) -> None:
    read = Read.objects.get(reader=novice)
    with pytest.raises(NotTrained, match="training cases first"):
        lock_read(by=novice, read=read, answers=answers(), password=PASSWORD)


def test_after_the_last_one_the_real_cases_are_there(
    measured: Measurement, novice: User, training_set: list[TrainingCase]
) -> None:
    prepare(by=novice)
    finish(novice)
    assert not ReaderTraining.objects.filter(reader=novice).exists()
    finish(novice)
    trained = User.objects.get(pk=novice.pk)
    open_ones = [case for case in cases_of(by=trained) if case.locked_at is None]
    assert [case.training for case in open_ones] == [False]
    open_case(by=trained, case=open_ones[0])


def test_each_answer_is_told_right_or_wrong(novice: User, training_set: list[TrainingCase]) -> None:
    prepare(by=novice)
    finish(novice, left_deviation="no")
    told = feedback(novice.training_reads.exclude(at=None).get())
    assert len(told) == len(TRUTH)
    assert [line.question for line in told if not line.same] == ["Left: nerve deviated at the REZ"]


def test_training_is_waived_with_a_reason_and_once(novice: User, manager: User) -> None:
    with pytest.raises(Invalid, match="no training"):
        waive_training(by=manager, reader=novice, reason=" ")
    waive_training(by=manager, reader=novice, reason="Read 200 cases for another trial.")
    with pytest.raises(Conflict):
        waive_training(by=manager, reader=User.objects.get(pk=novice.pk), reason="Again")


def test_nobody_waives_for_another_sites_reader(other_site: Site, manager: User) -> None:
    stranger = person(other_site, Role.READER, "stranger")
    ReaderTraining.objects.all().delete()
    with pytest.raises(NotThere):
        waive_training(by=manager, reader=stranger, reason="Trained")


def test_the_set_is_asked_for_once_and_a_failed_case_again(manager: User) -> None:
    assert [case.number for case in make_training_set(by=manager)] == [1, 2]
    assert {tuple(case.techniques) for case in TrainingCase.objects.all()} == {
        ("mpr",),
        ("cpr", "mrve"),
    }
    with pytest.raises(Conflict):
        make_training_set(by=manager)
    Job.objects.filter(target=str(TrainingCase.objects.get(number=2).pk)).update(
        state=JobState.FAILED, finished_at=timezone.now()
    )
    assert [case.number for case in make_training_set(by=manager)] == [2]


def test_the_worker_makes_a_case_with_pictures_and_truth(manager: User) -> None:
    case = make_training_set(by=manager)[0]
    assert case.job is not None
    held = jobs.claim(case.job.pk)
    assert held is not None
    perform(held)
    case.refresh_from_db()
    assert case.ready_at is not None
    assert case.truth == TRUTH
    assert {"plain_mpr.png", "plain_endoscopy.png"} <= set(case.pictures["left"])
    # The angiogram that told artery from vein is there to be laid over the scan.
    assert set(case.parts["both"]) == {"coarse.part", "volume.part", "tof.part"}
