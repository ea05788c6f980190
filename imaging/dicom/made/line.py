"""Where on a nerve a number was measured, as coordinates of the images (SCOORD3D)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highdicom.sr as sr
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from imaging.dicom.made import codes as our


@dataclass(frozen=True)
class Line:
    """A nerve's centreline: arcs in mm, shape (n,); points in patient coordinates (LPS, mm), shape
    (n, 3)."""

    arcs: NDArray[np.float64]
    points: NDArray[np.float64]
    frame_uid: str

    @classmethod
    def of(cls, nerve: dict[str, Any], image: Dataset) -> Line:
        """The centreline of a measured nerve, in the frame of reference of its images."""
        sections = nerve["profile"]
        return cls(
            np.array([section["arc_mm"] for section in sections], float),
            np.array([section["centre_mm"] for section in sections], float),
            str(image.FrameOfReferenceUID),
        )

    def whole(self) -> sr.CoordinatesForMeasurement3D:
        """All of it."""
        return self._given("POLYLINE", self.points, our.CENTRELINE)

    def point(self, arc_mm: float) -> sr.CoordinatesForMeasurement3D:
        """The place so far from the brainstem end."""
        place = [np.interp(arc_mm, self.arcs, self.points[:, axis]) for axis in range(3)]
        return self._given("POINT", np.array([place]), our.SOURCE)

    def _given(
        self, kind: str, points: NDArray[np.float64], purpose: Code
    ) -> sr.CoordinatesForMeasurement3D:
        return sr.CoordinatesForMeasurement3D(
            graphic_type=kind,
            graphic_data=points,
            frame_of_reference_uid=self.frame_uid,
            purpose=purpose,
        )


def number(name: Code, value: float, **more: Any) -> sr.Measurement:
    """A number in the one unit that its kind is in."""
    return sr.Measurement(name=name, value=value, unit=our.UNITS[name.value], **more)
