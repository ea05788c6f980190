"""A series against the trial's imaging protocol: which sequence it is, and where it departs.

The rules are data of the protocol file. The check reads the original headers, for
de-identification drops some of what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imaging.dicom.burned_in import burned_in_risk
from imaging.dicom.descriptors import clean_description
from imaging.dicom.geometry import Stack, stack
from imaging.dicom.header import Header
from imaging.dicom.sop_classes import MR_IMAGES
from imaging.told import told

Range = tuple[float, float]

LOCALISER = re.compile(r"local[iy][sz]er|scout|survey|3[- _]?plane|aahead", re.IGNORECASE)
MODALITY = re.compile(r"[A-Z]{2,4}")
PROJECTIONS = frozenset(
    ("MIP", "MINIP", "PROJECTION IMAGE", "MPR", "CPR", "LOCALIZER", "REFORMATTED")
)
# a wrong slice geometry keeps a picture from being one volume; mixed patients from being anyone's
REFUSED = frozenset(("no_geometry", "mixed_patients", "mixed_sizes", "mixed_spacing"))


@dataclass(frozen=True)
class ScannerRule:
    """What takes the place of a sequence's limits on some scanners: those whose maker and model,
    such as "SIEMENS Prisma", a pattern is found in. None leaves a limit as it is."""

    pattern: str
    max_slice_mm: float | None = None
    max_pixel_mm: float | None = None
    field_strength_t: Range | None = None
    repetition_ms: Range | None = None
    echo_ms: Range | None = None


@dataclass(frozen=True)
class SeriesRule:
    """One sequence of the imaging protocol.

    key: the expected scan's short word, such as "t2_3d", "t1_3d", "tof".
    patterns: regular expressions, any case; one found in description, protocol or sequence name
        makes a series a candidate. excludes: one found there makes it none.
    max_slice_mm: largest distance between slice centres. max_pixel_mm: largest in-plane spacing.
    field_strength_t, repetition_ms, echo_ms: allowed ranges, None for any.
    acquisition: "3D", "2D" or "" for either.
    max_acquired_mm: largest in-plane resolution as acquired, where the picture is filled up finer.
    max_gap_mm: largest part of the distance between slices that no slice covers.
    min_coverage_mm: least extent along rows, columns and slices.
    min_across_mm: least extent from the patient's right to the left, so that both sides are in.
    scanners: other limits on some scanners; the first that fits counts.
    measurable: whether the nerve may be measured on this sequence.
    """

    key: str
    title: str
    patterns: tuple[str, ...]
    excludes: tuple[str, ...] = ()
    modality: str = "MR"
    acquisition: str = ""
    max_slice_mm: float | None = None
    max_pixel_mm: float | None = None
    field_strength_t: Range | None = None
    repetition_ms: Range | None = None
    echo_ms: Range | None = None
    min_slices: int = 1
    min_coverage_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    min_across_mm: float = 0.0
    max_acquired_mm: float | None = None
    max_gap_mm: float | None = None
    scanners: tuple[ScannerRule, ...] = ()
    measurable: bool = False

    def on(self, manufacturer: str, model: str) -> SeriesRule:
        """The rule on one scanner."""
        name = f"{manufacturer} {model}"
        fitting = (row for row in self.scanners if re.search(row.pattern, name, re.IGNORECASE))
        found = next(fitting, None)
        if found is None:
            return self
        limits = {name: value for name, value in vars(found).items() if value is not None}
        del limits["pattern"]
        return replace(self, **limits)


@dataclass(frozen=True)
class Deviation:
    """One departure: a short code, a sentence, and whether it rules a measurement out."""

    code: str
    sentence: str
    blocks_measurement: bool = False


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
        *_resolution(rule, headers[0], found),
        *_across(rule, found),
        *_physics(rule, headers[0]),
    ]


def _resolution(rule: SeriesRule, header: Header, found: Stack) -> list[Deviation]:
    """What the scanner really sampled: a filled-up picture shows no more, and a gap nothing."""
    deviations = []
    acquired = max(header.acquired_mm or (0.0,))
    if rule.max_acquired_mm is not None and acquired > rule.max_acquired_mm + 1e-3:
        sentence = told(
            "The picture was acquired at %(acquired)s mm and filled up; the protocol allows "
            "%(most)s mm.",
            acquired=f"{acquired:.2f}",
            most=f"{rule.max_acquired_mm:g}",
        )
        deviations.append(Deviation("coarse_acquisition", sentence))
    if found.step_mm is None or header.slice_thickness_mm is None or rule.max_gap_mm is None:
        return deviations
    gap = found.step_mm - header.slice_thickness_mm
    if gap > rule.max_gap_mm + 1e-3:
        sentence = told(
            "Between the slices %(gap)s mm are not imaged; the protocol allows %(most)s mm.",
            gap=f"{gap:.2f}",
            most=f"{rule.max_gap_mm:g}",
        )
        deviations.append(Deviation("slice_gap", sentence, True))
    return deviations


def _across(rule: SeriesRule, found: Stack) -> list[Deviation]:
    """How far the scan reaches from the patient's right to the left: both nerves are measured."""
    if found.affine is None:
        return []
    header = found.slices[0].header
    counts = (header.columns, header.rows, len(found.slices))
    across = sum(abs(float(found.affine[0, axis])) * n for axis, n in enumerate(counts))
    if across + 1e-3 >= rule.min_across_mm:
        return []
    return [
        Deviation(
            "one_sided",
            told(
                "The scan covers %(across)s mm from right to left; for both sides the protocol "
                "asks for %(least)s mm.",
                across=f"{across:.0f}",
                least=f"{rule.min_across_mm:g}",
            ),
        )
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


def _physics(rule: SeriesRule, header: Header) -> list[Deviation]:
    """Acquisition type, field strength, TR and TE; what a file does not say is noted, no more."""
    deviations = []
    if rule.acquisition and header.acquisition_type != rule.acquisition:
        kind, wanted = header.acquisition_type, rule.acquisition
        known = kind in ("2D", "3D")
        sentence = (
            told(
                "The scan is %(kind)s; the protocol asks for %(wanted)s.", kind=kind, wanted=wanted
            )
            if known
            else told("The file does not say whether the scan is %(wanted)s.", wanted=wanted)
        )
        deviations.append(Deviation("acquisition", sentence, known))
    for code, what, unit, value, allowed in (
        (
            "field_strength",
            told("Field strength"),
            "T",
            header.field_strength_t,
            rule.field_strength_t,
        ),
        (
            "repetition_time",
            told("Repetition time"),
            "ms",
            header.repetition_time_ms,
            rule.repetition_ms,
        ),
        ("echo_time", told("Echo time"), "ms", header.echo_time_ms, rule.echo_ms),
    ):
        deviations += _range(code, what, unit, value, allowed)
    return deviations


def _range(
    code: str, what: str, unit: str, value: float | None, allowed: Range | None
) -> list[Deviation]:
    if allowed is None:
        return []
    low, high = (f"{bound:g}" for bound in allowed)
    bounds = told("%(low)s to %(high)s %(unit)s", low=low, high=high, unit=unit)
    if value is None:
        return [
            Deviation(
                code,
                told(
                    "%(what)s is not stated; the protocol asks for %(bounds)s.",
                    what=what,
                    bounds=bounds,
                ),
            )
        ]
    if allowed[0] <= value <= allowed[1]:
        return []
    return [
        Deviation(
            code,
            told(
                "%(what)s is %(value)s %(unit)s; the protocol asks for %(bounds)s.",
                what=what,
                value=f"{value:g}",
                unit=unit,
                bounds=bounds,
            ),
        )
    ]
