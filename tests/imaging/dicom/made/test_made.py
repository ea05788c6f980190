"""What is made of a measurement says the measurement's numbers and voxels, to readers not ours."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.dataset import Dataset

from imaging.dicom.errors import DicomRefused
from imaging.dicom.made import codes as our
from imaging.dicom.made.occupancy import occupancy
from imaging.dicom.made.report import report
from imaging.dicom.made.segmentation import segmentation
from imaging.dicom.made.source import Measured
from imaging.dicom.made.template import faults
from tests.imaging.dicom.made.conftest import PIXELS
from tests.imaging.dicom.made.measured import STEPS_MM, measured
from tests.imaging.results import refused

# highdicom warns of a person's name of one word, which a subject number is.
pytestmark = pytest.mark.filterwarnings("ignore:The string:UserWarning")
BIN = Path(sys.executable).parent


def read(path: Path) -> Dataset:
    return pydicom.dcmread(path)


@pytest.mark.parametrize("name", ["binary", "fractional", "report", "picture"])
@pytest.mark.parametrize("tool", [BIN / "dciodvfy", Path("/usr/bin/dciodvfy")], ids=["new", "old"])
def test_dciodvfy_finds_no_error(
    made: tuple[Measured, dict[str, Path]], tool: Path, name: str
) -> None:
    if not tool.exists():
        pytest.skip("this dciodvfy is not installed")
    done = subprocess.run([tool, made[1][name]], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).splitlines()
    assert [line for line in said if line.startswith("Error")] == []


def test_dcentvfy_finds_them_of_one_patient_and_study(
    made: tuple[Measured, dict[str, Path]],
) -> None:
    paths = list(made[1].values())
    for number, image in enumerate(made[0].images):
        paths.append(paths[0].with_name(f"image-{number}.dcm"))
        image.save_as(paths[-1], enforce_file_format=True)
    done = subprocess.run([BIN / "dcentvfy", *paths], capture_output=True, text=True, check=False)
    assert [line for line in (done.stdout + done.stderr).splitlines() if "Error" in line] == []


def test_the_voxels_are_those_of_an_independent_reader(
    made: tuple[Measured, dict[str, Path]], tmp_path: Path
) -> None:
    of, files = made
    subprocess.run(
        [BIN / "segimage2itkimage", "--inputDICOM", files["binary"], "--outputDirectory", tmp_path,
         "--outputType", "nrrd"],
        check=True, capture_output=True,
    )  # fmt: skip
    for number, side in enumerate(of.sides, start=1):
        image = sitk.ReadImage(str(tmp_path / f"{number}.nrrd"))
        index = np.argwhere(sitk.GetArrayFromImage(image) > 0)[:, ::-1]
        theirs = [image.TransformIndexToPhysicalPoint(row.tolist()) for row in index]
        assert rounded(theirs) == rounded(ours(of, side))


def ours(of: Measured, side: str) -> list[np.ndarray]:
    """Patient coordinates of the voxels that are half full, from the images' own headers."""
    shares = occupancy(of.images, of.document["nerves"][side])
    found = []
    for k, row, column in np.argwhere(shares >= 0.5):
        image = of.images[k]
        down, across = map(float, image.PixelSpacing)
        both = np.array(image.ImageOrientationPatient, float)
        start = np.array(image.ImagePositionPatient, float)
        found.append(start + both[:3] * across * column + both[3:] * down * row)
    return found


def rounded(points: list) -> set[tuple[float, ...]]:
    assert len(points) > 20
    return {tuple(np.round(point, 2) + 0.0) for point in points}


def test_what_is_filled_is_the_volume(made: tuple[Measured, dict[str, Path]]) -> None:
    of, _ = made
    for side, area in (("left", 1.5), ("right", 2.0)):
        sections = of.document["nerves"][side]["profile"]
        line = np.array([section["centre_mm"] for section in sections])
        length = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
        filled = occupancy(of.images, of.document["nerves"][side]).sum() * np.prod(STEPS_MM)
        assert filled == pytest.approx(area * length, rel=0.03)


def test_the_numbers_are_those_of_an_independent_reader(
    made: tuple[Measured, dict[str, Path]], tmp_path: Path
) -> None:
    of, files = made
    target = tmp_path / "report.json"
    subprocess.run(
        [BIN / "tid1500reader", "--inputDICOM", files["report"], "--outputMetadata", target],
        check=True, capture_output=True,
    )  # fmt: skip
    groups = json.loads(target.read_text())["Measurements"]
    assert [group["Laterality"]["CodeMeaning"] for group in groups] == 3 * ["Left", "Right"]
    for side, group, course, contact in zip(
        of.sides, groups[:2], groups[2:4], groups[4:], strict=True
    ):
        nerve = of.document["nerves"][side]
        told = told_by(group)
        assert told_by(course) == [
            (our.LENGTH.value, nerve["length_mm"], "mm"),
            (our.AREA.value, nerve["csa_min_mm2"], "mm2"),
        ]
        assert told_by(contact) == [
            (our.VESSEL_GAP.value, 0.0, "mm"),
            (our.ALONG.value, 3.4, "mm"),
            (our.DIAMETER.value, 1.2, "mm"),
            (our.ANGLE.value, 84.9, "deg"),
            (our.INDENTATION.value, 0.28, "1"),
            (our.DEVIATION.value, 0.6, "mm"),
        ]
        areas = [nerve[f"csa_{which}_mm2"] for which in ("mean", "min", "rez")]
        assert told == [
            *[(our.AREA.value, area, "mm2") for area in areas],
            (our.VOLUME.value, pytest.approx(nerve["volume_mm3"]), "mm3"),
            (our.LENGTH.value, nerve["length_mm"], "mm"),
            (our.VESSEL_GAP.value, 0.0, "mm"),
        ]


