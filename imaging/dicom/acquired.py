"""How finely an image was really sampled, where the scanner filled k-space with zeros."""

from __future__ import annotations

from pydicom.dataset import Dataset

from imaging.dicom.planes import numbers

SAME = 0.99


def acquired_mm(
    dataset: Dataset, spacing_mm: tuple[float, float] | None
) -> tuple[float, float] | None:
    """Acquired resolution along a row and along a column, mm, by Acquisition Matrix (0018,1310).

    None where the matrix is missing, or as fine as the picture. Scanners disagree about which
    slot of the matrix is which, so the phase-encoding direction decides where it is stated.
    """
    matrix = [int(v) for v in numbers(dataset.get("AcquisitionMatrix"))]
    rows, columns = numbers(dataset.get("Rows")), numbers(dataset.get("Columns"))
    if spacing_mm is None or len(matrix) != 4 or not rows or not columns:
        return None
    samples = _along(matrix, str(dataset.get("InPlanePhaseEncodingDirection") or ""))
    if samples is None:
        return None
    size = (columns[0], rows[0])
    ratios = [min(1.0, n / whole) for n, whole in zip(samples, size, strict=True)]
    if min(ratios) > SAME:
        return None
    return spacing_mm[0] / ratios[0], spacing_mm[1] / ratios[1]


def _along(matrix: list[int], phase: str) -> tuple[int, int] | None:
    """Samples along a row and along a column."""
    frequency, encoded = matrix[0] or matrix[1], matrix[2] or matrix[3]
    if frequency <= 0 or encoded <= 0:
        return None
    if phase == "ROW":
        return encoded, frequency
    if phase in ("COL", "COLUMN"):
        return frequency, encoded
    return (frequency, encoded) if matrix[1] else (encoded, frequency)
