"""A small fixed cast: one person a role, two sites, and a participant in any state.

Participants are made by the services, as the site makes them. A test that touches the database gets
both of them, the study's and the vault's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import pytest_django
from django.conf import settings
from django.test import TransactionTestCase
from django.utils import timezone, translation

from enrollment import vault
from enrollment.journey import WAY, State
from enrollment.models import Participant
from enrollment.protocol import in_force
from enrollment.protocol.loader import current
from enrollment.services import way
from enrollment.services.consent import record_consent
from enrollment.services.eligibility import confirm_eligibility, fail_screening, judge
from enrollment.services.enrolment import enrol, withdraw
from enrollment.services.forms import save_form
from enrollment.services.screening import screen
from imaging.models import ReaderTraining
from studysite.core.acts import acting
from studysite.core.models import Membership, Site, User
from studysite.core.roles import Role
from tests import audit

# Servers and migrated databases are made once for each test process: a fixture that a module
# imports for itself would be made anew for that module.
pytest_plugins = ["tests.postgres", "tests.redis_server", "tests.engines"]
Enter = Callable[..., Participant]
PASSWORD = "a long enough password"
SAFE = {
    "pacemaker": "no",
    "metal_implant": "no",
    "claustrophobia": "no",
    "pregnancy_test": "not_applicable",
    "weight_kg": 64.5,
}
HISTORY = {
    "handedness": "right",
    "hypertension": "no",
    "family_history": "no",
    "botulinum": "no",
    "carbamazepine": "yes",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Both databases for whoever asks for one and names none."""
    for item in items:
        if "db" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=["default", "vault"]))


@pytest.fixture(scope="session", autouse=True)
def _a_way_round_the_trail() -> None:
    """The trail's tables refuse to be emptied; a test that commits must leave them empty."""
    TransactionTestCase._fixture_teardown = audit.flush_behind_the_trail


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    keep_migrated: Callable[[], None],
) -> None:
    """Both test databases, which know the tester, and their first state in files."""
    with django_db_blocker.unblock():
        keep_migrated()
        for alias in ("default", "vault"):
            audit.introduce(alias)


@pytest.fixture(autouse=True)
def _tester() -> Iterator[None]:
    """Whatever a test writes by hand is the tester's."""
    token = audit.name_the_tester()
    yield
    audit.forget_the_tester(token)


def person(site: Site, role: Role, name: str) -> User:
    """Somebody with one role; a reader is trained."""
    user = User.objects.create_user(
        name, password=PASSWORD, printed_name=name.replace("_", " ").title()
    )
    Membership.objects.create(user=user, site=site, role=role)
    if role is Role.READER:
        trained(user)
    return user


def trained(reader: User) -> User:
    """A reader who has read the training cases."""
    ReaderTraining.objects.create(reader=reader, at=timezone.now())
    return reader


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A page in Chinese leaves its language to the thread: each test begins in English."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _first_version_of_the_protocol(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that has no database has no release either: the first version is in force."""
    if request.node.get_closest_marker("django_db"):
        yield
        return
    with in_force.known({settings.PROTOCOL: None}):
        yield


@pytest.fixture
def site(db: None) -> Site:
    return Site.objects.create(code="XA", name="First Affiliated Hospital")


@pytest.fixture
def other_site(db: None) -> Site:
    return Site.objects.create(code="PK", name="Another Hospital")


@pytest.fixture
def coordinator(site: Site) -> User:
    return person(site, Role.COORDINATOR, "coordinator")


@pytest.fixture
def investigator(site: Site) -> User:
    return person(site, Role.INVESTIGATOR, "investigator")


@pytest.fixture
def reader(site: Site) -> User:
    return person(site, Role.READER, "reader")


@pytest.fixture
def reader_two(site: Site) -> User:
    return person(site, Role.READER, "reader_two")


@pytest.fixture
def reader_three(site: Site) -> User:
    return person(site, Role.READER, "reader_three")


@pytest.fixture
def analyst(site: Site) -> User:
    return person(site, Role.ANALYST, "analyst")


