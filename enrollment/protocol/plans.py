"""Visits and expected scans from the tables of a protocol file."""

from __future__ import annotations

from typing import Any

from enrollment.protocol.definition import Allowed, ScannerPlan, ScanPlan, VisitPlan
from enrollment.protocol.errors import ProtocolError


def visit_plan(row: dict[str, Any], scales: list[str]) -> VisitPlan:
    """A visit from its table; `scales` where it names none of its own."""
    return VisitPlan(
        row["key"],
        row["label"],
        row["label_zh"],
        tuple(row["forms"]),
        row.get("after_enrolment_days"),
        row.get("window_days", 0),
        tuple(row.get("scales", scales)),
        row.get("unscheduled", False),
    )


def scan_plan(row: dict[str, Any]) -> ScanPlan:
    """An expected scan from its table, with its limits on each scanner."""
    low, high = row["field_strength_tesla"]
    return ScanPlan(
        row["sequence"],
        row["label"],
        row["label_zh"],
        row["visit"],
        row["required"],
        row["measurable"],
        row["modality"],
        tuple(row["descriptions"]),
        tuple(row["excludes"]),
        row["acquisition"],
        row["maximum_slice_mm"],
        row["maximum_in_plane_mm"],
        row["minimum_slices"],
        (low, high),
        _limits(row, "repetition_ms"),
        _limits(row, "echo_ms"),
        row.get("maximum_acquired_mm"),
        row.get("maximum_gap_mm"),
        row.get("minimum_across_mm", 0.0),
        tuple(_scanner(each) for each in row.get("scanners", [])),
    )


def _scanner(row: dict[str, Any]) -> ScannerPlan:
    return ScannerPlan(
        row["key"],
        row.get("maximum_slice_mm"),
        row.get("maximum_in_plane_mm"),
        _limits(row, "field_strength_tesla"),
        _limits(row, "repetition_ms"),
        _limits(row, "echo_ms"),
    )


def _limits(row: dict[str, Any], name: str) -> Allowed | None:
    if name not in row:
        return None
    low, high = row[name]
    if low > high:
        raise ProtocolError(f"The lower limit of `{name}` is above the upper one.")
    return low, high
