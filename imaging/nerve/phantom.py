"""Simulated scans of the facial nerve with their exact truth (NERVE.md, Phantoms).

Shares no code with the measurement: shapes are swept ellipses painted as means over voxel boxes,
or passed through k-space, never the fit's own blurred-disc model.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from imaging.nerve.phantom_contrast import TOF, TOF_SNR, intensities, noise_sd
from imaging.nerve.phantom_courses import Floats
from imaging.nerve.phantom_noise import (
    rician,
    texture,
    through_k_space,
    with_banding,
    with_bias,
)
from imaging.nerve.phantom_paint import PITCH_MM, Grid, Image, paint
from imaging.nerve.phantom_scenarios import changed, find
from imaging.nerve.phantom_settings import Settings
from imaging.nerve.phantom_strands import Scene
from imaging.nerve.phantom_truth import ends_truth, nerves_truth
from imaging.nerve.scene_cistern import cistern
from imaging.nerve.scene_head import head
from imaging.nerve.volume import Volume

VERSION = "1"
K_SPACE_SHRINK = 3
BEATS = 5
HEAD_PITCH_MM = 0.1  # many strands, none of them along a voxel axis
GRAIN_MM = 1.6
SATURATED = 0.95
FLUID_TEXTURE = 0.2  # fluid is smoother than tissue
TOF_SPACING_MM = (0.5, 0.5, 0.6)


@dataclass(frozen=True)
class Phantom:
    """A simulated scan: T2 (or T1) volume, its TOF companion if asked for, and what is true."""

    volume: Volume
    tof: Volume | None
    truth: dict[str, Any]


def simulate(scenario: str, *, seed: int = 0, **changes: Any) -> Phantom:
    """Simulate a scan by the name of its scenario.

    changes: fields of Settings. The seed moves the voxel grid against the anatomy (up to half a
    voxel) and draws noise and texture; `anatomy` alone changes the head-like scene's shapes.
    The same arguments give the same bytes. Raises WrongSetting for what makes no sense.
    """
    found = find(scenario)
    settings = changed(found.settings, changes)
    scene = head(settings) if settings.head else cistern(settings)
    rng = np.random.default_rng([seed, 4645277])
    grid = _grid(settings, scene, rng)
    volume = _stored(settings, _scan(settings, scene, grid, rng))
    tof = _tof(settings, scene, grid, rng) if settings.tof else None
    truth = {
        "schema": "nerve-measurement/1",
        "software": {"name": "studysite simulate_nerve", "version": VERSION},
        "simulation": {"scenario": found.name, "code": found.code, "seed": seed}
        | {"settings": json.loads(json.dumps(asdict(settings)))},
        "input": {
            "size": list(volume.size),
            "spacing_mm": [round(float(step), 6) for step in volume.spacing_mm],
            "polarity": settings.polarity,
        },
        "ends": ends_truth(scene),
        **({"tof_matrix": _motion(settings).round(6).tolist()} if settings.tof else {}),
        "nerves": nerves_truth(scene),
    }
    return Phantom(volume=volume, tof=tof, truth=truth)


def _grid(settings: Settings, scene: Scene, rng: np.random.Generator) -> Grid:
    """A grid about the scene's middle, shifted by up to half a voxel, tilted where asked."""
    spacing = np.array(settings.spacing_mm)
    extent = scene.high_mm - scene.low_mm
    size = np.array(settings.size or np.ceil(extent / spacing).astype(int))
    size = size - size % settings.zero_fill
    shift = rng.uniform(-0.5, 0.5, 3) * settings.subvoxel_shift
    matrix = _tilt(settings.tilt_deg) @ np.diag(spacing)
    affine = np.eye(4)
    affine[:3, :3] = matrix
    affine[:3, 3] = (scene.low_mm + scene.high_mm) / 2 + matrix @ (shift - (size - 1) / 2)
    return Grid((int(size[0]), int(size[1]), int(size[2])), affine)


def _tilt(degrees: tuple[float, float]) -> Floats:
    """Slices tipped about x, then turned about z, as an operator plans them."""
    a, b = np.radians(degrees)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x)


def _scan(settings: Settings, scene: Scene, grid: Grid, rng: np.random.Generator) -> Volume:
    table = intensities(settings)
    sigma = noise_sd(settings, table)
    if settings.psf != "box":
        return _k_space_scan(settings, scene, grid, sigma, rng)
    image = _beating(settings, scene, grid, table)
    image = _imperfect(settings, image, float(grid.spacing_mm[0]), rng)
    return Volume(rician(image, sigma, rng) if sigma else image, grid.affine)


