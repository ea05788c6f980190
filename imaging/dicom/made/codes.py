"""The codes of what is measured (SNOMED CT, DICOM, UCUM), and our own where there is none."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

SCHEME = "99MRIHFS"

FACIAL_NERVE = Code("56052001", "SCT", "Facial nerve")
FACIAL_NERVE_ROOT = Code("280186008", "SCT", "Facial nerve root")
LATERALITY = Code("272741003", "SCT", "Laterality")
SIDES = {
    "left": Code("7771000", "SCT", "Left"),
    "right": Code("24028007", "SCT", "Right"),
}
AREA = Code("42798000", "SCT", "Area")
VOLUME = Code("118565006", "SCT", "Volume")
LENGTH = Code("410668003", "SCT", "Length")
MEAN = Code("373098007", "SCT", "Mean")
MINIMUM = Code("255605001", "SCT", "Minimum")
MM, MM2, MM3 = (
    Code("mm", "UCUM", "millimeter"),
    Code("mm2", "UCUM", "square millimeter"),
    Code("mm3", "UCUM", "cubic millimeter"),
)
MPR = Code("113072", "DCM", "Multiplanar reformatting")
CURVED = Code("113073", "DCM", "Curved multiplanar reformatting")
RENDERED = Code("113074", "DCM", "Volume rendering")
MRI_HEAD = Code("816077007", "SCT", "MRI of brain")

CISTERNAL_SEGMENT = Code("CISTERNAL", SCHEME, "Cisternal segment of the facial nerve")
PERPENDICULAR = Code("PERPCENT", SCHEME, "Sections perpendicular to the centreline")
BY_HAND = Code(
    "PERPCENTHAND", SCHEME, "Sections perpendicular to the centreline, some outlined by hand"
)
VESSEL_GAP = Code("VESSELGAP", SCHEME, "Gap between nerve and nearest vessel")

ALONG = Code("ALONGNERVE", SCHEME, "Distance from the brainstem end along the centreline")
INDENTATION = Code("INDENTATION", SCHEME, "Share of the nerve's width that is indented")
DEVIATION = Code("DEVIATION", SCHEME, "Deviation of the nerve from its course")
VESSEL_KIND = Code("VESSELKIND", SCHEME, "Kind of vessel")

CENTRELINE = Code("130490", "DCM", "Centerline")
SOURCE = Code("121112", "DCM", "Source of Measurement")
CONTACT = Code("11723008", "SCT", "Contact with")
DIAMETER = Code("81827009", "SCT", "Diameter")
ANGLE = Code("1483009", "SCT", "Angle")
VESSELS = {
    "artery": Code("51114001", "SCT", "Artery"),
    "vein": Code("29092000", "SCT", "Vein"),
    "unknown": Code("261665006", "SCT", "Unknown"),
}
DEGREE, NO_UNIT = Code("deg", "UCUM", "degree"), Code("1", "UCUM", "no units")

UNITS = {
    AREA.value: MM2,
    VOLUME.value: MM3,
    LENGTH.value: MM,
    VESSEL_GAP.value: MM,
    ALONG.value: MM,
    DIAMETER.value: MM,
    ANGLE.value: DEGREE,
    INDENTATION.value: NO_UNIT,
    DEVIATION.value: MM,
}


def scheme_identification() -> list[Dataset]:
    """Our own scheme, declared (PS3.3 C.12.1, (0008,0110))."""
    item = Dataset()
    item.CodingSchemeDesignator = SCHEME
    item.CodingSchemeName = "Terms of the trial MRI-HFS, NCT04645277, that no public scheme has"
    item.CodingSchemeResponsibleOrganization = "MRI-HFS"
    return [item]
