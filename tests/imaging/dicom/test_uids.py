"""New UIDs are valid, stable under a key, and leave registered ones alone."""

from __future__ import annotations

from pydicom.uid import UID

from imaging.dicom.uids import remap_uid

KEY = b"0123456789abcdef"


def test_a_uid_is_remapped_the_same_way_each_time():
    new = remap_uid("1.2.3.4", KEY)
    assert new == remap_uid("1.2.3.4\0", KEY)
    assert new.startswith("2.25.")
    assert UID(new).is_valid


def test_another_uid_or_key_gives_another():
    made = {remap_uid(u, k) for u in ("1.2.3.4", "1.2.3.5") for k in (KEY, KEY[::-1])}
    assert len(made) == 4


def test_registered_uids_stay_and_lookalikes_do_not():
    assert remap_uid("1.2.840.10008.5.1.4.1.1.4", KEY) == "1.2.840.10008.5.1.4.1.1.4"
    assert remap_uid("1.2.840.10008.77.88", KEY).startswith("2.25.")
    assert remap_uid("", KEY) == ""


def test_a_thousand_uids_do_not_collide():
    assert len({remap_uid(f"1.2.3.{n}", KEY) for n in range(1000)}) == 1000
