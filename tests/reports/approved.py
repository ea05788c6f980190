"""Pages as pictures, beside those that somebody looked at and approved.

A page is drawn small and grey, and compared by means over blocks of 5 mm: the same letters drawn by
another version of a font or of poppler stay within the tolerance, a block that moved, a plot that
is gone or a table that runs over does not.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parent / "approved_pages"
DPI, BLOCK, LEVELS = 40, 8, 16
# Of 255 grey levels; and the share of a page's blocks that may differ by more.
MOST_OFF, MOST_BLOCKS = 24, 0.01


def drawn(pdf: bytes) -> list[Image.Image]:
    """Each page, small and in few greys."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-gray", "-r", str(DPI), "-", f"{folder}/page"]
        subprocess.run(command, input=pdf, check=True, capture_output=True)
        pages = [Image.open(path).convert("L") for path in sorted(Path(folder).glob("*.pgm"))]
    return [page.quantize(LEVELS).convert("L") for page in pages]


def share_off(page: Image.Image, approved: Image.Image) -> float:
    """The share of blocks that look different; 1 for pages of two sizes."""
    if page.size != approved.size:
        return 1.0
    return float((np.abs(_blocks(page) - _blocks(approved)) > MOST_OFF).mean())


def _blocks(page: Image.Image) -> np.ndarray:
    grey = np.asarray(page, dtype=float)
    rows, columns = (length // BLOCK * BLOCK for length in grey.shape)
    parts = grey[:rows, :columns].reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    return np.asarray(parts.mean(axis=(1, 3)))


def approve(name: str, page: Image.Image) -> None:
    """Keep a page as it is now; somebody looks at it before it is committed."""
    FOLDER.mkdir(exist_ok=True)
    page.quantize(LEVELS).save(FOLDER / f"{name}.png", optimize=True)


def approved(name: str) -> Image.Image:
    """A page as it was approved."""
    return Image.open(FOLDER / f"{name}.png").convert("L")
