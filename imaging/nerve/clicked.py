"""Whether the end points lie on the nerve that was measured."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import distance_transform_edt, map_coordinates  # type: ignore[attr-defined]

from imaging.told import told

from .errors import EndBeside
from .patch import Patch
from .path import Path
from .result import Section
from .solid import Around, around_path, in_bone, in_brainstem, solid
from .volume import Array

BESIDE_MM: Final = 1.2
SWERVE: Final = 0.12
BURIED_MM: Final = 1.3
REACHED_MM: Final = 1.0
HALF: Final = 0.5
ROUND_MM: Final = 3.0
SPAN: Final = 4


def require_on_nerve(
    patch: Patch, path: Path, sign: int, clicks_mm: Array, sections: tuple[Section, ...]
) -> None:
    """Raises EndInBrainstem or EndInBone where an end point (the first and the last of clicks_mm,
    (k, 3)) is buried in tissue and the nerve is said to reach it nevertheless; EndBeside where it
    lies beside the measured nerve, or beside that nerve gone on straight."""
    centres = np.array([section.centre_mm for section in sections])
    ends = (
        ("brainstem", 0, centres[: SPAN + 1], in_brainstem),
        ("canal", -1, centres[: -SPAN - 2 : -1], in_bone),
    )
    around = around_path(patch, path.points_mm, sign)
    filled = solid(patch, path.points_mm, around)
    for name, row, line, buried in ends:
        click = clicks_mm[row]
        outwards = (line[0] - line[-1]) / np.linalg.norm(line[0] - line[-1])
        apart = click - line[0]
        beyond = float(apart @ outwards)
        beside = float(np.linalg.norm(apart - beyond * outwards))
        if beyond < REACHED_MM and filled[row]:
            deep = depth_mm(around, patch, click)
            if deep > BURIED_MM:
                raise buried(deep)
        if beside > BESIDE_MM + SWERVE * max(beyond, 0.0):
            raise EndBeside(
                told(
                    "The %(end)s end point lies %(away)s mm beside the strand that was followed: "
                    "set it on the nerve, or add a way-point on it.",
                    end=_SPOKEN[name],
                    away=f"{beside:.1f}",
                )
            )


_SPOKEN: Final = {"brainstem": told("brainstem"), "canal": told("canal")}


def depth_mm(around: Around | None, patch: Patch, click_mm: Array) -> float:
    """How far a place lies inside of what is as dark (or bright) as the nerve, mm; at most
    ROUND_MM, and about its radius on the nerve itself."""
    if around is None:
        return 0.0
    like = around.likeness
    at = patch.to_grid(click_mm)
    reach = int(np.ceil(ROUND_MM / patch.step_mm))
    first = np.maximum(np.rint(at).astype(int) - reach, 0)
    last = np.rint(at).astype(int) + reach + 1
    box = like[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
    deep = distance_transform_edt(box > HALF) * patch.step_mm
    return float(map_coordinates(deep, (at - first)[:, None], order=1, mode="nearest")[0])
