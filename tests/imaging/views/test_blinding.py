"""Readers see their case's pictures and nothing of whose they are; analysts see no arm and no read.
Canaries are planted in whatever must not show."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.models import Participant
from imaging.models import Adjudication, Measurement, Read
from imaging.services import results
from imaging.services.cases import cases_of, lock_case
from imaging.services.reading import content_sha256
from studysite.core.models import User
from tests.conftest import PASSWORD
from tests.imaging.results import answers

REFORMATIONS = ("straightened.part", "stretched.part", "surfaces.part")
MPR = "plain_mpr.png"
OTHERS = ("plain_cpr_straightened.png", "plain_cpr_stretched.png", "plain_endoscopy.png")


@pytest.fixture
def read(measured: Measurement) -> Read:
    return Read.objects.filter(measurement=measured)[0]


@pytest.fixture
def canaries(read: Read) -> list[str]:
    """Everything about the case that its reader must not see."""
    person = read.participant
    Participant.objects.filter(pk=person.pk).update(onset="2017-11", year_of_birth=1943)
    return [
        person.number,
        person.number.encode().hex(),
        f"{person.site.code}-",
        "2017-11",
        "1943",
        person.screened_on.isoformat(),
        "H000001",
        "Zhang San",
        read.measurement.result_sha256[:12],
        read.measurement.series.sha256[:12],
        "Scanner time on that day",
        "1.14",
        "1.31",
    ]


def seen(client: Client, url: str) -> str:
    """Everything that goes over the wire for an address, heads included."""
    answer = client.get(url)
    heads = "\n".join(f"{name}: {value}" for name, value in answer.items())
    return f"{heads}\n{answer.content.decode('utf-8', 'replace')}"


def case_pages(read: Read) -> list[str]:
    return [reverse("imaging:cases"), reverse("imaging:case", args=[read.reading_id])]


def picture(read: Read, name: str) -> str:
    return reverse("imaging:read_picture", args=[read.reading_id, name])


def test_a_reader_sees_nothing_of_whose_the_case_is(
    client: Client, read: Read, canaries: list[str]
) -> None:
    client.force_login(read.reader)
    for url in case_pages(read):
        text = seen(client, url)
        main = text[text.index("<main") :]
        assert [word for word in canaries if word in main] == []


def test_the_picture_of_the_technique_is_served_as_it_is(client: Client, read: Read) -> None:
    client.force_login(read.reader)
    answer = client.get(picture(read, f"left-{MPR}"))
    assert answer.content == b"plain mpr.png"
    assert (answer["Cache-Control"], answer.get("ETag")) == ("private, no-store", None)
    assert "Last-Modified" not in answer


@pytest.mark.parametrize("name", OTHERS)
def test_the_pictures_of_another_technique_are_not_there(
    client: Client, read: Read, name: str
) -> None:
    client.force_login(read.reader)
    assert client.get(picture(read, f"left-{name}")).status_code == 404
    page = client.get(reverse("imaging:case", args=[read.reading_id])).content.decode()
    assert name not in page


@pytest.mark.parametrize(
    "name", ["profile.svg", "left-profile.svg", "both-plain_mpr.png", "left-", "-"]
)
def test_a_name_that_is_no_picture_is_not_there(client: Client, read: Read, name: str) -> None:
    client.force_login(read.reader)
    assert client.get(picture(read, name)).status_code == 404


def test_in_the_3d_arm_it_is_the_other_way_round(client: Client, read: Read) -> None:
    Read.objects.filter(pk=read.pk).update(techniques=["cpr", "mrve"])
    client.force_login(read.reader)
    assert client.get(picture(read, f"left-{MPR}")).status_code == 404
    for name in OTHERS:
        assert client.get(picture(read, f"right-{name}")).status_code == 200


@pytest.mark.parametrize("techniques", [["mpr"], ["cpr", "mrve"]])
def test_no_reader_is_given_a_picture_of_what_was_found(
    client: Client, read: Read, techniques: list[str]
) -> None:
    """The analyst's pictures have outlines, areas and marks where a vessel is closest."""
    Read.objects.filter(pk=read.pk).update(techniques=techniques)
    client.force_login(read.reader)
    for side in ("left", "right"):
        for name in results.PICTURES:
            assert client.get(picture(read, f"{side}-{name}")).status_code == 404
            twin = reverse("api:read_picture", args=[read.reading_id, side, name])
            assert client.get(twin).status_code == 404
    page = client.get(reverse("imaging:case", args=[read.reading_id])).content.decode()
    assert [name for name in results.PICTURES if f"-{name}" in page] == []


def test_what_was_signed_before_there_were_plain_pictures_stays_signed(read: Read) -> None:
    kept = read.measurement.pictures
    old = {side: {"mpr.png": files["mpr.png"]} for side, files in kept.items()}
    read.measurement.pictures = old
    before = content_sha256(read, ["mpr"], read.measurement)
    assert results.pictures_of(read.measurement, results.names_for(["mpr"])) == []
    read.measurement.pictures = {side: {"mpr.png": "pictures/other.png"} for side in kept}
    assert content_sha256(read, ["mpr"], read.measurement) != before
    read.measurement.pictures = kept
    assert content_sha256(read, ["mpr"], read.measurement) != before


def part(read: Read, name: str) -> str:
    return reverse("imaging:read_part", args=[read.reading_id, name])


def test_the_viewer_of_a_2d_case_is_given_the_voxels_and_no_reformation(
    client: Client, read: Read
) -> None:
    client.force_login(read.reader)
    answer = client.get(part(read, "both-volume.part"))
    assert gzip.decompress(answer.content) == b"both volume.part"
    assert (answer["Cache-Control"], answer["Content-Encoding"]) == ("private, no-store", "gzip")
    assert answer.get("ETag") is None
    for side in ("left", "right"):
        for name in REFORMATIONS:
            assert client.get(part(read, f"{side}-{name}")).status_code == 404
    page = client.get(reverse("imaging:case", args=[read.reading_id])).content.decode()
    assert [
        word for word in (*REFORMATIONS, 'data-view="cpr"', 'data-view="mrve"') if word in page
    ] == []


