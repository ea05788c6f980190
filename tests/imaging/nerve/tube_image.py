"""A plain picture of tubes for the tests, by fine points; it knows nothing of the fit."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from imaging.nerve.volume import Volume

FINE = 5


def tube_image(
    curves,
    radii_mm,
    *,
    spacing_mm=(0.4, 0.4, 0.4),
    margin_mm=5.0,
    fluid=1000.0,
    inside=350.0,
    snr=20.0,
    seed=0,
    shift_mm=(0.0, 0.0, 0.0),
    gain=None,
):
    """A magnitude image of tubes (curves: list of (n, 3) mm, finely sampled; radii: numbers or
    (n,) arrays) in fluid; box voxels, FINE^3 points a voxel, Rician noise of fluid / snr."""
    curves = [np.asarray(curve, float) for curve in curves]
    low = np.min([curve.min(axis=0) for curve in curves[:1]], axis=0) - margin_mm
    high = np.max([curve.max(axis=0) for curve in curves[:1]], axis=0) + margin_mm
    spacing = np.asarray(spacing_mm)
    size = np.ceil((high - low) / spacing).astype(int)
    origin = low + np.asarray(shift_mm)
    share = np.zeros(size)
    ticks = (np.arange(FINE) + 0.5) / FINE - 0.5
    fine = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), -1).reshape(-1, 3) * spacing
    for curve, radius in zip(curves, radii_mm, strict=True):
        share += _share(curve, np.broadcast_to(radius, len(curve)), size, origin, spacing, fine)
    clean = fluid + (inside - fluid) * np.minimum(share, 1)
    if gain is not None:
        clean = clean * gain(np.indices(size).transpose(1, 2, 3, 0) / size)
    sd = abs(fluid if fluid > inside else inside) / snr if snr else 0.0
    rng = np.random.default_rng(seed)
    noisy = np.hypot(clean + rng.normal(0, sd, size), rng.normal(0, sd, size)) if snr else clean
    affine = np.eye(4)
    affine[:3, :3] = np.diag(spacing)
    affine[:3, 3] = origin
    return Volume(noisy, affine)


def _share(curve, radius, size, origin, spacing, fine):

    tree = cKDTree(curve)
    index = np.stack(np.indices(size), -1).reshape(-1, 3)
    centre = origin + index * spacing
    away, _ = tree.query(centre, distance_upper_bound=radius.max() + np.linalg.norm(spacing))
    near = np.flatnonzero(np.isfinite(away))
    points = (centre[near][:, None, :] + fine).reshape(-1, 3)
    distance, which = tree.query(points)
    tangent = np.gradient(curve, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    offset = points - curve[which]
    along = np.einsum("ij,ij->i", offset, tangent[which])
    across = np.sqrt(np.maximum(distance**2 - along**2, 0))
    full = np.zeros(len(index))
    pitch = np.prod(spacing) ** (1 / 3) / FINE
    part = np.clip(0.5 + (radius[which] - across) / pitch, 0, 1)
    full[near] = part.reshape(len(near), -1).mean(axis=1)
    return full.reshape(size)


def straight(length_mm=15.0, direction=(1.0, 0.0, 0.0), beyond_mm=2.0):
    """Points every 0.02 mm on a line from the origin, and its two end points."""
    unit = np.asarray(direction) / np.linalg.norm(direction)
    ticks = np.arange(-beyond_mm, length_mm + beyond_mm, 0.02)
    return ticks[:, None] * unit, np.zeros(3), unit * length_mm


def arc(length_mm=15.0, radius_mm=15.0, beyond_mm=2.0):
    """A circular arc in an oblique plane, and its two end points."""
    first = np.array([0.8, 0.6, 0.0])
    second = np.array([-0.36, 0.48, 0.8])

    def point(s):
        angle = np.asarray(s)[..., None] / radius_mm
        return radius_mm * (np.sin(angle) * first + (1 - np.cos(angle)) * second)

    ticks = np.arange(-beyond_mm, length_mm + beyond_mm, 0.02)
    return point(ticks), point(0.0), point(length_mm)
