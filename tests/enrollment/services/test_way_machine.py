"""The participant's way by any sequence of acts, against a second telling of its rules: what is
legal is done, what is not is refused, changes nothing and is on record."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from enrollment.journey import State
from enrollment.models import ArmCount, Enrolment, Participant
from enrollment.services import way
from enrollment.services.eligibility import confirm_eligibility, fail_screening, judge
from enrollment.services.enrolment import enrol
from enrollment.services.forms import save_form, settle_surgical_step
from studysite.core.acts import acting
from studysite.core.errors import StudyError
from studysite.core.models import Act, Site, User
from tests import conftest as cast
from tests.reports.answers import FINDING

ENDED = {"screen_failed", "withdrawn", "lost", "locked"}
BEFORE = {"screened", "consented", "eligible"}
# Steps of the scans, the measurement, the reads, signing and locking, as the protocol tells them.
LATER = {
    ("enrolled", "scanned"), ("scanned", "quality_checked"), ("quality_checked", "measured"),
    ("measured", "read"), ("read", "adjudicated"), ("surgery_recorded", "signed"),
    ("signed", "locked"), ("scanned", "enrolled"), ("quality_checked", "enrolled"),
}  # fmt: skip
EARLIER = {
    ("screened", "consented"), ("consented", "eligible"), ("eligible", "enrolled"),
    ("adjudicated", "surgery_recorded"),
}  # fmt: skip
STEPPED = sorted({there for _here, there in LATER})
STARTS = [
    State.SCREENED,
    State.CONSENTED,
    State.ELIGIBLE,
    State.ENROLLED,
    State.SCANNED,
    State.MEASURED,
    State.ADJUDICATED,
]


class Way(RuleBasedStateMachine):
    """One participant, whatever is tried with them."""

    people: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.blocks = [transaction.atomic(), transaction.atomic("vault")]
        for block in self.blocks:
            block.__enter__()
        self.row: Participant
        self.state, self.failed, self.found, self.refused = "screened", False, False, 0

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: State) -> None:
        """Somebody new, brought as far as a state."""
        who = self.people
        self.row = cast.screened(who["coordinator"], who["site"], 1)
        cast.walk(self.row, start, who["coordinator"], who["investigator"], "2d")
        self.state = start.value

    def tries(self, legal: bool, there: str, act: Callable[[], object]) -> None:
        """Do it; it comes about where it is legal, and is refused where it is not."""
        before = self.rows()
        try:
            act()
        except StudyError:
            assert not legal, f"{there} was refused in {self.state}"
            self.refused += 1
            assert self.rows() == before
        else:
            assert legal, f"{there} came about in {self.state}"
            self.state = there

    def rows(self) -> tuple[object, ...]:
        """What a refused act must leave as it was."""
        row = Participant.objects.get(pk=self.row.pk)
        steps = list(row.steps.values_list("state", flat=True))
        counted = list(row.entries.values_list("form", "revision"))
        return row.state, steps, counted, row.consents.count(), row.judgements.count()

    @rule()
    def consents(self) -> None:
        """A consent is signed once, and is the first step."""
        act = lambda: cast.consent_to(self.row, self.people["coordinator"])  # noqa: E731
        self.tries(self.state == "screened", "consented", act)

    @rule()
    def is_made_eligible(self) -> None:
        """Forms, verdicts and the decision, all or nothing."""
        who = self.people

        def act() -> None:
            with acting(who["investigator"], "test_all", subject=self.row.number):
                self.row.refresh_from_db()
                cast.make_eligible(self.row, who["coordinator"], who["investigator"])

            self.failed = False

        if self.state != "consented" or not self.row.entries.exists():
            self.tries(self.state == "consented", "eligible", act)

    @rule()
    def is_confirmed(self) -> None:
        """Nobody is eligible by the decision alone."""
        act = lambda: confirm_eligibility(by=self.people["investigator"], participant=self.row)  # noqa: E731
        self.tries(False, "eligible", act)

    @rule()
    def a_criterion_fails(self) -> None:
        """A verdict is taken until eligibility is decided."""

        def act() -> None:
            judge(
                by=self.people["investigator"],
                participant=self.row,
                criterion="I1",
                verdict="not_met",
                evidence="A tic.",
            )
            self.failed = True

        legal = self.state in {"screened", "consented"}
        self.tries(legal, self.state, act)

    @rule(reason=st.sampled_from(["", "Left the clinic."]))
    def screening_fails(self, reason: str) -> None:
        """With a criterion that failed, or with a reason; before enrolment."""
        act = lambda: fail_screening(  # noqa: E731
            by=self.people["investigator"], participant=self.row, reason=reason
        )
        legal = self.state in BEFORE and (self.failed or bool(reason))
        self.tries(legal, "screen_failed", act)

    @rule(arm=st.sampled_from(["2d", "3d", "4d"]))
    def is_enrolled(self, arm: str) -> None:
        """Once, when eligible, into an arm that there is."""
        act = lambda: enrol(  # noqa: E731
            by=self.people["coordinator"], participant=self.row, arm=arm, reason="Next place."
        )
        self.tries(self.state == "eligible" and arm != "4d", "enrolled", act)

    @rule(kind=st.sampled_from(["withdrawn", "lost"]))
    def leaves(self, kind: str) -> None:
        """At any time before the lock; only who was enrolled is lost."""
        act = lambda: cast.leave(self.row, self.people["coordinator"], kind)  # noqa: E731
        legal = self.state not in ENDED and (kind == "withdrawn" or self.state not in BEFORE)
        self.tries(legal, kind, act)

    @rule()
    def steps_aside(self) -> None:
        """Every step that the way does not have from here."""
        for there in STEPPED:
            if (self.state, there) not in LATER:
                self.steps_to(there)

    @rule(there=st.sampled_from(STEPPED))
    def steps(self, there: str) -> None:
        """Scans, reads, signatures: only along the way, one step at a time."""
        self.steps_to(there)

    def steps_to(self, there: str) -> None:
        """Try a step that no service of enrolment takes."""
        if (self.state, there) == ("eligible", "enrolled"):
            return

        def act() -> None:
            with acting(self.people["investigator"], f"test_{there}", subject=self.row.number):
                row = way.hold(self.row)
                way.step(row, State(there))
                settle_surgical_step(row)

        legal = (self.state, there) in LATER
        comes_to = "surgery_recorded" if there == "adjudicated" and self.found else there
        self.tries(legal, comes_to, act)

    @rule()
    def is_operated(self) -> None:
        """The finding is entered once there is a visit for it; the step waits for the reads."""

        def act() -> None:
            save_form(
                by=self.people["investigator"],
                participant=self.row,
                form="surgical_finding",
                visit="surgery",
                answers=FINDING | {"operated_on": timezone.localdate().isoformat()},
                seen_revision=0,
                submit=True,
            )
            self.found = True

        legal = self.state not in ENDED | BEFORE and not self.found
        there = "surgery_recorded" if self.state == "adjudicated" else self.state
        self.tries(legal, there, act)

    @invariant()
    def the_record_is_where_it_should_be(self) -> None:
        """The state is the one told, and the steps lead there along the way."""
        if not hasattr(self, "row"):
            return
        row = Participant.objects.get(pk=self.row.pk)
        assert row.state == self.state
        taken = list(row.steps.values_list("state", flat=True))
        assert taken[0] == "screened"
        assert taken[-1] == self.state
        for here, there in pairwise(taken):
            leaves = there in ENDED - {"locked"} and here not in ENDED
            assert (here, there) in LATER | EARLIER or leaves, (here, there)

    @invariant()
    def a_place_belongs_to_who_was_enrolled(self) -> None:
        """One place in one arm, and the arms count as many as there are."""
        if not hasattr(self, "row"):
            return
        enrolled = self.row.steps.filter(state="enrolled").exists()
        assert Enrolment.objects.filter(participant=self.row).count() == enrolled
        assert sum(ArmCount.objects.values_list("enrolled", flat=True)) == enrolled

    @invariant()
    def whatever_was_refused_is_on_record(self) -> None:
        """Each refusal, with the rule it broke."""
        if not hasattr(self, "row"):
            return
        refused = Act.objects.filter(subject=self.row.number, outcome="refused")
        assert refused.exclude(code="").count() == self.refused

    def teardown(self) -> None:
        """Everything is undone."""
        for alias, block in zip(("vault", "default"), reversed(self.blocks), strict=True):
            transaction.set_rollback(True, using=alias)
            block.__exit__(None, None, None)


@pytest.mark.django_db(databases=["default", "vault"])
def test_any_sequence_of_acts_keeps_to_the_way(
    site: Site, coordinator: User, investigator: User
) -> None:
    Way.people = {"site": site, "coordinator": coordinator, "investigator": investigator}
    run_state_machine_as_test(
        Way,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
