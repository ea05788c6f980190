"""A time-of-flight angiogram brought onto the cisternogram: where they fit as they lie, left so;
where the patient moved between them, moved rigidly; where neither can be shown, not used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import map_coordinates  # type: ignore[attr-defined]
from scipy.spatial.transform import Rotation

from imaging.told import Told, told

from .rigid import affine_of, image_of, optimised
from .volume import Array, Volume

BINS: Final = 24
MOST_POINTS: Final = 60_000
FEWEST_POINTS: Final = 500
LEAST_SHARE: Final = 0.25
FEWEST_VOXELS: Final = 8
SQUARE: Final = 1e-2
AWAY_MM: Final = (4.0, 6.0)
LEAST_LEAD: Final = 1.05
LEAST_OVERLAP: Final = 0.85
STAYS_MM: Final = 0.6
GAIN: Final = 1.03
LARGEST_RESIDUAL_MM: Final = 0.8
FURTHEST_MM: Final = 60.0
LARGEST_MM: Final = 1e5
MOST_TURN_DEG: Final = 30.0
TURNS_DEG: Final = ((12, 0, 0), (-12, 0, 0), (0, 12, 0), (0, -12, 0), (0, 0, 12), (0, 0, -12))
NUDGE: Final = ((1.5, -1.0, 1.0), (1.5, 1.0, -1.5))

UNUSED: Final[dict[str, Told]] = {
    "tof_unusable": told(
        "The angiogram was not used: its voxels or its geometry are not usable; export it again. "
        "Arteries and veins are not told apart."
    ),
    "tof_unlike": told(
        "The angiogram was not used: nowhere does it fit this scan better than elsewhere; check "
        "that it is of the same person. Arteries and veins are not told apart."
    ),
    "tof_elsewhere": told(
        "The angiogram was not used: it covers too little of the surroundings of the nerves; a "
        "slab over the cisterns is needed. Arteries and veins are not told apart."
    ),
    "tof_far": told(
        "The angiogram was not used: it would have to be moved too far to fit this scan; check "
        "that it is of the same visit. Arteries and veins are not told apart."
    ),
    "tof_ambiguous": told(
        "The angiogram was not used: brought onto this scan from either side it comes to lie "
        "differently; a less noisy or larger one is needed. Arteries and veins are not told apart."
    ),
}


@dataclass(frozen=True)
class Registration:
    """How the angiogram lies to the cisternogram.

    method: `identity`, `rigid`, or `none` where it was not tried. matrix: (4, 4),
    patient points of the cisternogram to those of
    the angiogram, mm. information: mutual information, nats; lead: by how many times it
    exceeds that of poses a few mm away; overlap: share of the nerves' surroundings that the
    angiogram covers; residual_mm: largest disagreement, at the nerves, of the registration
    with one made the other way round. reason: why it is not used, a stable short word, else empty.
    """

    method: str
    matrix: Array
    shift_mm: float
    turn_deg: float
    information: float
    lead: float
    overlap: float
    residual_mm: float
    reason: str = ""

    def aligned(self, tof: Volume) -> Volume:
        """The angiogram in the cisternogram's patient coordinates."""
        return Volume(tof.voxels, np.linalg.inv(self.matrix) @ tof.affine)


def register(volume: Volume, tof: Volume, points_mm: Array) -> Registration:
    """Bring the angiogram onto the cisternogram around these points, (n, 3), mm.

    Mutual information (Mattes et al., IEEE Trans. Med. Imaging 22(1), 2003) by SimpleITK, on one
    thread and over every voxel, so that the same input gives the same matrix. As they lie
    is kept unless a pose that is clearly better, and shown twice, moves the nerves by over
    STAYS_MM.
    """
    if not _usable(tof):
        return Registration("none", np.eye(4), 0, 0, 0, 0, 0, 0, "tof_unusable")
    seen = _Compared(volume, tof, points_mm)
    as_lies = np.eye(4)
    poses = [as_lies, seen.refined(as_lies)]
    if max(seen.lead(pose) for pose in poses) < LEAST_LEAD:
        poses += [seen.refined(begin) for begin in seen.starts()]
    best = max(poses, key=seen.information)
    moved_mm = seen.apart_mm(best, as_lies)
    lies_well = seen.lead(as_lies) >= LEAST_LEAD
    stays = moved_mm < STAYS_MM or seen.information(best) < GAIN * seen.information(as_lies)
    if lies_well and stays:
        return seen.laid("identity", as_lies, 0.0)
    residual_mm = seen.apart_mm(best, seen.backwards(best))
    found = seen.laid("rigid", best, residual_mm)
    if found.reason and lies_well:
        return seen.laid("identity", as_lies, 0.0)
    return found


def _usable(tof: Volume) -> bool:
    if min(tof.size) < FEWEST_VOXELS or not np.all(np.isfinite(tof.affine)):
        return False
    if np.abs(tof.affine).max() > LARGEST_MM:
        return False
    if abs(np.linalg.det(tof.affine[:3, :3])) < 1e-6:
        return False
    square = np.abs(tof.axes.T @ tof.axes - np.eye(3)).max() < SQUARE
    return bool(square and np.all(np.isfinite(tof.voxels)) and np.ptp(tof.voxels) > 0)