def _stored(settings: Settings, volume: Volume) -> Volume:
    """As the file holds it: magnitudes, or what a wrong export makes of them."""
    fluid = intensities(settings)["fluid"]
    if settings.values == "signed":
        return replace(volume, voxels=volume.voxels - fluid)
    if settings.values == "saturated":
        return replace(volume, voxels=np.minimum(volume.voxels, SATURATED * fluid))
    return volume


def _k_space_scan(
    settings: Settings, scene: Scene, grid: Grid, sigma: float, rng: np.random.Generator
) -> Volume:
    fill = settings.zero_fill
    acquired = Grid(
        (grid.size[0] // fill, grid.size[1] // fill, grid.size[2]),
        _rescaled(grid.affine, np.array([fill, fill, 1.0])),
    )
    fine = _finer(acquired, K_SPACE_SHRINK)
    image = _beating(settings, scene, fine, intensities(settings))
    image = _imperfect(settings, image, float(fine.spacing_mm[0]), rng)
    voxels = through_k_space(
        image,
        shrink=K_SPACE_SHRINK,
        zero_fill=fill,
        hamming=settings.psf == "hamming",
        sigma=sigma,
        rng=rng,
    )
    resolution = (float(acquired.spacing_mm[0]), float(acquired.spacing_mm[1]))
    return Volume(voxels, grid.affine, acquired_mm=resolution if fill > 1 else None)


def _finer(grid: Grid, shrink: int) -> Grid:
    size = tuple(count * shrink for count in grid.size)
    return Grid((size[0], size[1], size[2]), _rescaled(grid.affine, np.full(3, 1 / shrink)))


def _rescaled(affine: Floats, factor: Floats) -> Floats:
    """The affine of a grid over the same box whose voxels are `factor` times as large."""
    changed_affine = affine.copy()
    changed_affine[:3, :3] = affine[:3, :3] * factor
    changed_affine[:3, 3] += affine[:3, :3] @ ((factor - 1) / 2)
    return changed_affine


def _beating(settings: Settings, scene: Scene, grid: Grid, table: dict[str, float]) -> Image:
    """The painted scene; with pulsation the mean over moments of one heart beat."""
    if not settings.pulsation_mm:
        pitch = HEAD_PITCH_MM if settings.head else PITCH_MM
        return paint(scene.bodies, table, grid, background=scene.background, pitch_mm=pitch)
    total = np.zeros(grid.size, dtype=np.float64)
    for beat in np.arange(BEATS) / BEATS:
        moved = grid.affine.copy()
        moved[2, 3] += settings.pulsation_mm * np.sin(2 * np.pi * beat)
        moment = replace(grid, affine=moved)
        total += paint(scene.bodies, table, moment, background=scene.background)
    return np.asarray(total / BEATS, dtype=np.float32)


def _imperfect(
    settings: Settings, image: Image, spacing_mm: float, rng: np.random.Generator
) -> Image:
    if settings.texture:
        size = (image.shape[0], image.shape[1], image.shape[2])
        table = intensities(settings)
        solid = np.abs(image - table["fluid"]) / abs(table["nerve"] - table["fluid"])
        grain = settings.texture * np.clip(solid, FLUID_TEXTURE, 1.0)
        image = image * (1 + grain * texture(size, GRAIN_MM / spacing_mm, rng))
    if settings.bias:
        image = with_bias(image, settings.bias, rng)
    if settings.banding:
        image = with_banding(image, settings.banding, spacing_mm, rng)
    return image


def _tof(settings: Settings, scene: Scene, grid: Grid, rng: np.random.Generator) -> Volume:
    """A time-of-flight angiogram over the same box, coarser, without slice tilt; where the patient
    moved before it, the same anatomy lies elsewhere in its coordinates."""
    low, high = grid.corners_mm()
    spacing = np.array(TOF_SPACING_MM)
    size = np.maximum(np.floor((high - low) / spacing).astype(int), 8)
    affine = np.eye(4)
    affine[:3, :3] = np.diag(spacing)
    affine[:3, 3] = (low + high) / 2 - spacing * (size - 1) / 2
    coarse = Grid((int(size[0]), int(size[1]), int(size[2])), affine)
    image = paint(scene.bodies, TOF, coarse, background=scene.background, pitch_mm=0.2)
    sigma = TOF["brainstem"] / TOF_SNR
    return Volume(rician(image, sigma, rng), _motion(settings) @ affine)


def _motion(settings: Settings) -> Floats:
    """How the patient moved between both scans, (4, 4): turned about x, y, z, then shifted."""
    motion = np.eye(4)
    for axis, degrees in enumerate(settings.tof_turn_deg):
        turn = np.eye(4)
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        one, two = [k for k in range(3) if k != axis]
        sign = -1 if axis == 1 else 1
        turn[one, one] = turn[two, two] = c
        turn[one, two], turn[two, one] = -sign * s, sign * s
        motion = turn @ motion
    motion[:3, 3] = settings.tof_shift_mm
    return motion
