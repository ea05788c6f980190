"""What the objects made of a measurement share: whose they are, and how they are named."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from imaging.dicom.errors import DicomRefused
from imaging.dicom.made.occupancy import occupancy
from imaging.dicom.sop_classes import MR
from imaging.told import told

MANUFACTURER, MODEL = "studysite", "nerve-measurement"
# Of the clinical trial group, what belongs to the series that was measured and to no other.
OF_THE_SERIES = ("ClinicalTrialSeriesID", "ClinicalTrialSeriesDescription")
TRIAL_GROUP = 0x0012


@dataclass(frozen=True)
class Measured:
    """One version of a measurement: its document and the images it was made on, in slice order."""

    images: Sequence[Dataset]
    document: dict[str, Any]
    version: int

    def __post_init__(self) -> None:
        if not self.images or any(image.SOPClassUID != MR for image in self.images):
            raise DicomRefused(
                "frames",
                told("Objects are made of series with one MR image a file alone."),
            )

    def uid(self, what: str) -> str:
        """The same for the same measurement and software, and for nothing else."""
        parts = (str(self.images[0].SeriesInstanceUID), str(self.version), self.software, what)
        digest = hashlib.sha256("\n".join(parts).encode()).digest()
        return f"2.25.{uuid.UUID(bytes=digest[:16], version=5).int}"

    @property
    def software(self) -> str:
        return str(self.document["software"]["version"])

    @cached_property
    def shares(self) -> NDArray[np.float32]:
        """How much of each voxel each measured nerve fills, shape (slices, rows, columns, nerves):
        worked out once for all objects that tell of it."""
        nerves = (self.document["nerves"][side] for side in self.sides)
        return np.stack([occupancy(self.images, nerve) for nerve in nerves], axis=-1)

    @property
    def sides(self) -> list[str]:
        """The nerves that were measured, left before right."""
        nerves = self.document["nerves"]
        return [s for s in ("left", "right") if nerves.get(s, {}).get("status") == "measured"]


def mark(made: Dataset, source: Dataset) -> None:
    """Whose it is, and that nobody can be known by it, as the images say it."""
    for element in source:
        if element.tag.group == TRIAL_GROUP and element.keyword not in OF_THE_SERIES:
            made[element.tag] = element
