"""A data set's stored pixel values, whatever the encoding."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless


def stored_pixels(dataset: Dataset) -> NDArray[Any]:
    """Stored values, shape (rows, columns) or (frames, rows, columns); call it inside `lenient`."""
    if dataset.file_meta.TransferSyntaxUID == RLELossless:
        # pylibjpeg-rle meets damaged data with a Rust panic, which is no Exception
        dataset.pixel_array_options(decoding_plugin="pydicom")
    pixels: NDArray[Any] = dataset.pixel_array
    return pixels
