"""Descriptions reduced to words that describe a scan (PS3.15 E.3.4, Clean Descriptors).

An allow-list, not a search for names: what is not known to be harmless goes.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_LIST = """
    t1 t1w t2 t2w t2star pd pdw flair stir dwi adc swi dti asl bold cine tof mra mrv mrcp
    ciss fiesta fiestac space cube vista drive bffe ffe tfe fse tse haste mprage mp2rage bravo spgr
    vibe flash gre se ir epi blade propeller trufi ssfp bssfp drive balance balanced xeta
    2d 3d 4d ax axi axial tra transverse sag sagittal cor coronal oblique obl
    head brain iac cpa cisternography cistern cisternal facial trigeminal nerve nerves cranial
    posterior fossa temporal bone pons brainstem neck angio vessel vessels artery vein
    pre post gd gad contrast ce fs fat sat fatsat sup suppressed water nd dis2d dis3d norm orig
    iso isotropic hr highres high res thin slice slices mm anat structural scan series study mri mr
    localizer localiser scout survey mip mpr cpr recon reformat normal protocol test repeat rpt
    left right bilateral both sides l r lr ap pa si is wo w with without and
    c p2 p3 i2 sense grappa arc asset caipi cs hyper fast high quality
"""
WORDS = frozenset(_LIST.split())
# 0.4, 3T, 1mm, 0.5x0.5x1.0mm; a bare whole number could be part of a date or an identifier
SIZE = re.compile(r"\d\.\d{1,2}(x\d\.\d{1,2}){0,2}(mm|iso|t)?|\d{1,2}(mm|iso|t)", re.ASCII)
DIMENSIONS = re.compile(r"^[234]d|[234]d$")  # ciss3d, 3dtof
BREAK = re.compile(r"[^\w.]+|_+")


def clean_description(text: str, names: Collection[str] = ()) -> str:
    """The words of `text` that are known to describe scans, in order, single-spaced.

    names: words of this patient's identity, in lower case, that go even where they are known words.
    """
    words = [word.strip(".") for word in BREAK.split(text)]
    return " ".join(word for word in words if word and _harmless(word.lower(), names))[:64].strip()


def _harmless(word: str, names: Collection[str]) -> bool:
    known = word in WORDS or DIMENSIONS.sub("", word) in WORDS
    return word not in names and (known or SIZE.fullmatch(word) is not None)