def test_the_viewer_of_a_3d_case_is_given_no_voxels(client: Client, read: Read) -> None:
    Read.objects.filter(pk=read.pk).update(techniques=["cpr", "mrve"])
    client.force_login(read.reader)
    for name in ("both-volume.part", "both-coarse.part", "both-tof.part"):
        assert client.get(part(read, name)).status_code == 404
    for name in REFORMATIONS:
        assert client.get(part(read, f"left-{name}")).status_code == 200
    page = client.get(reverse("imaging:case", args=[read.reading_id])).content.decode()
    assert "volume.part" not in page
    assert 'data-view="mpr"' not in page


@pytest.mark.parametrize(
    "name", ["volume.part", "both-", "-", "left-volume.part", "both-mpr.png", "both-surfaces.part"]
)
def test_a_name_that_is_no_part_is_not_there(client: Client, read: Read, name: str) -> None:
    client.force_login(read.reader)
    assert client.get(part(read, name)).status_code == 404


def test_a_readers_viewer_has_no_profile_of_the_area(client: Client, read: Read) -> None:
    Read.objects.filter(pk=read.pk).update(techniques=["cpr", "mrve"])
    client.force_login(read.reader)
    page = client.get(reverse("imaging:case", args=[read.reading_id]))
    assert page.context["viewing"].data["profiles"] == {}
    assert 'data-cpr="profile"' not in page.content.decode()


def test_what_a_reader_signs_names_the_parts_that_were_shown(read: Read) -> None:
    before = content_sha256(read, read.techniques, read.measurement)
    read.measurement.parts["both"]["volume.part"] = "parts/other.gz"
    assert content_sha256(read, read.techniques, read.measurement) != before
    read.measurement.parts = {}
    without = content_sha256(read, read.techniques, read.measurement)
    read.measurement.parts = {"left": {"surfaces.part": "parts/x.gz"}}
    assert content_sha256(read, ["cpr"], read.measurement) != without


def test_a_case_is_locked_from_its_page_and_stays_so(client: Client, read: Read) -> None:
    client.force_login(read.reader)
    url = reverse("imaging:case", args=[read.reading_id])
    sent = answers() | {"seen_revision": "0"}
    refused = client.post(url, sent)
    assert (refused.status_code, refused.context["form"].errors.keys()) == (
        422,
        {"confirm", "password"},
    )
    assert client.post(url, sent | {"confirm": "on", "password": PASSWORD}).status_code == 302
    read.refresh_from_db()
    assert read.answers == answers()
    page = client.get(url)
    assert page.context["form"] is None
    assert "Indentation" in page.content.decode()


def test_a_second_tab_is_told_that_its_read_came_too_late(client: Client, read: Read) -> None:
    client.force_login(read.reader)
    url = reverse("imaging:case", args=[read.reading_id])
    client.post(url, answers() | {"seen_revision": "0", "confirm": "on", "password": PASSWORD})
    late = client.post(
        url, answers(left_nvc="no") | {"seen_revision": "0", "confirm": "on", "password": PASSWORD}
    )
    assert "what was sent now is not kept" in late.content.decode()
    read.refresh_from_db()
    assert read.answers == answers()


def test_a_departure_without_a_reason_is_put_right_at_its_question(
    client: Client, read: Read
) -> None:
    client.force_login(read.reader)
    url = reverse("imaging:case", args=[read.reading_id])
    sent = answers(left_nvc="no") | {"seen_revision": "0", "confirm": "on", "password": PASSWORD}
    page = client.post(url, sent)
    assert (page.status_code, page.context["form"].errors.keys()) == (422, {"departure_reason"})
    read.refresh_from_db()
    assert read.locked_at is None


def test_the_third_reader_sees_no_other_read(client: Client, measured: Measurement) -> None:
    one, two = [read.reader for read in Read.objects.filter(measurement=measured)]
    lock_case(by=one, case=cases_of(by=one)[0], answers=answers(), password=PASSWORD)
    secret = answers(left_nvc="no", departure_reason="CANARY-REASON")
    lock_case(by=two, case=cases_of(by=two)[0], answers=secret, password=PASSWORD)
    third = Adjudication.objects.get()
    assert third.reader is not None
    client.force_login(third.reader)
    text = seen(client, reverse("imaging:case", args=[third.reading_id]))
    ids = Read.objects.values_list("reading_id", flat=True)
    assert [word for word in ("CANARY-REASON", *ids) if word in text] == []
    name = f"left-{MPR}"
    url = reverse("imaging:read_picture", args=[third.reading_id, name])
    assert client.get(url).content == b"plain mpr.png"


def test_an_analyst_sees_no_arm_and_no_read(client: Client, read: Read, analyst: User) -> None:
    lock_case(
        by=read.reader,
        case=cases_of(by=read.reader)[0],
        answers=answers(departure_reason="CANARY-REASON"),
        password=PASSWORD,
    )
    client.force_login(analyst)
    series = read.measurement.series
    pages = [
        reverse("imaging:board"),
        reverse("imaging:participant_scans", args=[series.participant.number]),
        reverse("imaging:series", args=[series.pk]),
        reverse("imaging:measurement", args=[read.measurement.pk]),
    ]
    canaries = ["CANARY-REASON", read.reading_id, "2D reconstruction", "Scanner time on that day"]
    for url in pages:
        assert [word for word in canaries if word in seen(client, url)] == []
