"""A series against the trial's imaging protocol: which sequence it is, and where it departs.

The rules are data of the protocol file. The check reads the original headers, for
de-identification drops some of what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from imaging.dicom.burned_in import burned_in_risk
from imaging.dicom.descriptors import clean_description
from imaging.dicom.geometry import Stack, stack
from imaging.dicom.header import Header
from imaging.dicom.series_rules import Deviation, SeriesRule
from imaging.dicom.sop_classes import MR_IMAGES
from imaging.dicom.taken_as import across, physics, resolution
from imaging.told import told

LOCALISER = re.compile(r"local[iy][sz]er|scout|survey|3[- _]?plane|aahead", re.IGNORECASE)
MODALITY = re.compile(r"[A-Z]{2,4}")
PROJECTIONS = frozenset(
    ("MIP", "MINIP", "PROJECTION IMAGE", "MPR", "CPR", "LOCALIZER", "REFORMATTED")
)
# a wrong slice geometry keeps a picture from being one volume; mixed patients from being anyone's
REFUSED = frozenset(("no_geometry", "mixed_patients", "mixed_sizes", "mixed_spacing"))


@dataclass(frozen=True)
class Finding:
    """What a series is. `key`: the rule's, None where it is none of the trial's. `refusal`: why it
    waits for a person. `measurable`: whether the nerve may be measured on it."""

    key: str | None
    deviations: tuple[Deviation, ...]
    refusal: Deviation | None
    measurable: bool


def check_series(headers: Sequence[Header], rules: Sequence[SeriesRule]) -> Finding:
    """Judge one series by its original headers. Never raises: a refusal is a finding."""
    if not headers:
        return _refused("empty", told("The series holds no image."))
    refusal = _refusal(headers)
    if refusal is not None:
        return Finding(None, (), refusal, False)
    found = stack(headers)
    if found.problems and found.problems[0].code in REFUSED:
        return _refused(found.problems[0].code, found.problems[0].sentence)
    candidates = [rule for rule in rules if _names(rule, headers[0])]
    if not candidates:
        return _refused(
            "unknown_sequence",
            told(
                "%(series)s is none of the sequences that the protocol expects.",
                series=_told(headers[0]),
            ),
        )
    here = [rule.on(headers[0].manufacturer, headers[0].model_name) for rule in candidates]
    judged = [(rule, _deviations(rule, headers, found)) for rule in here]
    rule, deviations = min(judged, key=lambda pair: len(pair[1]))
    blocked = any(d.blocks_measurement for d in deviations)
    return Finding(rule.key, tuple(deviations), None, rule.measurable and not blocked)


def _refused(code: str, sentence: str) -> Finding:
    return Finding(None, (), Deviation(code, sentence, True), False)


def _title(header: Header) -> str:
    return header.series_description or header.protocol_name or f"series {header.series_number}"


def _told(header: Header) -> str:
    """The series for a sentence that is kept: descriptions are typed by people, about patients."""
    words = clean_description(_title(header))
    if words:
        return f'"{words}"'
    if header.series_number is None:
        return told("A series without a number")
    return told("Series %(number)s", number=header.series_number)


def _names(rule: SeriesRule, header: Header) -> bool:
    said = "\n".join((header.series_description, header.protocol_name, header.sequence_name))

    def any_of(patterns: tuple[str, ...]) -> bool:
        return any(re.search(pattern, said, re.IGNORECASE) for pattern in patterns)

    return rule.modality == header.modality and any_of(rule.patterns) and not any_of(rule.excludes)


def _refusal(headers: Sequence[Header]) -> Deviation | None:
    """Kinds of image that no rule may accept."""
    first = headers[0]
    risk = next((r for r in map(burned_in_risk, headers) if r), None)
    if risk is not None:
        return Deviation("burned_in", risk, True)
    if first.modality != "MR":
        known = MODALITY.fullmatch(first.modality)
        kind = first.modality if known else told("an image of unknown kind")
        return Deviation(
            "not_mr", told("The series is %(kind)s; the trial takes MR.", kind=kind), True
        )
    if first.sop_class_uid not in MR_IMAGES:
        return Deviation(
            "not_mr", told("The series holds no MR images but other MR objects."), True
        )
    if LOCALISER.search(_title(first)) or "LOCALIZER" in first.image_type:
        return Deviation(
            "localiser", told("The series is a localiser, not a scan of the nerve."), True
        )
    if PROJECTIONS & set(first.image_type):
        return Deviation(
            "reformatted",
            told("The series is a projection or reformat, not the scan itself."),
            True,
        )
    return None


def _deviations(rule: SeriesRule, headers: Sequence[Header], found: Stack) -> list[Deviation]:
    geometry = [Deviation(p.code, p.sentence, True) for p in found.problems]
    return [
        *geometry,
        *_sampling(rule, headers[0], found),
        *resolution(rule, headers[0], found),
        *across(rule, found),
        *physics(rule, headers[0]),
    ]


def _sampling(rule: SeriesRule, header: Header, found: Stack) -> list[Deviation]:
    """Slices, pixels and coverage."""
    deviations = []
    step = found.step_mm if found.step_mm is not None else header.slice_thickness_mm
    if rule.max_slice_mm is not None and step is not None and step > rule.max_slice_mm + 1e-3:
        deviations.append(
            Deviation(
                "thick_slices",
                told(
                    "Slices are %(step)s mm apart; the protocol allows %(most)s mm.",
                    step=f"{step:.2f}",
                    most=f"{rule.max_slice_mm:g}",
                ),
                True,
            )
        )
    pixel = max(header.spacing_mm or (0.0,))
    if rule.max_pixel_mm is not None and pixel > rule.max_pixel_mm + 1e-3:
        deviations.append(
            Deviation(
                "large_pixels",
                told(
                    "Pixels are %(pixel)s mm wide; the protocol allows %(most)s mm.",
                    pixel=f"{pixel:.2f}",
                    most=f"{rule.max_pixel_mm:g}",
                ),
                True,
            )
        )
    count = len(found.slices)
    if count < rule.min_slices:
        deviations.append(
            Deviation(
                "few_slices",
                told(
                    "%(count)s slices; the protocol asks for %(least)s.",
                    count=count,
                    least=rule.min_slices,
                ),
            )
        )
    return deviations + _coverage(rule, header, count, step)


def _coverage(rule: SeriesRule, header: Header, count: int, step: float | None) -> list[Deviation]:
    spacing = header.spacing_mm or (0.0, 0.0)
    extent = (header.columns * spacing[0], header.rows * spacing[1], count * (step or 0.0))
    if all(e >= least for e, least in zip(extent, rule.min_coverage_mm, strict=True)):
        return []
    size = " x ".join(f"{e:.0f}" for e in extent)
    least = " x ".join(f"{m:g}" for m in rule.min_coverage_mm)
    return [
        Deviation(
            "small_coverage",
            told(
                "The scan covers %(size)s mm; the protocol asks for %(least)s mm.",
                size=size,
                least=least,
            ),
        )
    ]
