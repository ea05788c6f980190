"""The trial's own marks on a de-identified image: clinical trial modules and what was done.

PS3.3 C.7.1.3, C.7.2.3, C.7.3.2 (clinical trial subject, study, series), C.12.1 (de-identification)
and C.7.5.3 (contributing equipment).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from imaging.dicom import profile
from imaging.dicom.confidentiality import EDITION

Code = tuple[str, str]

EQUIPMENT = ("studysite", "imaging.dicom.deidentify", "1")
NOT_BLINDED = (profile.MODIFIED_DATES[0], profile.PATIENT_CHARACTERISTICS[0])
CLINICAL_TRIAL_GROUP = 0x0012


@dataclass(frozen=True)
class TrialModule:
    """Whose image this is, in the trial's words. `reading_id` makes a blinded copy: neither
    subject nor site is written then, and patient characteristics and dates go too."""

    sponsor: str
    protocol_id: str
    protocol_name: str = ""
    site_id: str = ""
    site_name: str = ""
    subject_id: str = ""
    time_point_id: str = ""
    series_id: str = ""
    coordinating_center: str = ""
    reading_id: str = ""

    def __post_init__(self) -> None:
        if not self.subject_id and not self.reading_id:
            raise ValueError("a trial image needs a subject ID or a reading ID")

    @property
    def is_blinded(self) -> bool:
        return bool(self.reading_id)


def write_trial(dataset: Dataset, trial: TrialModule) -> None:
    """Replace the clinical trial group by the trial's, and name the patient by the subject.

    What an earlier de-identification said about itself stays.
    """
    for tag in [t for t in dataset.keys() if t.group == CLINICAL_TRIAL_GROUP]:  # noqa: SIM118
        if int(tag) not in profile.EARLIER_METHODS:
            del dataset[tag]
    dataset.PatientName = dataset.PatientID = trial.reading_id or trial.subject_id
    dataset.ClinicalTrialSponsorName = trial.sponsor
    dataset.ClinicalTrialProtocolID = trial.protocol_id
    dataset.ClinicalTrialProtocolName = trial.protocol_name
    if trial.is_blinded:
        dataset.ClinicalTrialSubjectReadingID = trial.reading_id
        # type 2 of the module: present and empty says "not told"
        dataset.ClinicalTrialSiteID = dataset.ClinicalTrialSiteName = ""
    else:
        dataset.ClinicalTrialSubjectID = trial.subject_id
        dataset.ClinicalTrialSiteID = trial.site_id
        dataset.ClinicalTrialSiteName = trial.site_name
        dataset.ClinicalTrialCoordinatingCenterName = trial.coordinating_center
        dataset.ClinicalTrialTimePointID = trial.time_point_id
    if trial.series_id:
        dataset.ClinicalTrialSeriesID = trial.series_id


def write_markers(dataset: Dataset, *, dates: str, options: Sequence[Code]) -> None:
    """Say what was done, no more: a head MR shows a face, and nobody has looked for burned-in text.

    dates: MODIFIED or REMOVED.
    """
    dataset.PatientIdentityRemoved = "YES"
    earlier = dataset.get("DeidentificationMethod") or []
    methods = [earlier] if isinstance(earlier, str) else list(earlier)
    ours = f"{EQUIPMENT[1]} {EQUIPMENT[2]}, {EDITION}"
    dataset.DeidentificationMethod = [*(m for m in methods if m and m != ours), ours]
    codes = list(dataset.get("DeidentificationMethodCodeSequence") or [])
    if dates == "REMOVED":
        # a blinded copy no longer keeps what the copy it was made from kept
        codes = [item for item in codes if item.get("CodeValue") not in NOT_BLINDED]
    known = {str(item.get("CodeValue")) for item in codes}
    codes += [_code(option) for option in options if option[0] not in known]
    dataset.DeidentificationMethodCodeSequence = Items(codes)
    dataset.LongitudinalTemporalInformationModified = dates
    dataset.RecognizableVisualFeatures = "YES"
    dataset.ContributingEquipmentSequence = Items([_equipment()])


def _code(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code[0], "DCM", code[1]
    return item


def _equipment() -> Dataset:
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = Items([_code(("109104", "De-identifying Equipment"))])
    item.Manufacturer, item.ManufacturerModelName, item.SoftwareVersions = EQUIPMENT
    return item
