"""Every encoding that a scanner or an archive sends ends in the same voxels and the same bytes."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from imaging.dicom.deidentify import DeidKeys, deidentify
from imaging.dicom.series import read_frames
from imaging.dicom.transfer_syntaxes import TAKEN
from imaging.dicom.trial import TrialModule
from tests.imaging.dicom.instances import instance, part10

KEYS = DeidKeys(b"0123456789abcdef", -37)
TRIAL = TrialModule(sponsor="Sponsor", protocol_id="NCT04645277", subject_id="01-007")
ROWS, COLUMNS = 32, 40


def picture(signed: bool = False) -> Dataset:
    """12 of 16 bits, signed or not, with a rescale."""
    dataset = instance(rows=ROWS, columns=COLUMNS)
    values = np.random.default_rng(3).integers(-2048 if signed else 0, 2047, (ROWS, COLUMNS))
    dataset.PixelRepresentation = int(signed)
    dataset.RescaleSlope, dataset.RescaleIntercept = "0.5", "-100"
    dataset.PixelData = values.astype("<i2" if signed else "<u2").tobytes()
    return dataset


def compressed(syntax: str) -> Callable[[bytes, Path], bytes]:
    def write(plain: bytes, folder: Path) -> bytes:
        dataset = pydicom.dcmread(io.BytesIO(plain))
        dataset.compress(syntax, generate_instance_uid=False)
        return saved(dataset)

    return write


def rewritten(syntax: str) -> Callable[[bytes, Path], bytes]:
    return lambda plain, folder: part10(pydicom.dcmread(io.BytesIO(plain)), syntax)


def by_dcmtk(program: str, *options: str) -> Callable[[bytes, Path], bytes]:
    def write(plain: bytes, folder: Path) -> bytes:
        source, target = folder / "plain.dcm", folder / "made.dcm"
        source.write_bytes(plain)
        subprocess.run([program, *options, source, target], check=True, capture_output=True)
        return target.read_bytes()

    return write


def saved(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    return buffer.getvalue()


LOSSLESS: dict[str, Callable[[bytes, Path], bytes]] = {
    "implicit": rewritten(ImplicitVRLittleEndian),
    "deflated": rewritten(DeflatedExplicitVRLittleEndian),
    "JPEG-LS": compressed(JPEGLSLossless),
    "JPEG 2000": compressed(JPEG2000Lossless),
    "RLE": compressed(RLELossless),
    "big endian, dcmtk": by_dcmtk("dcmconv", "+tb"),
    "JPEG lossless, dcmtk": by_dcmtk("dcmcjpeg", "--encode-lossless-sv1", "--uid-never"),
    "JPEG lossless 14, dcmtk": by_dcmtk("dcmcjpeg", "--encode-lossless", "--uid-never"),
    "JPEG-LS, dcmtk": by_dcmtk("dcmcjpls", "--uid-never"),
    "RLE, dcmtk": by_dcmtk("dcmcrle", "--uid-never"),
    "undefined lengths, dcmtk": by_dcmtk("dcmconv", "-e"),
}


# dcmtk's JPEG encoder takes unsigned pixels alone.
WAYS = [(way, False) for way in LOSSLESS]
WAYS += [(way, True) for way in LOSSLESS if not way.startswith("JPEG lossless")]


@pytest.mark.parametrize(("way", "signed"), WAYS)
def test_a_lossless_encoding_ends_in_the_same_bytes(way: str, signed: bool, tmp_path: Path) -> None:
    if "dcmtk" in way and shutil.which("dcmconv") is None:
        pytest.skip("dcmtk is not installed")
    plain = part10(picture(signed), ExplicitVRLittleEndian)
    encoded = LOSSLESS[way](plain, tmp_path)
    syntax = str(
        pydicom.dcmread(io.BytesIO(encoded), stop_before_pixels=True).file_meta[2, 0x10].value
    )
    assert syntax in TAKEN
    assert (syntax == ExplicitVRLittleEndian) == (way == "undefined lengths, dcmtk")
    path, expected = tmp_path / "a.dcm", tmp_path / "b.dcm"
    path.write_bytes(encoded)
    expected.write_bytes(plain)
    assert (read_frames(path) == read_frames(expected)).all()
    clean = [deidentify(one, keys=KEYS, trial=TRIAL) for one in (path, expected)]
    read = [pydicom.dcmread(io.BytesIO(content)) for content in clean]
    assert (read[0].pixel_array == read[1].pixel_array).all()
    for one in read:
        # What was done to the pixels on their way is told, and differs.
        for keyword in ("LossyImageCompression", "DerivationDescription", "ImageType"):
            one.pop(keyword, None)
        one.pop("DerivationCodeSequence", None)
        one.pop("SourceImageSequence", None)
    assert read[0] == read[1]


def test_htj2k_is_taken() -> None:
    assert HTJ2KLossless in TAKEN
    wanted = pydicom.pixels.get_decoder(HTJ2KLossless)
    assert wanted.is_available


@pytest.mark.parametrize(
    ("charset", "raw", "name"),
    [
        ("GB18030", "王^小明".encode("gb18030"), "王^小明"),
        ("GBK", "王^小明".encode("gbk"), "王^小明"),
        ("ISO_IR 192", "王^小明".encode(), "王^小明"),
        (
            "\\ISO 2022 IR 58",
            b"Wang^XiaoMing=\x1b$)A\xcd\xf5^\x1b$)A\xd0\xa1\xc3\xf7",
            "Wang^XiaoMing",
        ),
        (
            "\\ISO 2022 IR 87",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B",
            "Yamada^Tarou",
        ),
    ],
)
def test_a_name_in_any_characters_is_read_and_does_not_survive(
    charset: str, raw: bytes, name: str, tmp_path: Path
) -> None:
    dataset, stand_in = picture(), "XNAMEX".ljust(len(raw), "Y")
    dataset.SpecificCharacterSet = charset.split("\\") if "\\" in charset else charset
    dataset.PatientName = dataset.ImageComments = stand_in
    content = part10(dataset).replace(stand_in.encode(), raw)
    assert raw in content
    path = tmp_path / "named.dcm"
    path.write_bytes(content)
    clean = deidentify(path, keys=KEYS, trial=TRIAL)
    assert raw not in clean
    for word in name.replace("=", "^").split("^"):
        assert word.encode() not in clean
        assert word.encode("gb18030") not in clean