@pytest.fixture
def monitor(site: Site) -> User:
    return person(site, Role.MONITOR, "monitor")


@pytest.fixture
def data_manager(site: Site) -> User:
    return person(site, Role.DATA_MANAGER, "data_manager")


@pytest.fixture
def administrator(site: Site) -> User:
    return person(site, Role.ADMINISTRATOR, "administrator")


@pytest.fixture
def stranger(other_site: Site) -> User:
    """The coordinator of the other site."""
    return person(other_site, Role.COORDINATOR, "stranger")


@pytest.fixture
def enter(site: Site, coordinator: User, investigator: User) -> Enter:
    """Bring somebody new as far as a state: `enter(State.ENROLLED, arm="3d")`."""
    count = 0

    def bring(
        state: State = State.SCREENED, *, arm: str = "2d", **screening: object
    ) -> Participant:
        nonlocal count
        count += 1
        row = screened(coordinator, site, count, **screening)
        walk(row, state, coordinator, investigator, arm)
        row.refresh_from_db()
        return row

    return bring


def screened(by: User, site: Site, count: int, **values: object) -> Participant:
    """A new participant, eligible as far as screening goes."""
    known = vault.Person(f"Zhang San {count}", f"H{count:06d}", date(1980, 5, 17))
    details: dict[str, object] = {
        "person": known,
        "sex": "female",
        "affected_side": "left",
        "onset": "2019-03",
        "screened_on": timezone.localdate(),
    }
    return screen(by=by, site=site, **(details | values))  # type: ignore[arg-type]


def walk(row: Participant, state: State, coordinator: User, investigator: User, arm: str) -> None:
    """From screened to a state, each step by whoever takes it."""
    if state is State.SCREENED:
        return
    consent_to(row, coordinator)
    if state is State.CONSENTED:
        return
    if state is State.SCREEN_FAILED:
        judge(by=investigator, participant=row, criterion="I1", verdict="not_met", evidence="Tic.")
        fail_screening(by=investigator, participant=row)
        return
    if state is State.WITHDRAWN:
        leave(row, coordinator, "withdrawn")
        return
    make_eligible(row, coordinator, investigator)
    if state is State.ELIGIBLE:
        return
    enrol(by=coordinator, participant=row, arm=arm, reason="Scanner time on that day.")
    if state is State.LOST:
        leave(row, coordinator, "lost")
        return
    for there in WAY[WAY.index(State.ENROLLED) + 1 : WAY.index(state) + 1]:
        with acting(investigator, f"test_{there.value}", subject=row.number):
            way.step(way.hold(row), there)
            row.refresh_from_db()


def consent_to(row: Participant, by: User) -> None:
    """Sign the newest consent form today."""
    document = current().current_consent(timezone.localdate())
    assert document is not None
    record_consent(
        by=by,
        participant=row,
        document_version=document.version,
        language="zh-hans",
        signed_on=timezone.localdate(),
    )


def make_eligible(row: Participant, coordinator: User, investigator: User) -> None:
    """Every form and every verdict that eligibility rests on, and the decision."""
    for form, answers in (("mri_safety", SAFE), ("demographics", HISTORY)):
        save_form(
            by=coordinator,
            participant=row,
            form=form,
            visit="screening",
            answers=answers,
            seen_revision=0,
            submit=True,
        )
    for criterion in current().criteria:
        if criterion.judged_by_person:
            judge(
                by=investigator,
                participant=row,
                criterion=criterion.key,
                verdict="not_met" if criterion.excludes else "met",
                evidence="Neurology letter.",
            )
    confirm_eligibility(by=investigator, participant=row)


def leave(row: Participant, by: User, kind: str) -> None:
    """End somebody's part in the study."""
    withdraw(
        by=by,
        participant=row,
        kind=kind,
        on=timezone.localdate(),
        decided_by="participant",
        data_may_stay=True,
        reason="Moved away.",
    )


def days_ago(days: int) -> date:
    """A day before today, at the site."""
    return timezone.localdate() - timedelta(days=days)
