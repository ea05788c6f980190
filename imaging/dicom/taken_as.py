"""How a series was taken against its rule: resolution, gaps, both sides, field strength, times."""

from __future__ import annotations

from imaging.dicom.geometry import Stack
from imaging.dicom.header import Header
from imaging.dicom.series_rules import Deviation, Range, SeriesRule
from imaging.told import told


def resolution(rule: SeriesRule, header: Header, found: Stack) -> list[Deviation]:
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


def across(rule: SeriesRule, found: Stack) -> list[Deviation]:
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


def physics(rule: SeriesRule, header: Header) -> list[Deviation]:
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
