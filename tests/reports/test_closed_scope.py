"""No service writes into what is frozen or locked: every one there is is in one of these tables."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.utils import timezone

import enrollment.services
import imaging.services
import reports.services
from enrollment import vault
from enrollment.models import Closure, ExpectedScan, FormEntry, Query
from enrollment.models.closing import Level, Scope
from enrollment.places import of_item, of_visit
from enrollment.services import (
    calendar,
    consent,
    drafts,
    eligibility,
    enrolment,
    forms,
    queries,
    screening,
    verification,
)
from imaging.models import Held, Intake, Series
from imaging.services import (
    expected,
    intake,
    matching,
    quality,
    quarantine,
    retrying,
)
from reports.services import signing
from studysite.core.errors import StudyError
from studysite.core.models import Job, JobState
from tests.api import scene
from tests.reports import factory
from tests.reports.documents import DOCUMENTS
from tests.reports.locks import LOCKS
from tests.reports.measuring import MEASURING
from tests.reports.reading import READING

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
TODAY = timezone.localdate()
Call = Callable[[scene.Scene], object]


def _series(of: scene.Scene) -> Series:
    return Series.objects.get(participant=of.participant, sequence="t2_3d")


def _severity(of: scene.Scene) -> FormEntry:
    return FormEntry.objects.get(participant=of.participant, form="severity")


# Data: refused where it is frozen, and where it is locked.
DATA: dict[str, Call] = {
    "enrollment.services.calendar.add_unscheduled": lambda of: calendar.add_unscheduled(
        by=of.cast.coordinator, participant=of.participant, on=TODAY, reason="x"
    ),
    "enrollment.services.calendar.record_visit_not_done": lambda of: calendar.record_visit_not_done(
        by=of.cast.coordinator, visit=of.participant.visits.get(key="baseline"), reason="x"
    ),
    "enrollment.services.drafts.undo_draft": lambda of: drafts.undo_draft(
        by=of.cast.coordinator, entry=_severity(of), seen_revision=1
    ),
    "enrollment.services.drafts.move_to_version": lambda of: drafts.move_to_version(
        by=of.cast.coordinator, entry=_severity(of), seen_revision=1, reason="x"
    ),
    "enrollment.services.consent.record_consent": lambda of: consent.record_consent(
        by=of.cast.coordinator, participant=of.participant, document_version="", language="",
        signed_on=TODAY,
    ),
    "enrollment.services.eligibility.judge": lambda of: eligibility.judge(
        by=of.cast.investigator, participant=of.participant, criterion="I1", verdict="met",
        evidence="x",
    ),
    "enrollment.services.eligibility.confirm_eligibility": lambda of: (
        eligibility.confirm_eligibility(by=of.cast.investigator, participant=of.participant)
    ),
    "enrollment.services.eligibility.fail_screening": lambda of: eligibility.fail_screening(
        by=of.cast.investigator, participant=of.participant
    ),
    "enrollment.services.enrolment.enrol": lambda of: enrolment.enrol(
        by=of.cast.coordinator, participant=of.participant, arm="2d", reason="x"
    ),
    "enrollment.services.enrolment.withdraw": lambda of: enrolment.withdraw(
        by=of.cast.coordinator, participant=of.participant, kind="lost", on=TODAY,
        decided_by="investigator", data_may_stay=True, reason="x",
    ),
    "enrollment.services.forms.save_form": lambda of: forms.save_form(
        by=of.cast.coordinator, participant=of.participant, form="severity", visit="baseline",
        answers={}, seen_revision=1, submit=True, reason="x",
    ),
    "imaging.services.expected.record_not_done": lambda of: expected.record_not_done(
        by=of.cast.coordinator, scan=_series(of).scan, reason="x"
    ),
    "imaging.services.intake.open_intake": lambda of: intake.open_intake(
        by=of.cast.coordinator, door="upload", participant=of.participant
    ),
    **MEASURING,
    "imaging.services.quality.check_quality": lambda of: quality.check_quality(
        by=of.cast.analyst, series=_series(of), verdict="accepted", score=4, remarks=""
    ),
    "imaging.services.quarantine.match_held": lambda of: quarantine.match_held(
        by=of.cast.coordinator, held=Held.objects.get(), participant=of.participant, reason="x"
    ),
    **READING,
    "imaging.services.retrying.retry": lambda of: retrying.retry(
        by=of.cast.coordinator, job=Job.objects.get(kind="intake"), site=of.cast.site
    ),
}  # fmt: skip
# About the data: goes on while they are frozen, ends when they are locked.
RECORD: dict[str, Call] = {
    "enrollment.services.verification.verify": lambda of: verification.verify(
        by=of.cast.monitor, participant=of.participant, place=of_visit("baseline")
    ),
    "enrollment.services.verification.unverify": lambda of: verification.unverify(
        by=of.cast.monitor, participant=of.participant,
        place=of_item("baseline", "severity", "smc_grade"), reason="x",
    ),
    "enrollment.services.queries.open_query": lambda of: queries.open_query(
        by=of.cast.monitor, participant=of.participant, place=of_visit("baseline"), text="x"
    ),
    "enrollment.services.queries.answer_query": lambda of: queries.answer_query(
        by=of.cast.coordinator, query=Query.objects.get(pk=of.names["query"]), text="x"
    ),
    "enrollment.services.queries.close_query": lambda of: queries.close_query(
        by=of.cast.monitor, query=Query.objects.get(pk=of.names["query"]), text="x"
    ),
    "enrollment.services.queries.reopen_query": lambda of: queries.reopen_query(
        by=of.cast.monitor, query=Query.objects.get(pk=of.names["query"]), text="x"
    ),
    "enrollment.services.queries.assign_query": lambda of: queries.assign_query(
        by=of.cast.monitor, query=Query.objects.get(pk=of.names["query"]),
        assigned_role="coordinator",
    ),
    "reports.services.signing.sign_case": lambda of: signing.sign_case(
        by=of.cast.investigator, participant=of.participant, password=factory.PASSWORD,
        meaning="Reviewed",
    ),
}  # fmt: skip
STUDY: dict[str, Call] = {
    "enrollment.services.screening.screen": lambda of: screening.screen(
        by=of.cast.coordinator, site=of.cast.site, person=vault.Person("", "", None), sex="",
        affected_side="", onset="", screened_on=TODAY,
    ),
}  # fmt: skip
NODES = ("peers.add_peer", "peers.set_peer_active", "archives.set_destination", "archives.call")
SENDS = ("sending.send_scan", "sending.send_again")
WRITES_NO_DATA = {
    **{f"imaging.services.{name}": "who sends or takes copies" for name in (*NODES, *SENDS)},
    **DOCUMENTS,
    **LOCKS,
    "enrollment.services.allocation.seal_list": "before anybody is enrolled",
    "enrollment.services.freezing.freeze": "closes",
    "enrollment.services.freezing.unfreeze": "opens",
    "enrollment.services.history.check_sheet": "taken back whole",
    "enrollment.services.history.import_sheet": "each row by save_form, which is refused",
    "enrollment.services.identity.see_identity": "a look",
    "enrollment.services.identity.erase_identity": "the vault's; a right of the person",
    "enrollment.services.identity.rotate_vault_key": "the vault's",
    "enrollment.services.releases.release_protocol": "the protocol's; data stay as captured",
    "reports.services.crf.form_as_pdf": "a look",
    "enrollment.services.trail.export_trail": "a look, which is recorded",
    "enrollment.services.trail.record_review": "that somebody looked",
    "enrollment.services.unblinding.unblind": "an emergency waits for no unlocking",
    "imaging.services.intake.close_intake": "a job matches what arrived and asks the guard",
    "imaging.services.receiving.close_received": "a job matches what arrived and asks the guard",
    "imaging.services.training.finish_training": "a simulated case",
    "imaging.services.training.save_training": "a simulated case",
    "imaging.services.training.waive_training": "about a reader, not the data",
    "imaging.services.training_set.make_training_set": "simulated cases",
    "imaging.services.quarantine.refuse_held": "the files never became a participant's",
    "reports.services.case_summary.ask_case_summary": "a document of what is there",
    "reports.services.case_summary.open_document": "a look",
    "reports.services.exports.ask_export": "a file of what is there",
    "reports.services.exports.open_export": "a file of what is there",
}


def services() -> Iterator[str]:
    """Every service of the apps, by its full name."""
    for package in (enrollment.services, imaging.services, reports.services):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if hasattr(value, "action") and value.__module__ == found.name:
                    yield f"{found.name}.{name}"


def test_every_service_is_in_one_of_the_tables() -> None:
    assert sorted(services()) == sorted([*DATA, *RECORD, *STUDY, *WRITES_NO_DATA])


@dataclass(frozen=True)
class Closing:
    """A way in which the scene's participant is closed."""

    level: Level
    scope: Scope

    def put_on(self, of: scene.Scene) -> None:
        whole = self.scope is Scope.STUDY
        Closure.objects.create(
            level=self.level,
            scope=self.scope,
            participant=None if whole else of.participant,
            visit="baseline" if self.scope is Scope.VISIT else "",
            reason="Cleaning",
            by=of.cast.data_manager,
            dataset_sha256="0" * 64 if whole else "",
        )


