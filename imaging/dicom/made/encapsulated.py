"""A PDF as a DICOM object (PS3.3 A.45.1), in the study of the images that it is about."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from imaging.dicom.made.source import MANUFACTURER, OF_THE_SERIES, TRIAL_GROUP
from imaging.dicom.transfer_syntaxes import EXPLICIT_LITTLE

ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
SERIES_NUMBER = 9006
PDF_TYPE = "application/pdf"
# Whose it is and which study: the same in every object of a study.
SHARED = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate",
    "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber", "PatientAge",
    "PatientSize", "PatientWeight", "SpecificCharacterSet",
)  # fmt: skip
# A document has the dates as they were: it makes none of the images' claims.
CLAIMS = ("PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence")


def encapsulated(
    source: Dataset, pdf: bytes, *, version: int, title: str, software: str, at: datetime
) -> Dataset:
    """One version of a document. `source` is an image of the study. The same PDF has one UID."""
    made = Dataset()
    for keyword in SHARED:
        if keyword in source:
            made[keyword] = source[keyword]
    for element in source:
        if element.tag.group == TRIAL_GROUP and element.keyword not in (*OF_THE_SERIES, *CLAIMS):
            made[element.tag] = element
    digest = hashlib.sha256(pdf).hexdigest()
    study = str(source.StudyInstanceUID)
    made.SOPClassUID, made.SOPInstanceUID = ENCAPSULATED_PDF, _uid(study, digest)
    made.SeriesInstanceUID, made.SeriesNumber = _uid(study, "documents"), SERIES_NUMBER
    made.SeriesDescription, made.Modality = "Case summaries", "DOC"
    made.Manufacturer, made.SoftwareVersions, made.ConversionType = MANUFACTURER, software, "WSD"
    made.InstanceNumber = version
    made.ContentDate, made.ContentTime = f"{at:%Y%m%d}", f"{at:%H%M%S}"
    made.AcquisitionDateTime = ""
    made.BurnedInAnnotation, made.PatientIdentityRemoved = "YES", "NO"
    made.DocumentTitle, made.ConceptNameCodeSequence = title, Sequence()
    made.MIMETypeOfEncapsulatedDocument = PDF_TYPE
    made.EncapsulatedDocumentLength = len(pdf)
    made.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(EXPLICIT_LITTLE)
    return made


def pdf_in(content: Dataset) -> bytes | None:
    """The PDF in an object; None where it is no such object."""
    if content.get("MIMETypeOfEncapsulatedDocument") != PDF_TYPE:
        return None
    return bytes(content.EncapsulatedDocument[: int(content.EncapsulatedDocumentLength)])


def _uid(*parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return f"2.25.{uuid.UUID(bytes=digest[:16], version=5).int}"
