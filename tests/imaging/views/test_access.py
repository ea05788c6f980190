"""Who may open which page: every role, every page, both sites."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from imaging.models import Dispatch, Held, Intake, Measurement, Peer, Read
from imaging.models.intake import Door
from imaging.services import standard_objects
from imaging.urls import urlpatterns
from studysite.core.models import Site, User
from studysite.core.roles import POLICY, Action, Role
from tests.conftest import person

# URL name: what it needs, the method, and whether it is about one record of a site.
PAGES = {
    "board": (Action.SEE_SCANS, "get", False),
    "upload": (Action.UPLOAD_SCAN, "get", False),
    "participant_scans": (Action.SEE_SCANS, "get", True),
    "scan_not_done": (Action.UPLOAD_SCAN, "get", True),
    "peers": (Action.MANAGE_PEERS, "get", False),
    "add_peer": (Action.MANAGE_PEERS, "get", False),
    "peer": (Action.MANAGE_PEERS, "get", True),
    "destination": (Action.MANAGE_PEERS, "post", True),
    "call_peer": (Action.MANAGE_PEERS, "post", True),
    "sending": (Action.SEND_SCANS, "get", True),
    "send_again": (Action.SEND_SCANS, "post", True),
    "open": (Action.UPLOAD_SCAN, "post", False),
    "arrival": (Action.UPLOAD_SCAN, "get", True),
    "piece": (Action.UPLOAD_SCAN, "post", True),
    "close": (Action.UPLOAD_SCAN, "post", True),
    "retry_arrival": (Action.UPLOAD_SCAN, "post", True),
    "held_list": (Action.SEE_SCANS, "get", False),
    "held": (Action.SEE_SCANS, "get", True),
    "match_held": (Action.SETTLE_HELD_SCAN, "post", True),
    "refuse_held": (Action.SETTLE_HELD_SCAN, "post", True),
    "series": (Action.SEE_SCANS, "get", True),
    "check_quality": (Action.CHECK_QUALITY, "post", True),
    "measure": (Action.MEASURE, "post", True),
    "suggest": (Action.MEASURE, "post", True),
    "suggestion": (Action.MEASURE, "get", True),
    "slice": (Action.SEE_IMAGES, "get", True),
    "measurement": (Action.SEE_MEASUREMENTS, "get", True),
    "objects": (Action.SEE_IMAGES, "get", True),
    "retry_measurement": (Action.RETRY_JOB, "post", True),
    "profile": (Action.SEE_MEASUREMENTS, "get", True),
    "measured_picture": (Action.SEE_MEASUREMENTS, "get", True),
    "viewer": (Action.SEE_IMAGES, "get", True),
    "measured_part": (Action.SEE_IMAGES, "get", True),
    "cases": (Action.READ_CASE, "get", False),
    "case": (Action.READ_CASE, "get", True),
    "read_picture": (Action.READ_CASE, "get", True),
    "read_part": (Action.READ_CASE, "get", True),
    "bench": (Action.MEASURE, "get", True),
    "series_part": (Action.SEE_IMAGES, "get", True),
    "compare": (Action.SEE_MEASUREMENTS, "get", True),
    "compared_profiles": (Action.SEE_MEASUREMENTS, "get", True),
    "keep_key_image": (Action.READ_CASE, "post", True),
    "key_picture": (Action.READ_CASE, "get", True),
    "remove_key_image": (Action.READ_CASE, "post", True),
}
# A case is one reader's: at the same site another reader does not find it either.
MINE_ALONE = {"case", "read_picture", "read_part"}
MINE_ALONE |= {"keep_key_image", "key_picture", "remove_key_image"}
# Answered before the action's own rule: a coordinator retries jobs, but knows no measurement.
NARROWER = {"retry_measurement": Action.SEE_MEASUREMENTS}
PASSED = {200, 201, 302, 409, 422}
Address = Callable[[str], str]


@pytest.fixture
def address(
    measured: Measurement, site: Site, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> Address:
    """The page of that name about a record of the first site."""
    # The made-up pictures are no images of which captures could be made.
    monkeypatch.setattr(standard_objects, "pictures_of", lambda measurement: [])
    intake = Intake.objects.create(site=site, door=Door.UPLOAD, by=coordinator)
    held = Held.objects.create(
        intake=intake, key="k", code="not_mr", reason="No MR.", modality="CT", files_count=1
    )
    peer = Peer.objects.create(site=site, name="MR 1", ae_title="MR1", network="127.0.0.1")
    sent = Dispatch.objects.create(peer=peer, series=measured.series, by=coordinator)
    reading_id = Read.objects.all()[0].reading_id
    series = measured.series
    of: dict[str, list[object]] = {
        "participant_scans": [series.participant.number],
        "scan_not_done": [series.scan_id],
        **{name: [peer.pk] for name in ("peer", "destination", "call_peer")},
        "sending": [measured.series_id],
        "send_again": [sent.pk],
        "series": [series.pk],
        "check_quality": [series.pk],
        "measure": [series.pk],
        "suggest": [series.pk],
        "suggestion": [series.pk],
        "slice": [series.pk, "axial", 0],
        "measurement": [measured.pk],
        "objects": [measured.pk],
        "retry_measurement": [measured.pk],
        "profile": [measured.pk],
        "measured_picture": [measured.pk, "left", "mpr.png"],
        "viewer": [measured.pk],
        "measured_part": [measured.pk, "both", "volume.part"],
        "case": [reading_id],
        "read_picture": [reading_id, "left-plain_mpr.png"],
        "read_part": [reading_id, "both-volume.part"],
        "bench": [series.pk],
        "series_part": [series.pk, "volume.part"],
        "compare": [measured.pk, measured.pk],
        "compared_profiles": [measured.pk, measured.pk, "left"],
        "keep_key_image": [reading_id],
        "key_picture": [reading_id, 1],
        "remove_key_image": [reading_id, 1],
    }
    of |= {name: [intake.pk] for name in ("arrival", "close", "retry_arrival")}
    of["piece"] = [intake.pk, uuid4()]
    of |= {name: [held.pk] for name in ("held", "match_held", "refuse_held")}
    return lambda name: reverse(f"imaging:{name}", args=of.get(name, []))


def test_the_table_names_every_page() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_for_the_roles_of_its_action_at_that_site_alone(
    name: str, client: Client, address: Address, site: Site, other_site: Site
) -> None:
    method = PAGES[name][1]
    for role in Role:
        for at in (site, other_site):
            client.force_login(person(at, role, f"{at.code}_{role}"))
            status = getattr(client, method)(address(name)).status_code
            assert status in expected(name, role, elsewhere=at == other_site), (role, at, status)


def expected(name: str, role: Role, *, elsewhere: bool) -> set[int]:
    """What a page answers: refused to a role, unknown to a site, or opened."""
    action, _method, about_one = PAGES[name]
    if role not in POLICY[action]:
        return {403}
    unknown = about_one and (elsewhere or name in MINE_ALONE)
    if unknown or role not in POLICY[NARROWER.get(name, action)]:
        return {404}
    return PASSED


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_asked_to_sign_in(name: str, client: Client, address: Address) -> None:
    answer = getattr(client, PAGES[name][1])(address(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", [name for name, row in PAGES.items() if row[1] == "post"])
def test_what_changes_something_is_posted(
    name: str,
    client: Client,
    address: Address,
    analyst: User,
    coordinator: User,
    administrator: User,
    reader: User,
) -> None:
    others = {
        Action.SETTLE_HELD_SCAN: coordinator,
        Action.MANAGE_PEERS: administrator,
        Action.READ_CASE: reader,
    }
    by = others.get(PAGES[name][0], analyst)
    client.force_login(by)
    # A piece's address also tells how far a file came.
    assert client.get(address(name)).status_code == (200 if name == "piece" else 405)
