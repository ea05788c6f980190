"""Agreement between readers, and of readers with themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from enrollment.protocol.loader import current
from imaging.models import Measurement
from imaging.models import Read as ReadRow
from reports.outcomes.gather import rows_of
from reports.outcomes.records import Read, Row, masked
from reports.statistics.agreement import cohen_kappa
from tests.reports import factory
from tests.reports.outcomes.people import document, row

AGAIN = {"left": "yes", "right": "no"}
OTHERWISE = {"left": "yes", "right": "yes"}


def reread(number: int, said: dict[str, str], reader: str = "first") -> Row:
    """Somebody whose case one reader read once more; the first time left was yes, right no."""
    one = row(number)
    return replace(one, again=(Read(reader, one.technique, said),))


def within(rows: list[Row], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = document(rows, **more)["agreement"]["within"][0]
    return found


def test_a_reader_is_held_to_the_same_case_read_before() -> None:
    """Ten cases, twenty sides, one of them said otherwise: po 0.95, pe 0.5."""
    rows = [reread(number, AGAIN) for number in range(1, 10)] + [reread(10, OTHERWISE)]
    found = within(rows)["all"]
    assert found["counts"] == [[10, 0], [1, 9]]
    assert (found["agree"]["n"], found["differ"]["n"]) == (19, 1)
    assert found["cohen_kappa"]["value"] == pytest.approx(0.9)
    by_hand = cohen_kappa(np.array([[10, 0], [1, 9]]))
    assert found["cohen_kappa"]["low"] == pytest.approx(by_hand.low)
    assert found["cohen_kappa_clustered"]["low"] < 0.9 < found["cohen_kappa_clustered"]["high"]


def test_every_reader_stands_alone_and_leads_to_the_records() -> None:
    rows = [reread(1, AGAIN), reread(2, OTHERWISE, "second")]
    whole = document(rows)
    found = whole["agreement"]["within"][0]
    assert [each["reader"] for each in found["readers"]] == ["first", "second"]
    second = found["readers"][1]
    assert whole["records"][second["differ"]["cell"]] == ["XA-002/right"]


def test_nobody_is_compared_with_somebody_else() -> None:
    """A case read again by whom it was not given to before has no first read to hold it to."""
    found = within([reread(1, AGAIN, reader="third")])
    assert found["readers"] == []
    assert found["all"]["cohen_kappa"]["reason"] == "no_units"


def test_two_sessions_are_no_two_readers_even_where_techniques_are_withheld() -> None:
    """Both readers read in both techniques, and say otherwise in the second: two pairs a side,
    never a reader with himself."""
    one = row(1)
    second = tuple(
        Read(read.reader, "mpr", {"left": "no", "right": "yes"}, session=2) for read in one.reads
    )
    paired = replace(one, reads=(*one.reads, *second))
    for each in (paired, masked(paired)):
        found = document([each], blinded=each is not paired)["agreement"]["readers"][0]
        assert (found["agree"]["n"], found["differ"]["n"]) == (4, 0)


def test_images_that_may_not_stay_are_not_held_to_anything() -> None:
    gone = replace(reread(1, AGAIN), images_may_stay=False)
    assert within([gone])["readers"] == []


@pytest.mark.django_db(databases=["default", "vault"])
def test_repeated_reads_come_from_the_database_and_count_for_no_case() -> None:
    cast = factory.make_cast()
    person = factory.finished(cast)
    first = ReadRow.objects.filter(reader=cast.reader).get()
    ReadRow.objects.create(
        reading_id="R-AGAIN", participant=person, measurement=Measurement.objects.get(),
        reader=cast.reader, techniques=first.techniques, repeat=True, form_version="1.0",
        answers={"left_nvc": "no", "right_nvc": "no"}, locked_at=first.locked_at,
    )  # fmt: skip
    (found,) = rows_of(type(person).objects.all(), current())
    assert len(found.reads) == 2
    assert [(read.reader, read.nvc["left"]) for read in found.again] == [
        (cast.reader.username, "no")
    ]
