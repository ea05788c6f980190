"""The command writes a phantom and its truth, and says what is wrong with a request."""

import json

import pytest
from django.core.management import CommandError, call_command

from imaging.dicom.volumes import digest, read_volume


def run(tmp_path, *arguments, out="scan.nii.gz"):
    call_command(
        "simulate_nerve", "--out", tmp_path / out, "--truth", tmp_path / "truth.json", *arguments
    )
    return tmp_path / out, json.loads((tmp_path / "truth.json").read_text())


def test_a_file_holds_the_volume_that_its_truth_describes(tmp_path):
    path, truth = run(tmp_path, "--seed", "7", "--diameter-mm", "1.4")
    volume = read_volume(path)
    assert list(volume.size) == truth["input"]["size"]
    assert truth["input"]["sha256"] == digest(path)
    assert all(volume.holds(end) for end in truth["ends"]["left"].values())
    assert truth["nerves"]["left"]["csa_mean_mm2"] == pytest.approx(1.5394, abs=1e-3)


def test_a_folder_holds_one_series_even_after_a_second_smaller_run(tmp_path):
    run(tmp_path, out="series")
    path, truth = run(tmp_path, "--spacing-mm", "0.4,0.4,0.8", out="series")
    assert list(read_volume(path).size) == truth["input"]["size"]


def test_the_angiogram_goes_to_a_place_of_its_own(tmp_path):
    run(tmp_path, "--vessel", "--tof-out", str(tmp_path / "tof"), out="t2")
    assert read_volume(tmp_path / "tof").voxels.max() > 1200


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--scenario", "ark"], 2, "There is no scenario 'ark'"),
        (["--diameter-mm", "40"], 2, "diameter_mm must lie between"),
        (["--spacing-mm", "a,b"], None, "one number, or three"),
    ],
)
def test_a_wrong_request_is_one_sentence(tmp_path, arguments, code, words):
    with pytest.raises(CommandError, match=words) as caught:
        run(tmp_path, *arguments)
    assert code is None or caught.value.returncode == code


def test_an_unwritable_place_is_refused(tmp_path):
    (tmp_path / "scan.nii.gz").mkdir()
    with pytest.raises(CommandError, match="cannot be written") as caught:
        run(tmp_path)
    assert caught.value.returncode == 3


def test_the_list_names_every_scenario(capsys):
    call_command("simulate_nerve", "--list")
    assert "P19   head" in capsys.readouterr().out
