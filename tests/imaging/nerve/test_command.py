"""measure_nerve: exit codes, sentences, and the same bytes twice."""

import json

import numpy as np
import pytest
import SimpleITK as sitk
from django.core.management import call_command
from django.core.management.base import CommandError

from imaging.management.commands import measure_nerve
from imaging.render.stage import CannotDraw
from tests.imaging.nerve.tube_image import straight, tube_image

MEASURE = ("measure_nerve",)


@pytest.fixture
def nifti(tmp_path):
    curve, begin, end = straight(12.0)
    volume = tube_image([curve], [0.6], seed=2)
    image = sitk.GetImageFromArray(volume.voxels.T.astype(np.float32))
    image.SetSpacing(volume.spacing_mm.tolist())
    image.SetOrigin(volume.affine[:3, 3].tolist())
    sitk.WriteImage(image, str(tmp_path / "nerve.nii.gz"))
    points = ":".join(",".join(str(float(x)) for x in point) for point in (begin, end))
    return tmp_path / "nerve.nii.gz", f"left:{points}"


def test_without_a_nerve_to_measure_or_to_look_for_the_usage_is_wrong(nifti):
    with pytest.raises(CommandError) as wrong:
        call_command(*MEASURE, str(nifti[0]))
    assert wrong.value.returncode == 2


def test_a_scan_where_nothing_is_suggested_says_so(nifti, tmp_path):
    out = tmp_path / "ends.json"
    with pytest.raises(CommandError, match="No plane of symmetry") as refused:
        call_command(*MEASURE, str(nifti[0]), "--suggest", "--json", str(out))
    assert refused.value.returncode == 3
    assert json.loads(out.read_text())["reason"] == "no_symmetry"


def test_table_has_the_promised_shape_and_the_same_bytes_twice(nifti, tmp_path):
    volume, nerve = nifti
    for name in ("a.json", "b.json"):
        call_command(*MEASURE, str(volume), "--nerve", nerve, "--json", str(tmp_path / name))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    table = json.loads((tmp_path / "a.json").read_text())
    assert table["schema"] == "nerve-measurement/1"
    assert table["input"]["polarity"] == "dark"
    left = table["nerves"]["left"]
    assert left["status"] == "measured"
    assert left["csa_mean_mm2"] == pytest.approx(np.pi * 0.36, rel=0.05)
    assert {"arc_mm", "centre_mm", "normal", "area_mm2", "area_sd_mm2"} <= set(left["profile"][0])


def test_the_table_goes_into_a_folder_that_is_not_there_yet(nifti, tmp_path):
    volume, nerve = nifti
    file = tmp_path / "new" / "folder" / "a.json"
    call_command(*MEASURE, str(volume), "--nerve", nerve, "--json", str(file))
    assert json.loads(file.read_text())["nerves"]["left"]["status"] == "measured"


def test_a_machine_without_opengl_still_gives_the_numbers(nifti, tmp_path, monkeypatch, capsys):
    def no_opengl(*_given, **_more):
        raise CannotDraw("OpenGL does not start.")

    monkeypatch.setattr(measure_nerve, "draw_pictures", no_opengl)
    volume, nerve = nifti
    places = ["--json", str(tmp_path / "a.json"), "--pictures", str(tmp_path / "pictures")]
    call_command(*MEASURE, str(volume), "--nerve", nerve, *places)
    assert json.loads((tmp_path / "a.json").read_text())["nerves"]["left"]["status"] == "measured"
    assert capsys.readouterr().err.strip() == "OpenGL does not start."


def test_refusal_is_exit_code_three_with_its_sentence(nifti):
    volume, _ = nifti
    with pytest.raises(CommandError, match="lies outside the scan") as refused:
        call_command(*MEASURE, str(volume), "--nerve", "left:500,0,0:520,0,0")
    assert refused.value.returncode == 3


def test_a_scan_that_carries_no_measurement_is_told_for_every_nerve(nifti, tmp_path):
    image = sitk.ReadImage(str(nifti[0]))
    image.SetSpacing([0.4, 0.4, 1.6])
    sitk.WriteImage(image, str(tmp_path / "thick.nii.gz"))
    out = tmp_path / "refused.json"
    nerves = ["--nerve", nifti[1], "--nerve", nifti[1].replace("left", "right")]
    with pytest.raises(CommandError, match=r"^left and right: The slices are 1\.6 mm") as refused:
        call_command(*MEASURE, str(tmp_path / "thick.nii.gz"), *nerves, "--json", str(out))
    assert refused.value.returncode == 3
    table = json.loads(out.read_text())
    assert table["input"]["size"] == list(image.GetSize())
    for side in ("left", "right"):
        assert set(table["nerves"][side]) == {"status", "reason", "reason_code"}
        assert table["nerves"][side]["reason_code"] == "slices_too_thick"


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(CommandError, match="does not exist") as refused:
        call_command(*MEASURE, str(tmp_path / "none"), "--nerve", "left:0,0,0:9,9,9")
    assert refused.value.returncode == 3