def told_by(group: dict[str, Any]) -> list[tuple[str, float, str]]:
    """The numbers of a group: what, how much, in what."""
    return [
        (item["quantity"]["CodeValue"], float(item["value"]), item["units"]["CodeValue"])
        for item in group["measurementItems"]
    ]


def test_the_centreline_and_the_contacts_are_where_they_were_measured(
    made: tuple[Measured, dict[str, Path]],
) -> None:
    of, files = made
    groups = read(files["report"]).ContentSequence[-1].ContentSequence
    for side, course, contact in zip(of.sides, groups[2:4], groups[4:], strict=True):
        sections = of.document["nerves"][side]["profile"]
        line = np.array([section["centre_mm"] for section in sections])
        length = named(course, our.LENGTH.value).ContentSequence[0]
        assert length.GraphicType == "POLYLINE"
        assert length.ReferencedFrameOfReferenceUID == of.images[0].FrameOfReferenceUID
        assert np.allclose(np.reshape(length.GraphicData, (-1, 3)), line, atol=1e-5)
        # 3.4 mm along lies between the sections at 3.0 and 3.5 mm.
        place = named(contact, our.VESSEL_GAP.value).ContentSequence[0].GraphicData
        assert np.allclose(place, line[6] + 0.8 * (line[7] - line[6]), atol=1e-5)


def test_dcmtk_shows_the_centreline_and_the_kind_of_vessel(
    made: tuple[Measured, dict[str, Path]],
) -> None:
    if shutil.which("dsrdump") is None:
        pytest.skip("dcmtk is not installed")
    shown = subprocess.run(
        ["dsrdump", made[1]["report"]], capture_output=True, text=True, check=True
    ).stdout
    assert shown.count("POLYLINE") == 2
    assert shown.count('"Artery"') == 2


def test_they_say_whose_they_are_and_that_nobody_is_known(
    made: tuple[Measured, dict[str, Path]],
) -> None:
    for path in made[1].values():
        dataset = read(path)
        assert dataset.ClinicalTrialSubjectID == dataset.PatientID == "XA-001"
        assert dataset.PatientIdentityRemoved == "YES"
        assert "ClinicalTrialSeriesID" not in dataset


def test_the_same_measurement_has_the_same_names(tmp_path: Path) -> None:
    first, again = (segmentation(measured(tmp_path / name), "BINARY") for name in "ab")
    assert first.SOPInstanceUID == again.SOPInstanceUID
    assert (first.pixel_array == again.pixel_array).all()


def test_a_refused_nerve_is_no_segment_and_no_group(tmp_path: Path) -> None:
    of = measured(tmp_path, left=refused())
    binary = segmentation(of, "BINARY")
    assert [segment.SegmentLabel for segment in binary.SegmentSequence] == ["Facial nerve, right"]
    assert faults(report(of, binary)) == []


def test_of_two_refused_nerves_there_is_no_report(tmp_path: Path) -> None:
    of = measured(tmp_path, left=refused(), right=refused())
    with pytest.raises(DicomRefused):
        report(of, Dataset())


def named(group: Dataset, value: str) -> Dataset:
    return next(
        item for item in group.ContentSequence
        if item.ConceptNameCodeSequence[0].CodeValue == value
    )  # fmt: skip


def test_a_picture_is_a_capture_of_the_participant_and_says_how_it_was_derived(
    made: tuple[Measured, dict[str, Path]],
) -> None:
    of, files = made
    picture = read(files["picture"])
    assert np.array_equal(picture.pixel_array, PIXELS)
    assert picture.DerivationCodeSequence[0].CodeValue == "113072"
    assert picture.ClinicalTrialSubjectID == of.images[0].ClinicalTrialSubjectID
    assert picture.StudyInstanceUID == of.images[0].StudyInstanceUID
    assert len(picture.SourceImageSequence) == len(of.images)
    assert "left facial nerve" in picture.ImageComments


def _methods(written: Dataset) -> Counter[str]:
    """How often a report names each method."""
    text = json.dumps(written.to_json_dict(), default=str)
    return Counter({name: text.count(f'"{name}"') for name in ("PERPCENT", "PERPCENTHAND")})


def test_a_nerve_corrected_by_hand_says_so_in_report_and_segment(tmp_path: Path) -> None:
    found = measured(tmp_path)
    by_fit = _methods(report(found, segmentation(found, "BINARY")))
    found.document["nerves"]["right"]["by_hand"] = {"sections": 2}
    binary = segmentation(found, "BINARY")
    written = report(found, binary)
    assert faults(written) == []
    # Its volume and areas, and its smallest section; the other nerve's stay what the fit came to.
    assert by_fit["PERPCENTHAND"] == 0
    assert _methods(written) == by_fit + Counter(PERPCENTHAND=2, PERPCENT=-2)
    labels = [segment.SegmentLabel for segment in binary.SegmentSequence]
    assert labels == ["Facial nerve, left", "Facial nerve, right, corrected by hand"]
