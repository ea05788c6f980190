"""The trial's limits for each sequence, as data, and a departure from one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

Range = tuple[float, float]


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
