"""A dark page to put pictures, words and rulers on; the look that all pictures share.

Words are remembered and drawn when the page is finished, so that one page is finished in several
languages without drawing its pictures again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from imaging.render.course import Floats

PAGE = (16, 20, 26)
PANEL = (5, 7, 10)
TEXT = (232, 236, 241)
FAINT = (154, 165, 179)
LINE = (70, 80, 94)
NERVE = (242, 200, 92)
ARTERY = (230, 92, 74)
VEIN = (92, 150, 222)
NEIGHBOUR = (186, 178, 150)
CURSOR = (88, 196, 186)
WARNING = (150, 60, 60)
UNKNOWN = (200, 130, 190)
KIND_COLOURS = {"artery": ARTERY, "vein": VEIN, "nerve": NEIGHBOUR, "unknown": UNKNOWN}

Colour = tuple[int, int, int]
Say = Callable[[str], str]
# Simplified Chinese within the font collection that Debian ships as fonts-noto-cjk.
KEY_PX = 14
CHINESE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
CHINESE_BOLD = CHINESE.with_name("NotoSansCJK-Bold.ttc")
SIMPLIFIED = 2
FIRST_IDEOGRAPHIC = "\u2e80"


def in_english(words: str) -> str:
    """The words as they were told."""
    return str(words)


def can_write_chinese() -> bool:
    """Whether this machine has the font."""
    return CHINESE.exists() and CHINESE_BOLD.exists()


@cache
def chinese_font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Noto Sans CJK SC. Raises OSError where it is not installed."""
    return ImageFont.truetype(CHINESE_BOLD if bold else CHINESE, size, index=SIMPLIFIED)


def font_for(words: str, size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The font that has every letter of the words."""
    ideographs = any(letter >= FIRST_IDEOGRAPHIC for letter in words)
    return chinese_font(size, bold=bold) if ideographs else font(size, bold=bold)


@cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans as shipped with matplotlib, so that no machine lacks it."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, size)


@dataclass(frozen=True)
class _Words:
    """Words that wait to be drawn."""

    at: tuple[float, float]
    words: str
    size: int
    colour: Colour
    anchor: str = "la"
    bold: bool = False
    outlined: bool = False

    def draw(self, draw: ImageDraw.ImageDraw, say: Say) -> None:
        said = say(self.words)
        draw.text(
            self.at,
            said,
            font=font_for(said, self.size, bold=self.bold),
            fill=self.colour,
            anchor=self.anchor,
            stroke_width=2 if self.outlined else 0,
            stroke_fill=PANEL,
        )


@dataclass(frozen=True)
class _Key:
    """A row of colours with what they mean, that waits to be drawn: its places depend on words."""

    at: tuple[float, float]
    entries: tuple[tuple[Colour, str], ...]
    leftwards: bool

    def draw(self, draw: ImageDraw.ImageDraw, say: Say) -> None:
        x, y = self.at
        for colour, words in self.entries:
            wide = 46 + font_for(say(words), KEY_PX).getlength(say(words))
            x -= wide if self.leftwards else 0
            draw.rectangle((x, y + 3, x + 14, y + 13), fill=colour)
            _Words((x + 22, y), words, KEY_PX, FAINT).draw(draw, say)
            x += 0 if self.leftwards else wide


class Canvas:
    """An RGB picture of fixed size that is drawn on in pixels and saved as PNG."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), PAGE)
        self.draw = ImageDraw.Draw(self.image)
        self._words: list[_Words] = []
        self._keys: list[_Key] = []

    def paste(self, pixels: NDArray[np.uint8], left: int, top: int) -> None:
        """Grey (rows, columns) or colour (rows, columns, 3), one to one."""
        self.image.paste(Image.fromarray(pixels).convert("RGB"), (left, top))

    def paste_scaled(
        self, pixels: NDArray[np.uint8], left: int, top: int, size: tuple[int, int]
    ) -> None:
        """The same, brought to `size` (width, height)."""
        picture = Image.fromarray(pixels).convert("RGB")
        self.image.paste(picture.resize(size, Image.Resampling.BICUBIC), (left, top))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = 15,
        colour: Colour = TEXT,
        anchor: str = "la",
        bold: bool = False,
        outlined: bool = False,
    ) -> None:
        """Words at a point; `anchor` as Pillow's; outlined where they lie on a picture."""
        self._words.append(_Words((x, y), words, size, colour, anchor, bold, outlined))

    def key(
        self, x: float, y: float, entries: Sequence[tuple[Colour, str]], *, leftwards: bool = False
    ) -> None:
        """What colours mean, from (x, y) to the right, or to the left."""
        self._keys.append(_Key((x, y), tuple(entries), leftwards))

    def line(self, points: Floats, colour: Colour, width: int = 2) -> None:
        """A polyline through (n, 2) pixel positions."""
        self.draw.line([(float(x), float(y)) for x, y in points], fill=colour, width=width)

    def scale_bar(self, right: int, bottom: int, pixels_per_mm: float, length_mm: float) -> None:
        """A ruler that ends at (right, bottom), with its length in words."""
        left = right - pixels_per_mm * length_mm
        for colour, width in ((PANEL, 6), (TEXT, 2)):
            self.draw.line([(left, bottom), (right, bottom)], fill=colour, width=width)
            for x in (left, right):
                self.draw.line([(x, bottom - 5), (x, bottom + 5)], fill=colour, width=width)
        self.text(
            (left + right) / 2, bottom - 8, f"{length_mm:g} mm", size=13, anchor="ms", outlined=True
        )

    def cross_hair(self, x: float, y: float, box: tuple[int, int, int, int]) -> None:
        """Lines through (x, y) within box (left, top, right, bottom), open about the point."""
        left, top, right, bottom = box
        gap = 12
        parts = [
            ((left, y), (x - gap, y)),
            ((x + gap, y), (right, y)),
            ((x, top), (x, y - gap)),
            ((x, y + gap), (x, bottom)),
        ]
        for start, stop in parts:
            self.draw.line([start, stop], fill=CURSOR, width=1)

    def letters(self, box: tuple[int, int, int, int], right: Floats, down: Floats) -> None:
        """Which way the patient's sides lie: letters at the four edges of a picture."""
        x0, y0, x1, y1 = box
        middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
        for x, y, anchor, vector in (
            (x0 + 6, middle_y, "lm", -right),
            (x1 - 6, middle_y, "rm", right),
            (middle_x, y0 + 6, "ma", -down),
            (middle_x, y1 - 6, "md", down),
        ):
            self.text(x, y, direction_letters(vector), size=15, anchor=anchor, outlined=True)

    def worded(self, say: Say = in_english) -> Image.Image:
        """The finished page, its words in the language that `say` gives them."""
        image = self.image.copy()
        draw = ImageDraw.Draw(image)
        for words in self._words:
            words.draw(draw, say)
        for key in self._keys:
            key.draw(draw, say)
        return image

    def save(self, path: Path, say: Say = in_english) -> None:
        self.worded(say).save(path, format="PNG", compress_level=4)


def direction_letters(vector: Floats) -> str:
    """One or two of L R A P S I, the greater part first (LPS coordinates)."""
    names = [("L", "R"), ("P", "A"), ("S", "I")]
    order = np.argsort(-np.abs(vector), kind="stable")
    strongest = abs(vector[order[0]])
    kept = [axis for axis in order if abs(vector[axis]) > 0.4 * strongest][:2]
    return "".join(names[axis][0 if vector[axis] > 0 else 1] for axis in kept)