class _Compared:
    """Both scans around the nerves, and how well a pose fits them onto each other."""

    def __init__(self, volume: Volume, tof: Volume, points_mm: Array) -> None:
        self.points = np.asarray(points_mm, dtype=float)
        self.centre = self.points.mean(axis=0)
        self.tof = tof
        self.fixed = image_of(volume, self.points)
        self.moving = image_of(tof, None)
        grid = sitk.GetArrayViewFromImage(self.fixed).T
        index = np.argwhere(np.isfinite(grid))
        self.index = index[:: max(1, len(index) // MOST_POINTS)]
        affine = affine_of(self.fixed)
        self.places = self.index @ affine[:3, :3].T + affine[:3, 3]
        self.here = _ranked(grid[tuple(self.index.T)])
        self.there = np.asarray(sitk.GetArrayFromImage(self.moving).T, dtype=float)
        self.into = np.linalg.inv(affine_of(self.moving))
        self.limits = np.quantile(self.there, np.linspace(0, 1, BINS + 1)[1:-1])

    def information(self, pose: Array) -> float:
        """Mutual information of the values that meet, nats; 0 where too few do."""
        matrix = self.into @ pose
        index = self.places @ matrix[:3, :3].T + matrix[:3, 3]
        inside = np.all((index >= 0) & (index <= np.array(self.there.shape) - 1), axis=1)
        if inside.sum() < FEWEST_POINTS or inside.mean() < LEAST_SHARE:
            return 0.0
        values = map_coordinates(self.there, index[inside].T, order=1)
        code = self.here[inside] * BINS + np.searchsorted(self.limits, values)
        joint = np.bincount(code, minlength=BINS * BINS).reshape(BINS, BINS) / inside.sum()
        apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
        some = joint > 0
        return float(np.sum(joint[some] * np.log(joint[some] / apart[some])))

    def lead(self, pose: Array) -> float:
        """Information over the most that poses a few mm from this one have."""
        away = []
        for distance in AWAY_MM:
            for axis in np.concatenate([np.eye(3), -np.eye(3)]):
                shifted = pose.copy()
                shifted[:3, 3] += distance * axis
                away.append(self.information(shifted))
        return self.information(pose) / max(*away, 1e-6)

    def refined(self, pose: Array) -> Array:
        """The pose that SimpleITK finds from this one."""
        return optimised(self.fixed, self.moving, pose, self.centre)

    def backwards(self, pose: Array) -> Array:
        """The same sought from the angiogram's side, begun a little off."""
        turn, shift = NUDGE
        begin = np.asarray(np.linalg.inv(_pose(turn, shift, self.centre) @ pose), dtype=float)
        there = np.asarray((pose @ np.append(self.centre, 1.0))[:3], dtype=float)
        back = optimised(self.moving, self.fixed, begin, there)
        return np.asarray(np.linalg.inv(back), dtype=float)

    def starts(self) -> list[Array]:
        """Poses to try where the scans do not fit as they lie: middle on middle, turned."""
        last = np.array(self.tof.size) - 1
        across = self.tof.to_patient(last / 2) - self.centre
        poses = []
        for shift in (np.zeros(3), across):
            poses += [_pose(turn, shift, self.centre) for turn in ((0, 0, 0), *TURNS_DEG)]
        return poses[1:]

    def apart_mm(self, first: Array, second: Array) -> float:
        """The largest distance between where both poses put the nerves."""
        ends = np.concatenate([self.points, np.ones((len(self.points), 1))], axis=1)
        return float(np.linalg.norm((ends @ (first - second).T)[:, :3], axis=1).max())

    def overlap(self, pose: Array) -> float:
        near = self.places[_near(self.places, self.points)]
        there = near @ pose[:3, :3].T + pose[:3, 3]
        index = self.tof.to_index(there)
        return float(np.all((index >= 0) & (index <= np.array(self.tof.size) - 1), axis=1).mean())

    def laid(self, method: str, pose: Array, residual_mm: float) -> Registration:
        turn_deg = float(np.degrees(Rotation.from_matrix(pose[:3, :3]).magnitude()))
        shift_mm = self.apart_mm(pose, np.eye(4))
        lead, overlap = self.lead(pose), self.overlap(pose)
        reason = ""
        if lead < LEAST_LEAD:
            reason = "tof_unlike"
        elif overlap < LEAST_OVERLAP:
            reason = "tof_elsewhere"
        elif shift_mm > FURTHEST_MM or turn_deg > MOST_TURN_DEG:
            reason = "tof_far"
        elif residual_mm > LARGEST_RESIDUAL_MM:
            reason = "tof_ambiguous"
        return Registration(
            method,
            pose,
            shift_mm,
            turn_deg,
            self.information(pose),
            lead,
            overlap,
            residual_mm,
            reason,
        )


def _near(places: Array, points_mm: Array, within_mm: float = 5.0) -> Array:
    """Which places lie within the box of the points and a margin, (n,)."""
    low, high = points_mm.min(axis=0) - within_mm, points_mm.max(axis=0) + within_mm
    return np.asarray(np.all((places >= low) & (places <= high), axis=1))


def _ranked(values: Array) -> Array:
    """Values as the numbers of BINS equally full classes."""
    limits = np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1])
    return np.asarray(np.searchsorted(limits, values))


def _pose(turn_deg: tuple[float, ...], shift_mm: Array | tuple[float, ...], about: Array) -> Array:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_euler("xyz", turn_deg, degrees=True).as_matrix()
    pose[:3, 3] = about - pose[:3, :3] @ about + np.asarray(shift_mm)
    return pose
