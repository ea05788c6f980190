"""The readers' desk: agreement counted by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from imaging.models import Measurement, Read
from reports.readers import Pair, agreement, readers_desk
from tests.reports import factory


@pytest.fixture
def cast(db: None) -> factory.Cast:
    return factory.make_cast()


def test_agreement_is_counted_and_kappa_only_where_there_is_one() -> None:
    now = timezone.now()
    told = [("yes", "yes"), ("yes", "no"), ("no", "no"), ("no", "no")]
    found = agreement(Pair(one, other, now) for one, other in told)
    # By hand: observed 3/4, by chance (2*1 + 2*3)/16 = 1/2, kappa (3/4 - 1/2)/(1/2) = 1/2.
    assert (found.same, found.n, found.percent) == (3, 4, 75)
    assert found.kappa.value == pytest.approx(0.5)
    nothing = agreement([])
    assert (nothing.percent, nothing.kappa.exists) == (None, False)
    assert not agreement([Pair("no", "no", now)] * 5).kappa.exists


def test_each_reader_has_work_time_and_agreement(cast: factory.Cast) -> None:
    row = factory.finished(cast)
    one = Read.objects.get(participant=row, reader=cast.reader)
    Read.objects.filter(pk=one.pk).update(seconds=300, answers={**one.answers, "left_nvc": "no"})
    again = {"reading_id": "R-AGAIN", "repeat": True, "locked_at": timezone.now()}
    Read.objects.create(
        participant=row, reader=cast.reader, measurement=Measurement.objects.get(),
        techniques=one.techniques, answers=one.answers, **again,
    )  # fmt: skip
    desk = readers_desk(cast.monitor)
    line = next(line for line in desk.lines if line.reader == cast.reader)
    assert (line.open, line.locked, line.minutes) == (0, 2, 5.0)
    assert (line.others.same, line.others.n) == (1, 2)
    assert (line.himself.same, line.himself.n) == (1, 2)


def test_drift_is_the_later_half_beside_the_earlier(cast: factory.Cast) -> None:
    row = factory.finished(cast)
    reads = Read.objects.filter(participant=row)
    reads.update(locked_at=timezone.now() - timedelta(days=90))
    line = readers_desk(cast.monitor).lines[0]
    assert (line.earlier.n, line.later.n, line.lately) == (1, 1, 0)


def test_another_sites_readers_are_not_there(cast: factory.Cast) -> None:
    other = factory.make_cast("PK")
    names = {line.reader for line in readers_desk(other.monitor).lines}
    assert names == {other.reader, other.reader_two}
