"""What we keep beyond the Basic Profile, option by option (PS3.15 E.3), as data.

Everything not named here, and not a number, a code string or a date, is emptied: the table lists
attributes that are known to identify, not all that can.
"""

from __future__ import annotations

from pydicom.tag import Tag

BASIC = ("113100", "Basic Application Confidentiality Profile")
CLEAN_DESCRIPTORS = ("113105", "Clean Descriptors Option")
MODIFIED_DATES = (
    "113107",
    "Retain Longitudinal Temporal Information Modified Dates Option",
)
PATIENT_CHARACTERISTICS = ("113108", "Retain Patient Characteristics Option")
SAFE_PRIVATE = ("113111", "Retain Safe Private Option")


def _tags(*keywords: str) -> frozenset[int]:
    return frozenset(int(Tag(keyword)) for keyword in keywords)


# 113108: what the analysis adjusts for; nothing else that the option would allow
CHARACTERISTICS = _tags(
    "PatientAge", "PatientSex", "PatientSize", "PatientWeight", "PregnancyStatus"
)

# 113105: reduced to the words of `descriptors`
DESCRIPTORS = _tags("SeriesDescription", "ProtocolName", "StudyDescription")

# 113107: dates and times of the imaging, by group (identification, acquisition, procedure);
# those of the person (group 0010) and of admissions and orders follow the table
DATED_GROUPS = frozenset((0x0008, 0x0018))
DATED = _tags(
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
    "PerformedProcedureStepEndDate",
    "PerformedProcedureStepEndTime",
)
UNDATED = _tags("InstanceCoercionDateTime", "TimezoneOffsetFromUTC")

# text about the machine and the pulse sequence, outside the table
MACHINE_TEXT = _tags(
    "Manufacturer",
    "ManufacturerModelName",
    "SoftwareVersions",
    "SequenceName",
    "PulseSequenceName",
    "TransmitCoilName",
    "ReceiveCoilName",
    "ImagedNucleus",
    "RescaleType",
    "WindowCenterWidthExplanation",
)
CODE_TEXT = _tags("CodeValue", "CodingSchemeDesignator", "CodingSchemeVersion", "CodeMeaning")
CODING_SCHEMES = frozenset(("DCM", "SCT", "SRT", "SNM3", "UCUM", "LN", "FMA", "RADLEX"))

# outside the table: tables of numbers nobody needs here, and marks that we write ourselves
UNWANTED = _tags(
    "ContributingEquipmentSequence",
    "VOILUTSequence",
    "ModalityLUTSequence",
    "EncryptedAttributesSequence",
    "BurnedInAnnotation",
    "RecognizableVisualFeatures",
    "LongitudinalTemporalInformationModified",
    "PatientIdentityRemoved",
)
EARLIER_METHODS = _tags("DeidentificationMethod", "DeidentificationMethodCodeSequence")

# 113111: numbers of MR physics by private creator and the element's low byte
SAFE_PRIVATE_ELEMENTS: dict[tuple[str, int], frozenset[int]] = {
    ("SIEMENS MR HEADER", 0x0019): frozenset((0x0B, 0x18)),  # slice duration, dwell time
    ("GEMS_PARM_01", 0x0043): frozenset((0x2C,)),  # effective echo spacing
    ("Philips MR Imaging DD 001", 0x2005): frozenset((0x0D, 0x0E)),  # scale intercept, slope
}
