"""SimpleITK's rigid registration of two scans, and the images that it works on."""

from __future__ import annotations

from typing import Final

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import gaussian_filter  # type: ignore[attr-defined]

from .patch import box_around
from .volume import Array, Volume

REACH_MM: Final = 30.0
STEP_MM: Final = 1.0


def image_of(volume: Volume, points_mm: Array | None) -> sitk.Image:
    """The part around these points, or all of it, smoothed to and sampled every STEP_MM."""
    if points_mm is None:
        first, last = np.zeros(3, dtype=int), np.array(volume.size)
    else:
        first, last = box_around(volume, points_mm, REACH_MM)
    box = volume.voxels[first[0] : last[0], first[1] : last[1], first[2] : last[2]]
    box = np.nan_to_num(np.asarray(box, dtype=np.float32))
    spacing = volume.spacing_mm
    skip = np.maximum(np.rint(STEP_MM / spacing).astype(int), 1)
    width = np.where(skip > 1, 0.4 * STEP_MM / spacing, 0.0)
    small = gaussian_filter(box, width)[:: skip[0], :: skip[1], :: skip[2]]
    image = sitk.GetImageFromArray(np.ascontiguousarray(small.T))
    image.SetSpacing([float(step) for step in spacing * skip])
    image.SetOrigin([float(x) for x in volume.to_patient(first)])
    image.SetDirection([float(x) for x in volume.axes.ravel()])
    return image


def affine_of(image: sitk.Image) -> Array:
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return affine


def optimised(fixed: sitk.Image, moving: sitk.Image, begin: Array, about: Array) -> Array:
    """Rigid registration from a pose, coarse to fine."""
    transform = sitk.Euler3DTransform()
    transform.SetCenter([float(x) for x in about])
    transform.SetMatrix([float(x) for x in begin[:3, :3].ravel()], 1e-6)
    shift = begin[:3, 3] - about + begin[:3, :3] @ about
    transform.SetTranslation([float(x) for x in shift])
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(32)
    # Every voxel counts: even regular samples are jittered, by a seed that goes on between calls.
    method.SetMetricSamplingStrategy(method.NONE)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=2.0, minStep=0.01, numberOfIterations=60, relaxationFactor=0.6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([3, 1])
    method.SetSmoothingSigmasPerLevel([2, 0.5])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(transform, inPlace=True)
    threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    # The metric heeds only the global number; sums over several threads vary in their last bit.
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        method.Execute(fixed, moving)
    except RuntimeError:
        # The images do not overlap from here: this start leads nowhere.
        return begin
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    found = np.eye(4)
    found[:3, :3] = np.array(transform.GetMatrix()).reshape(3, 3)
    centre = np.array(transform.GetCenter())
    found[:3, 3] = centre - found[:3, :3] @ centre + np.array(transform.GetTranslation())
    return found
