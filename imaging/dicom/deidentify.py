"""De-identification by PS3.15 Annex E: an original file's bytes in, a trial file's bytes out."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pydicom
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from imaging.dicom import profile
from imaging.dicom.cleaning import Cleaner
from imaging.dicom.errors import DicomRefused
from imaging.dicom.identity_words import all_texts, identity_words
from imaging.dicom.plain_pixels import plain_pixels
from imaging.dicom.reading import Source, lenient, name_of, open_dataset
from imaging.dicom.sop_classes import MR_IMAGES
from imaging.dicom.trial import Code, TrialModule, write_markers, write_trial
from imaging.told import told

IMPLEMENTATION_CLASS = "2.25.333268808789892657593778207032981643502"
IMPLEMENTATION_NAME = "STUDYSITE_1"
OTHER_PICTURES = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00001, 0x7FE00002, 0x7FE00003))
LEAST_TELLING = 5


@dataclass(frozen=True)
class DeidKeys:
    """Secrets of one participant's de-identification.

    uid_key: the study's key for UIDs, another one for each blinded reading.
    date_offset_days: whole days added to every date; never 0, which would keep them.
    """

    uid_key: bytes
    date_offset_days: int

    def __post_init__(self) -> None:
        if len(self.uid_key) < 16:
            raise ValueError("a UID key has at least 16 bytes")
        if self.date_offset_days == 0:
            raise ValueError("a date offset of 0 days would keep the dates")

    def __repr__(self) -> str:
        return "DeidKeys(secret)"


def deidentify(source: Source, *, keys: DeidKeys, trial: TrialModule) -> bytes:
    """A de-identified MR image as Part 10 bytes, explicit little endian; same input, same bytes.

    Raises DicomRefused for a file that is damaged, no MR image, or would still name the patient.
    """
    name = name_of(source)
    dataset = open_dataset(source)
    with lenient(name):
        _require_mr(dataset, name)
        cleaned = _clean(dataset, keys, trial, name)
        if "PixelData" in dataset:
            cleaned.add_new(0x7FE00010, _pixel_vr(dataset), plain_pixels(dataset, name))
        return _written(cleaned)


def _clean(dataset: Dataset, keys: DeidKeys, trial: TrialModule, name: str) -> Dataset:
    names = identity_words(dataset)
    offset = None if trial.is_blinded else keys.date_offset_days
    cleaner = Cleaner(keys.uid_key, offset, not trial.is_blinded, names)
    cleaned = cleaner.clean(dataset)
    for tag in (0x7FE00010, *OTHER_PICTURES):
        cleaned.pop(tag, None)
    cleaned.SpecificCharacterSet = "ISO_IR 192"
    if "PatientBirthDate" not in cleaned:
        cleaned.PatientBirthDate = ""
    if str(dataset.get("BurnedInAnnotation") or "") == "YES":
        cleaned.BurnedInAnnotation = "YES"
    _require_nobody(cleaned, names, name)
    write_trial(cleaned, trial)
    write_markers(
        cleaned,
        dates="REMOVED" if trial.is_blinded else "MODIFIED",
        options=_options(trial, bool(cleaner.kept_private)),
    )
    return cleaned


def _options(trial: TrialModule, kept_private: bool) -> list[Code]:
    options = [profile.BASIC, profile.CLEAN_DESCRIPTORS]
    if not trial.is_blinded:
        options += [profile.MODIFIED_DATES, profile.PATIENT_CHARACTERISTICS]
    return [*options, profile.SAFE_PRIVATE] if kept_private else options


def _require_mr(dataset: Dataset, name: str) -> None:
    uid = UID(str(dataset.get("SOPClassUID") or ""))
    if uid not in MR_IMAGES:
        what = uid.name if uid and uid.name != uid else "no kind of image that we know"
        raise DicomRefused(
            "not_mr", told("%(file)s is not an MR image but %(what)s.", file=name, what=what)
        )
    if any(tag in dataset for tag in OTHER_PICTURES):
        raise DicomRefused(
            "float_pixels", told("%(file)s has pixels that are no whole numbers.", file=name)
        )


def _pixel_vr(dataset: Dataset) -> str:
    return "OB" if int(dataset.BitsAllocated) <= 8 else "OW"


def _written(cleaned: Dataset) -> bytes:
    """Part 10 bytes with a file meta group of our own and a preamble of zeros."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = cleaned.SOPClassUID
    meta.MediaStorageSOPInstanceUID = cleaned.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS)
    meta.ImplementationVersionName = IMPLEMENTATION_NAME
    buffer = io.BytesIO()
    writing = config.settings.writing_validation_mode
    config.settings.writing_validation_mode = config.IGNORE
    try:
        whole = pydicom.FileDataset(buffer, cleaned, preamble=b"\0" * 128, file_meta=meta)
        pydicom.dcmwrite(buffer, whole, enforce_file_format=True)
    finally:
        config.settings.writing_validation_mode = writing
    return buffer.getvalue()


def _require_nobody(cleaned: Dataset, names: frozenset[str], name: str) -> None:
    """The last look: a telling word of the identity left in any value stops the file.

    It sees parts of words too, which cleaning, word by word, does not.
    """
    left = "\n".join(all_texts(cleaned)).lower()
    for word in names:
        if len(word) >= LEAST_TELLING and not word.isdigit() and word in left:
            raise DicomRefused(
                "still_named",
                told(
                    "%(file)s still names its patient after cleaning; it is held back.", file=name
                ),
            )
