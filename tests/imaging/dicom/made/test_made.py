"""What is made of a measurement says the measurement's numbers and voxels, to readers not ours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.dataset import Dataset

from imaging.dicom.errors import DicomRefused
from imaging.dicom.made import codes as our
from imaging.dicom.made.captures import capture
from imaging.dicom.made.occupancy import occupancy
from imaging.dicom.made.report import report
from imaging.dicom.made.segmentation import segmentation
from imaging.dicom.made.source import Measured
from imaging.dicom.made.template import FINDING_SITE, METHOD, TRACKING_UID, faults
from tests.imaging.dicom.made.measured import STEPS_MM, measured
from tests.imaging.results import refused

# highdicom warns of a person's name of one word, which a subject number is.
pytestmark = pytest.mark.filterwarnings("ignore:The string:UserWarning")
BIN = Path(sys.executable).parent
PIXELS = np.random.default_rng(1).integers(0, 255, (20, 30, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Measured, dict[str, Path]]:
    """A measurement, and its objects as files."""
    folder = tmp_path_factory.mktemp("made")
    of = measured(folder / "scan")
    binary = segmentation(of, "BINARY")
    objects = {
        "binary": binary,
        "fractional": segmentation(of, "FRACTIONAL"),
        "report": report(of, binary),
        "picture": capture(of, 1, "left", "mpr.png", PIXELS),
    }
    for name, dataset in objects.items():
        dataset.save_as(folder / f"{name}.dcm", enforce_file_format=True)
    return of, {name: folder / f"{name}.dcm" for name in objects}


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
    assert [group["Laterality"]["CodeMeaning"] for group in groups] == ["Left", "Right"]
    for side, group in zip(of.sides, groups, strict=True):
        nerve = of.document["nerves"][side]
        told = [
            (item["quantity"]["CodeValue"], float(item["value"]), item["units"]["CodeValue"])
            for item in group["measurementItems"]
        ]
        areas = [nerve[f"csa_{which}_mm2"] for which in ("mean", "min", "rez")]
        assert told == [
            *[(our.AREA.value, area, "mm2") for area in areas],
            (our.VOLUME.value, pytest.approx(nerve["volume_mm3"]), "mm3"),
            (our.LENGTH.value, nerve["length_mm"], "mm"),
            (our.VESSEL_GAP.value, 0.0, "mm"),
        ]


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


def group_of(dataset: Dataset) -> Dataset:
    """The first measurement group."""
    return dataset.ContentSequence[-1].ContentSequence[0]


def named(group: Dataset, value: str) -> Dataset:
    return next(
        item for item in group.ContentSequence
        if item.ConceptNameCodeSequence[0].CodeValue == value
    )  # fmt: skip


def volume_in_mm2(dataset: Dataset) -> None:
    value = named(group_of(dataset), our.VOLUME.value).MeasuredValueSequence[0]
    value.MeasurementUnitsCodeSequence[0].CodeValue = "mm2"


def without(value: str) -> Callable[[Dataset], None]:
    def take(dataset: Dataset) -> None:
        group = group_of(dataset)
        group.ContentSequence.remove(named(group, value))

    return take


def no_side(dataset: Dataset) -> None:
    del named(group_of(dataset), FINDING_SITE[0]).ContentSequence


def one_uid_twice(dataset: Dataset) -> None:
    first, second = dataset.ContentSequence[-1].ContentSequence[:2]
    named(second, TRACKING_UID[0]).UID = named(first, TRACKING_UID[0]).UID


def undeclared(dataset: Dataset) -> None:
    del dataset.CodingSchemeIdentificationSequence


def negative(dataset: Dataset) -> None:
    named(group_of(dataset), our.AREA.value).MeasuredValueSequence[0].NumericValue = "-1"


def another_template(dataset: Dataset) -> None:
    dataset.ContentTemplateSequence[0].TemplateIdentifier = "1400"


def unknown_number(dataset: Dataset) -> None:
    name = named(group_of(dataset), our.VESSEL_GAP.value).ConceptNameCodeSequence[0]
    name.CodeValue = "MOOD"


SPOILT = [
    (volume_in_mm2, "is in mm2, not in mm3"),
    (without(TRACKING_UID[0]), "tracking UID"),
    (without("112039"), "tracking identifier"),
    (without(METHOD[0]), "method"),
    (without("111003"), "version of the algorithm"),
    (without("121191"), "segment"),
    (without(our.LENGTH.value), "0 numbers of"),
    (no_side, "no side"),
    (one_uid_twice, "two groups have one tracking UID"),
    (undeclared, "is not declared"),
    (negative, "less than nothing"),
    (another_template, "template 1500"),
    (unknown_number, "nothing that we measure"),
]


@pytest.mark.parametrize(("spoil", "why"), SPOILT, ids=[why for _, why in SPOILT])
def test_the_checker_finds_what_is_wrong(
    made: tuple[Measured, dict[str, Path]], spoil: Callable[[Dataset], None], why: str
) -> None:
    dataset = deepcopy(read(made[1]["report"]))
    assert faults(dataset) == []
    spoil(dataset)
    assert any(why in fault for fault in faults(dataset))


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


def test_a_nerve_corrected_by_hand_says_so_in_report_and_segment(tmp_path: Path) -> None:
    found = measured(tmp_path)
    found.document["nerves"]["right"]["by_hand"] = {"sections": 2}
    binary = segmentation(found, "BINARY")
    written = report(found, binary)
    assert faults(written) == []
    names = written.to_json()
    assert names.count('"PERPCENT"') == names.count('"PERPCENTHAND"') == 1
    labels = [segment.SegmentLabel for segment in binary.SegmentSequence]
    assert labels == ["Facial nerve, left", "Facial nerve, right, corrected by hand"]
