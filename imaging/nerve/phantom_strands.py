"""The strands of a simulated scene: nerves with their true areas, vessels with their contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from imaging.nerve.phantom_courses import STEP_MM, Course, Floats
from imaging.nerve.phantom_settings import Settings, Side
from imaging.nerve.phantom_shapes import Body, Tube


@dataclass(frozen=True)
class Girth:
    """How thick a nerve is along its arc length from the brainstem end, in closed form."""

    radius_mm: float
    length_mm: float
    aspect: float = 1.0
    taper: float = 0.0
    notch_depth: float = 0.0
    notch_at_mm: float = 0.0
    notch_sd_mm: float = 1.0

    def mean_radius_mm(self, arc_mm: Floats) -> Floats:
        """Radius of the circle of equal area."""
        held = np.clip(arc_mm, 0.0, self.length_mm)
        slope = 1 + self.taper * (1 - 2 * held / self.length_mm)
        dip = np.exp(-0.5 * ((arc_mm - self.notch_at_mm) / self.notch_sd_mm) ** 2)
        return np.asarray(self.radius_mm * slope * (1 - self.notch_depth * dip))

    def major_mm(self, arc_mm: Floats) -> Floats:
        return self.mean_radius_mm(arc_mm) * np.sqrt(self.aspect)

    def minor_mm(self, arc_mm: Floats) -> Floats:
        return self.mean_radius_mm(arc_mm) / np.sqrt(self.aspect)

    def area_mm2(self, arc_mm: Floats) -> Floats:
        """CSA = pi a b."""
        return np.pi * self.major_mm(arc_mm) * self.minor_mm(arc_mm)


def girth_of(settings: Settings, side: Side, length_mm: float) -> Girth:
    whole = side != settings.affected
    return Girth(
        radius_mm=settings.radius_mm(side),
        length_mm=length_mm,
        aspect=settings.aspect,
        taper=settings.taper,
        notch_depth=0.0 if whole else settings.notch_depth,
        notch_at_mm=settings.notch_at_mm,
        notch_sd_mm=settings.notch_sd_mm,
    )


@dataclass(frozen=True)
class Nerve:
    """A nerve's course (which may go on beyond both ends) and its girth between the ends."""

    course: Course
    start_mm: float
    girth: Girth

    @property
    def length_mm(self) -> float:
        return self.girth.length_mm

    def at(self, arc_mm: Floats) -> Floats:
        """Centres at arc lengths counted from the brainstem end."""
        return self.course.at(self.start_mm + arc_mm)

    def direction(self, arc_mm: Floats) -> Floats:
        return self.course.direction(self.start_mm + arc_mm)

    def tube(self) -> Tube:
        """The body to paint."""
        start, girth = self.start_mm, self.girth
        largest = girth.radius_mm * (1 + abs(girth.taper)) * float(np.sqrt(girth.aspect))

        def major_mm(arc: Floats) -> Floats:
            return girth.major_mm(arc - start)

        def minor_mm(arc: Floats) -> Floats:
            return girth.minor_mm(arc - start)

        across = major_mm if girth.aspect == 1 else minor_mm
        return Tube("nerve", self.course, major_mm, across, largest)


@dataclass(frozen=True)
class Vessel:
    course: Course
    radius_mm: float
    kind: Literal["artery", "vein"]
    name: str = ""


@dataclass(frozen=True)
class Approach:
    """Where a vessel comes closest to a nerve, between their centrelines."""

    arc_mm: float
    gap_mm: float
    angle_deg: float


def approach(nerve: Nerve, vessel: Vessel) -> Approach:
    """The closest pair of centreline points; the gap is what is left between the surfaces."""
    arc = np.arange(0.0, nerve.length_mm, STEP_MM / 2)
    away, rows = vessel.course.tree.query(nerve.at(arc))
    best = int(np.argmin(away))
    along = nerve.direction(arc[best : best + 1])[0]
    across = vessel.course.tangents[rows[best]]
    radius = float(nerve.girth.mean_radius_mm(arc[best : best + 1])[0])
    cosine = min(abs(float(along @ across)), 1.0)
    return Approach(
        arc_mm=float(arc[best]),
        gap_mm=float(away[best]) - radius - vessel.radius_mm,
        angle_deg=float(np.degrees(np.arccos(cosine))),
    )


@dataclass(frozen=True)
class Scene:
    """Bodies in painting order, and the strands whose truth is told."""

    bodies: Sequence[Body]
    nerves: dict[Side, Nerve]
    vessels: Sequence[Vessel]
    low_mm: Floats
    high_mm: Floats
    deviation_mm: dict[Side, float] = field(default_factory=dict)
    background: str = "fluid"
