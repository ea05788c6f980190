"""A measurement's document as rows."""

from reports.case.measurement import pictures_of
from reports.case.nerve import Amount, nerve_of
from tests.reports import results


def test_numbers_come_from_the_document():
    nerve = nerve_of(results.result()["nerves"]["left"])
    assert nerve.measured
    assert nerve.csa_mean_mm2 == Amount(1.14, 0.02)
    assert nerve.csa_min_mm2 == Amount(0.81, 0.05)
    assert nerve.csa_min_at_mm == 3.4
    assert nerve.volume_mm3 == Amount(17.3, 0.3)
    assert nerve.contacts[0].gap_mm == Amount(0.01, 0.03)


def test_a_refused_nerve_has_a_reason_and_no_numbers():
    nerve = nerve_of(results.REFUSED)
    assert not nerve.measured
    assert nerve.reason == results.REFUSED["reason"]
    assert nerve.csa_mean_mm2 is None
    assert nerve.profile == ()


def test_a_nerve_that_was_not_asked_for_is_none():
    assert nerve_of(None) is None


def test_a_number_that_could_not_be_had_is_none():
    nerve = nerve_of(results.nerve(1.1, 0.9, 15.0, volume_10mm_mm3=None))
    assert nerve.volume_10mm_mm3 is None


def test_pictures_are_listed_by_side_and_name():
    rows = pictures_of({"right": {"mpr.png": "b"}, "left": {"mpr.png": "a"}, "profile.svg": "c"})
    assert [(row.side, row.name, row.stored_as) for row in rows] == [
        ("", "profile.svg", "c"),
        ("left", "mpr.png", "a"),
        ("right", "mpr.png", "b"),
    ]
