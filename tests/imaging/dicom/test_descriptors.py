"""Descriptions keep the words of MR and lose the rest."""

from __future__ import annotations

import pytest

from imaging.dicom.descriptors import clean_description


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("AX FSE T2", "AX FSE T2"),
        ("t2_ciss3d_tra_0.4mm", "t2 ciss3d tra 0.4mm"),
        ("anat-T1w", "anat T1w"),
        ("BORJAN GAGOSKI^Normal Volunteer Protocol", "Normal Protocol"),
        ("Hanke_Stadler^0024_transrep", ""),
        ("3D FIESTA-C iso 0.5x0.5x0.5mm 3T", "3D FIESTA C iso 0.5x0.5x0.5mm 3T"),
        ("20240315 t2 HN0042137 12.04.14", "t2"),
        ("王小明 头颅 t2", "t2"),
        ("", ""),
    ],
)
def test_a_description_keeps_words_of_mr_only(text, cleaned):
    assert clean_description(text) == cleaned


def test_a_patient_called_like_a_sequence_loses_the_word():
    assert clean_description("t2 space axial", {"space"}) == "t2 axial"
