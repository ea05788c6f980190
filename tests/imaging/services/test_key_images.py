"""Key images: kept with an open read, signed with it, and seen by its reader alone."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from imaging.models import Adjudication, KeyImage, Measurement, Read
from imaging.nerve.volume import Volume
from imaging.render.packed import packed_volume
from imaging.services import viewing
from imaging.services.cases import cases_of, lock_case
from imaging.services.key_images import MOST, key_picture, remove_key_image, save_key_image
from imaging.services.reading import content_sha256, standing_of
from studysite.core.errors import Conflict, Invalid, NotThere, OutOfOrder
from studysite.core.signing import Standing
from tests.conftest import PASSWORD
from tests.imaging.results import answers

X, Y, Z = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]
VIEW: dict[str, Any] = {
    "tab": "mpr",
    "side": "left",
    "values": {
        "cursor": [4.0, 4.0, 4.0],
        "window": {"low": 0.0, "high": 1000.0},
        "zoom": 1.0,
        "slab": 0.0,
        "mode": "mean",
        "angle": 0.0,
        "fade": 0.0,
    },
    "planes": {"axial": {"right": X, "down": Y, "normal": Z, "pan": None}},
    "look": {"yaw": 0.0, "pitch": 0.0, "ahead": 0.0},
    "drawn": [],
    "panes": [
        {
            "name": "axial", "corner": [0.0, 0.0, 4.0], "right": X, "down": Y, "normal": Z,
            "pixel": 0.5, "width": 16, "height": 12,
        }
    ],
    "camera": None,
}  # fmt: skip


@pytest.fixture
def read(measured: Measurement) -> Read:
    """An open read in slices, of a small scan."""
    voxels = np.random.default_rng(3).integers(0, 1000, (10, 10, 10)).astype(np.int16)
    stored = viewing.keep_part(packed_volume(Volume(voxels, np.eye(4)), {"window": [0, 1000]}))
    measured.parts["both"]["volume.part"] = stored
    measured.save()
    return Read.objects.filter(measurement=measured)[0]


def keep(read: Read, **changes: Any) -> KeyImage:
    (case,) = cases_of(by=read.reader)
    return save_key_image(by=read.reader, case=case, state=VIEW | changes, note="Touches")


def test_a_view_is_kept_with_its_picture_and_taken_away_again(read: Read) -> None:
    first, second = keep(read), keep(read)
    assert (first.number, second.number, first.state) == (1, 2, VIEW)
    (case,) = cases_of(by=read.reader)
    assert key_picture(case, 1).startswith(b"\x89PNG")
    remove_key_image(by=read.reader, case=case, number=1)
    assert [image.number for image in KeyImage.kept_with(read)] == [2]
    with pytest.raises(NotThere):
        key_picture(case, 1)
    assert keep(read).number == 3  # a number is never given again


def test_it_is_signed_with_the_read_and_stays(read: Read) -> None:
    keep(read)
    (case,) = cases_of(by=read.reader)
    lock_case(by=read.reader, case=case, answers=answers(), password=PASSWORD)
    read.refresh_from_db()
    assert standing_of(read) == Standing.VALID
    with pytest.raises(OutOfOrder, match="locked"):
        keep(read)
    (case,) = cases_of(by=read.reader)
    with pytest.raises(OutOfOrder, match="locked"):
        remove_key_image(by=read.reader, case=case, number=1)
    before = content_sha256(read, read.techniques, read.measurement)
    KeyImage.objects.update(note="Does not touch")
    assert content_sha256(read, read.techniques, read.measurement) != before
    assert standing_of(read) == Standing.CONTENT_CHANGED


def _other(path: str, value: Any) -> dict[str, Any]:
    """The view with one thing in it changed."""
    made = deepcopy(VIEW)
    place: Any = made
    *way, last = path.split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return made


NO_VIEWS: list[tuple[str, Any]] = [
    ("tab", "cpr"),  # not of this read's technique
    ("tab", "mrve"),
    ("tab", ["mpr"]),
    ("side", "both"),
    ("values.cursor", [0, 0]),
    ("values.cursor", [0, 0, float("nan")]),
    ("values.window", {"low": 3, "high": 3}),
    ("values.slab", 1e9),
    ("values.zoom", True),
    ("planes", {"oblique": {"right": X, "down": Y, "normal": Z}}),
    ("panes.0.width", 1e9),
    ("panes.0.right", [3, 0, 0]),
    ("panes.0.name", "straightened"),
    ("drawn", [{"kind": "circle", "pane": "axial", "points": []}]),
    ("look", {"yaw": "x" * 40_000}),
]


# One read for all of them: making a measured case takes far longer than a refusal.
def test_what_is_no_view_of_this_read_is_refused(read: Read) -> None:
    (case,) = cases_of(by=read.reader)
    for path, value in NO_VIEWS:
        with pytest.raises(Invalid):
            save_key_image(by=read.reader, case=case, state=_other(path, value))
        assert not KeyImage.objects.exists()


def test_nothing_but_a_view_is_kept(read: Read) -> None:
    image = keep(read, left_nvc="yes", script="<script>")
    assert image.state == VIEW


def test_there_is_an_end_to_them(read: Read) -> None:
    keep(read)
    KeyImage.objects.bulk_create(
        KeyImage(read=read, number=2 + number, state=VIEW, at=timezone.now())
        for number in range(MOST - 1)
    )
    with pytest.raises(Conflict, match="take one away"):
        keep(read)


def test_no_other_reader_sees_it_not_even_the_third(client: Client, read: Read) -> None:
    image = keep(read)
    for row in Read.objects.order_by("pk"):
        given = answers() if row.pk == read.pk else answers(left_nvc="no", departure_reason="No.")
        (case,) = cases_of(by=row.reader)
        lock_case(by=row.reader, case=case, answers=given, password=PASSWORD)
    third = Adjudication.objects.get()
    assert third.reader is not None
    other = Read.objects.exclude(pk=read.pk).get().reader
    for person in (third.reader, other):
        client.force_login(person)
        for name in ("imaging:key_picture", "api:key_image"):
            url = reverse(name, args=[read.reading_id, image.number])
            assert client.get(url).status_code == 404
        assert client.get(reverse("api:key_images", args=[read.reading_id])).status_code == 404
    client.force_login(third.reader)
    page = client.get(reverse("imaging:case", args=[third.reading_id])).content.decode()
    assert "Touches" not in page
    assert read.reading_id not in page


def test_the_page_keeps_shows_and_takes_away(client: Client, read: Read) -> None:
    client.force_login(read.reader)
    heads = {"HX-Request": "true"}
    keeping = reverse("imaging:keep_key_image", args=[read.reading_id])
    answer = client.post(keeping, {"state": json.dumps(VIEW), "note": "Here"}, headers=heads)
    assert "Here" in answer.content.decode()
    page = client.get(reverse("imaging:case", args=[read.reading_id]))
    assert "Show 1 again" in page.content.decode()
    picture = client.get(reverse("imaging:key_picture", args=[read.reading_id, 1]))
    assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/png", "private, no-store")
    refused = client.post(keeping, {"state": ""}, headers=heads)
    assert "Load the page again" in refused.content.decode()
    removing = reverse("imaging:remove_key_image", args=[read.reading_id, 1])
    assert "Show 1 again" not in client.post(removing, headers=heads).content.decode()


def test_the_table_lets_none_be_of_two_reads(read: Read) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyImage.objects.create(number=1, state={}, at=timezone.now())
