"""Instances grouped into series, and a series read as one volume."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from imaging.dicom.decoding import stored_pixels
from imaging.dicom.errors import DicomRefused
from imaging.dicom.geometry import Problem, Slice, Stack, stack
from imaging.dicom.header import Header, read_header
from imaging.dicom.planes import planes_of
from imaging.dicom.reading import lenient, open_dataset
from imaging.nerve.volume import Volume
from imaging.told import told


def group_series(headers: Iterable[Header]) -> dict[str, tuple[Header, ...]]:
    """Headers by series UID, in order of series number; the same content twice is one.

    Raises DicomRefused("conflict") where one instance UID comes with two contents.
    """
    groups: dict[str, dict[str, Header]] = {}
    for header in headers:
        known = groups.setdefault(header.series_uid, {}).setdefault(header.sop_uid, header)
        if known.content_sha256 != header.content_sha256:
            raise DicomRefused("conflict", told("Two different files carry the same instance UID."))
    by_number = sorted(groups.items(), key=lambda pair: (_number(pair[1]), pair[0]))
    return {uid: tuple(group.values()) for uid, group in by_number}


def _number(group: dict[str, Header]) -> int:
    return next(iter(group.values())).series_number or 0


def mixed_patients(headers: Sequence[Header]) -> Problem | None:
    """A study whose images name more than one patient stops: nobody knows whose it is."""
    patients = {h.patient_id for h in headers}
    if len(patients) < 2:
        return None
    return Problem(
        "mixed_patients",
        told(
            "The images of one study carry %(patients)s different patient IDs.",
            patients=len(patients),
        ),
    )


def read_series(paths: Sequence[Path]) -> Volume:
    """One series as a float32 volume in LPS, rescaled; DicomRefused where it is not one volume."""
    found: dict[str, tuple[Header, Path]] = {}
    for path in paths:
        header = read_header(path)
        found.setdefault(header.sop_uid, (header, path))
    series = group_series(header for header, _ in found.values())
    if len(series) != 1:
        raise DicomRefused("several_series", several_series_sentence(series))
    (headers,) = series.values()
    files = {uid: path for uid, (_, path) in found.items()}
    return _read_stack(usable_stack(headers), files)


def several_series_sentence(series: dict[str, tuple[Header, ...]]) -> str:
    if not series:
        return told("There is no DICOM image.")
    names = ", ".join(
        f"{h[0].series_description or 'series ' + str(h[0].series_number)} ({len(h)} images)"
        for h in series.values()
    )
    return f"There are {len(series)} series where one is wanted: {names}."


def usable_stack(headers: Sequence[Header]) -> Stack:
    """The ordered stack of one series; DicomRefused with its first problem."""
    if not all(h.has_pixels for h in headers):
        raise DicomRefused("no_pixels", told("The series holds files without a picture."))
    if any("MOSAIC" in h.image_type for h in headers):
        raise DicomRefused("mosaic", told("The series is a mosaic, many slices in one picture."))
    ordered = stack(headers)
    if ordered.problems:
        raise DicomRefused(ordered.problems[0].code, ordered.problems[0].sentence)
    return ordered


def _read_stack(ordered: Stack, files: dict[str, Path]) -> Volume:
    first = ordered.slices[0].header
    voxels = np.empty((first.columns, first.rows, len(ordered.slices)), dtype=np.float32)
    by_file: dict[str, list[tuple[int, Slice]]] = {}
    for k, piece in enumerate(ordered.slices):
        by_file.setdefault(piece.header.sop_uid, []).append((k, piece))
    for uid, pieces in by_file.items():
        frames = read_frames(files[uid])
        for k, piece in pieces:
            voxels[:, :, k] = frames[piece.frame].T
    assert ordered.affine is not None  # usable_stack
    return Volume(voxels=voxels, affine=ordered.affine, acquired_mm=first.acquired_mm)


def read_frames(path: Path) -> np.ndarray:
    """A file's pixel values after rescale, shape (frames, rows, columns), float32."""
    dataset = open_dataset(path)
    with lenient(path.name):
        if int(dataset.get("SamplesPerPixel") or 1) != 1:
            raise DicomRefused(
                "colour", told("%(file)s is a colour picture, not a scan's values.", file=path.name)
            )
        stored = stored_pixels(dataset)
        planes = planes_of(dataset)
    frames = stored if stored.ndim == 3 else stored[np.newaxis]
    slopes = np.array([p.slope for p in planes], dtype=np.float64)
    intercepts = np.array([p.intercept for p in planes], dtype=np.float64)
    if len(planes) not in (1, len(frames)):
        raise DicomRefused(
            "malformed",
            told("%(file)s places %(frames)s of its frames.", file=path.name, frames=len(planes)),
        )
    values = frames * slopes[:, None, None] + intercepts[:, None, None]
    return np.asarray(values, dtype=np.float32)
