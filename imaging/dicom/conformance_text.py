"""The conformance statement as a document: every fact in it is taken from the code that does it."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.uid import UID

from imaging.dicom import profile
from imaging.dicom.confidentiality import EDITION
from imaging.dicom.conformance import statement
from imaging.dicom.deidentify import IMPLEMENTATION_CLASS, IMPLEMENTATION_NAME
from imaging.dicom.made.codes import SCHEME
from imaging.dicom.made.encapsulated import PDF_TYPE
from imaging.dicom.network.messages import VERIFICATION
from imaging.dicom.network.provider import Bounds
from imaging.dicom.network.sender import UNIT_BYTES, Patience
from imaging.dicom.sop_classes import MR_IMAGES, STORAGE_ROOTS
from imaging.dicom.transfer_syntaxes import EXPLICIT_LITTLE, IMPLICIT_LITTLE, TAKEN
from imaging.dicom.web.objects import PICTURES

OPTIONS = (
    profile.BASIC,
    profile.CLEAN_DESCRIPTORS,
    profile.MODIFIED_DATES,
    profile.PATIENT_CHARACTERISTICS,
    profile.SAFE_PRIVATE,
)


def as_markdown() -> str:
    """The whole statement."""
    return "\n".join([*_head(), *_network(), *_web(), *_made(), *_confidentiality(), ""])


def _head() -> Iterator[str]:
    yield "# DICOM conformance statement"
    yield ""
    yield "Made by `manage.py dicom_conformance`; a test keeps it true. Implementation class"
    yield f"`{IMPLEMENTATION_CLASS}`, version `{IMPLEMENTATION_NAME}`."
    yield ""


def _network() -> Iterator[str]:
    bounds = Bounds()
    yield "## Network: service class provider"
    yield ""
    yield "| service | SOP classes |"
    yield "|---|---|"
    yield f"| Verification (C-ECHO) | {VERIFICATION} |"
    yield f"| Storage (C-STORE) | every class below {', '.join(STORAGE_ROOTS)} |"
    yield ""
    yield "Of these, MR images go on into the study; everything else waits for a person:"
    yield ""
    yield from (f"- {UID(uid).name}, `{uid}`" for uid in sorted(MR_IMAGES))
    yield ""
    yield "Encodings that are taken, the sender's first that is among them:"
    yield ""
    yield from (f"- {UID(uid).name}, `{uid}`" for uid in sorted(TAKEN))
    yield ""
    yield f"A data unit has at most {bounds.unit_bytes:,} bytes, a command set"
    yield f"{bounds.command_bytes:,}, an association {bounds.contexts} presentation contexts."
    yield f"A request comes within {bounds.request_s:g} s, a unit within {bounds.unit_s:g} s;"
    yield f"a peer that is silent for {bounds.idle_s:g} s is left."
    yield "No other service is provided."
    yield ""
    yield from _sending()


def _sending() -> Iterator[str]:
    patience = Patience()
    yield "## Network: service class user"
    yield ""
    yield "| service | SOP classes |"
    yield "|---|---|"
    yield f"| Verification (C-ECHO) | {VERIFICATION} |"
    yield "| Storage (C-STORE) | those of the stored images, and of the objects made here |"
    yield ""
    yield "Proposed are, for each class,"
    yield f"{UID(EXPLICIT_LITTLE).name} and {UID(IMPLICIT_LITTLE).name};"
    yield f"data units have at most {UNIT_BYTES:,} bytes, or what the peer takes. It is waited"
    yield f"{patience.connect_s:g} s for an association and {patience.answer_s:g} s for an answer."
    yield "Statuses 0000, B000, B006, B007 and 0111 (duplicate) count as taken."
    yield ""


def _web() -> Iterator[str]:
    rendered = [*PICTURES, PDF_TYPE]
    yield "## DICOMweb"
    yield ""
    yield "| service | at | answers |"
    yield "|---|---|---|"
    yield "| QIDO-RS | studies, series, instances | `application/dicom+json` |"
    yield '| WADO-RS | study, series, instance | `multipart/related; type="application/dicom"` |'
    yield "| WADO-RS metadata | study, series, instance | `application/dicom+json`, no bulk data |"
    yield '| WADO-RS frames | instance | `multipart/related; type="application/octet-stream"` |'
    yield f"| WADO-RS rendered | instance, frame | {', '.join(f'`{one}`' for one in rendered)} |"
    yield "| STOW-RS | studies, study | 202 once everything is on the disk |"
    yield ""
    yield f"Everything is served as {UID(EXPLICIT_LITTLE).name}."
    yield ""


def _made() -> Iterator[str]:
    yield "## Objects made here"
    yield ""
    yield "Segmentation (binary and fractional occupancy), Comprehensive 3D SR by TID 1500 and"
    yield "secondary captures of MPR, CPR and virtual endoscopy, and the case summary as an"
    yield "Encapsulated PDF: by DICOMweb, by C-STORE (without the PDF), on media with a DICOMDIR."
    yield f"Own codes are of the scheme `{SCHEME}`."
    yield ""


def _confidentiality() -> Iterator[str]:
    yield "## Confidentiality"
    yield ""
    yield f"Attribute confidentiality profiles of {EDITION}. What is done is said in the objects:"
    yield ""
    yield from (f"- {code} {meaning}" for code, meaning in OPTIONS)
    yield ""
    yield "The last where private elements were kept. A blinded copy claims neither"
    yield f"{profile.MODIFIED_DATES[0]} nor {profile.PATIENT_CHARACTERISTICS[0]}. Clean pixel data"
    yield "is never claimed, and (0028,0302) says YES: a head shows a face."
    yield ""
    yield "| attribute | | Basic Profile | here |"
    yield "|---|---|---|---|"
    for row in statement():
        yield f"| {row.tag} | {row.keyword} | {row.basic} | {row.done} |"