WIDE = [Closing(level, scope) for level in Level for scope in (Scope.STUDY, Scope.PARTICIPANT)]


def code_of(call: Call, of: scene.Scene) -> str:
    """The code of the refusal; nothing where the service went through."""
    try:
        call(of)
    except StudyError as refusal:
        return refusal.code
    return ""


@pytest.fixture
def of() -> scene.Scene:
    """A case with a job that failed and that its maker may try again."""
    built = scene.build()
    assert Job.objects.get(kind="intake").state == JobState.FAILED
    return built


def test_nothing_refuses_as_long_as_nothing_is_closed(of: scene.Scene) -> None:
    for name, call in {**DATA, **RECORD, **STUDY}.items():
        assert code_of(call, of) != "closed", name


@pytest.mark.parametrize("closing", WIDE, ids=str)
def test_a_closed_record_refuses_every_service_that_writes(
    closing: Closing, of: scene.Scene
) -> None:
    closing.put_on(of)
    refused = dict(DATA)
    if closing.level is Level.LOCKED:
        refused |= RECORD
    if closing.scope is Scope.STUDY:
        refused |= STUDY
    for name, call in refused.items():
        assert code_of(call, of) == "closed", name
    for name, call in {**RECORD, **STUDY}.items():
        assert (code_of(call, of) == "closed") == (name in refused), name


@pytest.mark.parametrize("level", Level)
def test_a_closed_visit_refuses_what_belongs_to_it_and_nothing_else(
    level: Level, of: scene.Scene
) -> None:
    Closing(level, Scope.VISIT).put_on(of)
    of_the_visit = ("save_form", "record_not_done", "ask_measurement", "check_quality")
    of_the_visit += ("record_visit_not_done", "undo_draft", "move_to_version", "ask_suggestion")
    of_the_visit += ("correct_contours",)
    for name, call in DATA.items():
        assert (code_of(call, of) == "closed") == name.endswith(of_the_visit), name


def test_a_scan_that_arrives_for_a_closed_record_waits(of: scene.Scene) -> None:
    assert not isinstance(matching._ready(of.participant), matching.Waits)
    Closing(Level.FROZEN, Scope.PARTICIPANT).put_on(of)
    waits = matching._ready(of.participant)
    assert isinstance(waits, matching.Waits)
    assert waits.code == "closed"


def test_the_scene_has_what_the_table_names(of: scene.Scene) -> None:
    assert all((Held.objects.get(), Intake.objects.get(), ExpectedScan.objects.first()))
