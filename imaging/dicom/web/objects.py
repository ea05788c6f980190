"""Our own stored objects as DICOMweb shows them: attributes as JSON, frames, pictures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset

from imaging.dicom.errors import DicomRefused
from imaging.dicom.made.encapsulated import pdf_in
from imaging.told import told

MOST_PIXELS = 4096
# What an encapsulated document is: no attribute to be told, as pixels are none.
DOCUMENT = "EncapsulatedDocument"
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}


def attributes_of(content: bytes) -> dict[str, Any]:
    """Everything but the pixels, as DICOM JSON."""
    dataset = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)
    if DOCUMENT in dataset:
        del dataset[DOCUMENT]
    found: dict[str, Any] = dataset.to_json_dict()
    found["00080056"] = {"vr": "CS", "Value": ["ONLINE"]}
    found["00083002"] = {"vr": "UI", "Value": [str(dataset.file_meta.TransferSyntaxUID)]}
    return found


def frames_of(content: bytes, numbers: list[int]) -> list[bytes]:
    """Frames by number, from 1, as little-endian samples. Raises DicomRefused."""
    dataset = pydicom.dcmread(io.BytesIO(content))
    if "PixelData" not in dataset:
        raise _no_frame()
    bits = _frame_bits(dataset)
    count = int(dataset.get("NumberOfFrames") or 1)
    if not numbers or any(not 1 <= number <= count for number in numbers):
        raise _no_frame()
    return [_cut(dataset.PixelData, (number - 1) * bits, number * bits) for number in numbers]


def document_of(content: bytes) -> bytes | None:
    """The PDF that an object holds; None where it holds none."""
    return pdf_in(pydicom.dcmread(io.BytesIO(content)))


def rendered(
    content: bytes,
    *,
    media_type: str,
    frame: int = 1,
    window: tuple[float, float] | None = None,
    size_px: tuple[int, int] | None = None,
) -> bytes:
    """One frame as a picture, in shades of grey or, where it is of red, green and blue, in these.
    `window` is centre and width of what is shown; left out, the object's own, or what holds all but
    the rarest values. Raises DicomRefused."""
    dataset = pydicom.dcmread(io.BytesIO(content))
    (raw,) = frames_of(content, [frame])
    shape = (int(dataset.Rows), int(dataset.Columns))
    if dataset.PhotometricInterpretation == "RGB":
        return _written(np.frombuffer(raw, np.uint8).reshape(*shape, 3), media_type, size_px)
    return _written(_grey(dataset, raw, shape, window), media_type, size_px)


def _grey(
    dataset: Dataset, raw: bytes, shape: tuple[int, int], window: tuple[float, float] | None
) -> np.ndarray:
    if dataset.BitsAllocated == 1:
        bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")
        return bits[: shape[0] * shape[1]].reshape(shape) * np.uint8(255)
    kind = f"<{'i' if dataset.get('PixelRepresentation') else 'u'}{int(dataset.BitsAllocated) // 8}"
    stored = np.frombuffer(raw, kind).reshape(shape)
    values = stored.astype(np.float64) * float(dataset.get("RescaleSlope") or 1)
    values += float(dataset.get("RescaleIntercept") or 0)
    middle, width = window or _own_window(dataset) or _window_of(values)
    grey = np.clip((values - middle) / max(width, 1e-9) + 0.5, 0.0, 1.0) * 255
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    return np.round(grey).astype(np.uint8)


def _written(pixels: np.ndarray, media_type: str, size_px: tuple[int, int] | None) -> bytes:
    picture = Image.fromarray(pixels)
    if size_px is not None:
        picture.thumbnail(size_px)
    written = io.BytesIO()
    picture.save(written, PICTURES[media_type])
    return written.getvalue()


def window_of(words: str) -> tuple[float, float]:
    """Centre and width as a request has them: `600,1200,linear`. Raises DicomRefused."""
    parts = words.split(",")
    try:
        middle, width = float(parts[0]), float(parts[1])
    except (IndexError, ValueError):
        raise _no_window() from None
    if not (abs(middle) < 1e9 and 0 < width < 1e9):
        raise _no_window()
    return middle, width


def size_of(words: str) -> tuple[int, int]:
    """The size that a picture must fit into: `512,512`. Raises DicomRefused."""
    parts = words.split(",")
    try:
        wide, high = int(parts[0]), int(parts[1])
    except (IndexError, ValueError):
        raise _no_size() from None
    if not (0 < wide <= MOST_PIXELS and 0 < high <= MOST_PIXELS):
        raise _no_size()
    return wide, high


def _own_window(dataset: Dataset) -> tuple[float, float] | None:
    found = []
    for keyword in ("WindowCenter", "WindowWidth"):
        value = dataset.get(keyword)
        several = value if isinstance(value, pydicom.multival.MultiValue) else [value]
        if several[0] in (None, ""):
            return None
        found.append(float(several[0]))
    return (found[0], found[1]) if found[1] > 0 else None


def _window_of(values: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(values, (1, 99))
    return float(low + high) / 2, float(high - low) or 1.0


def _cut(pixels: bytes, start: int, end: int) -> bytes:
    """What lies between two bits; a frame of single bits may begin in the middle of a byte."""
    if start % 8 == 0 and end % 8 == 0:
        return pixels[start // 8 : end // 8]
    whole = np.frombuffer(pixels[start // 8 : -(-end // 8)], np.uint8)
    bits = np.unpackbits(whole, bitorder="little")[start % 8 :][: end - start]
    return np.packbits(bits, bitorder="little").tobytes()


def _no_frame() -> DicomRefused:
    return DicomRefused("no_frame", told("There is no such frame."))


def _frame_bits(dataset: Dataset) -> int:
    samples = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel") or 1)
    return samples * int(dataset.BitsAllocated)


def _no_window() -> DicomRefused:
    return DicomRefused("window", told("Window and level are numbers."))


def _no_size() -> DicomRefused:
    return DicomRefused(
        "viewport",
        told("A picture has a width and a height of up to %(most)s pixels.", most=MOST_PIXELS),
    )
