"""The Vascular Modeling Toolkit on one nerve after another, in a Python 3.12 of its own.

`vmtk_peer` runs this file by its path, so it imports nothing of the project. The first line on
standard output lists the settings. Then a line on standard input is JSON, `setting` and `path`, an
.npz file: `share` (0 in fluid, 1 in nerve; padded with fluid, so that surfaces close), `spacing_mm`
and `ends_mm`, the two clicks. A line on standard output answers: the centre line's points, the
areas of its sections (null where VMTK calls one open) and the processor time, or a reason.
"""

import json
import os
import sys
import time

import numpy as np
from vmtk import vmtkscripts  # type: ignore[import-not-found]
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData

STEP_MM = 0.25
FINER_MM = 0.2
HALF_HEIGHT = 0.5
# What a user may choose for a tube of two or three voxels: the surface as it comes, from a finer
# image (cubic), smoothed (Taubin, the tutorial's pass band), or a level set drawn to gradients.
SETTINGS = {
    "half height": {},
    "half height, smoothed": {"smooth": True},
    "half height, finer image": {"finer": True},
    "half height, finer image, smoothed": {"finer": True, "smooth": True},
    "level set": {"level_set": True},
    "level set, finer image": {"finer": True, "level_set": True},
}


def script(name, **members):
    """Run one of VMTK's scripts without its log."""
    made = getattr(vmtkscripts, name)()
    made.PrintLog = made.OutputText = made.OutputProgress = lambda *_: None
    for member, value in members.items():
        setattr(made, member, value)
    made.Execute()
    return made


def picture(share, spacing_mm):
    image = vtkImageData()
    image.SetDimensions(*share.shape)
    image.SetSpacing(*spacing_mm)
    scalars = numpy_to_vtk(share.ravel(order="F").astype(np.float32), deep=True)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)
    return image


def nerve_surface(image, middle, *, finer=False, smooth=False, level_set=False):
    """The closed surface nearest to the nerve's middle."""
    level = HALF_HEIGHT
    if finer:
        grid = {"OutputSpacing": [FINER_MM] * 3, "Interpolation": "cubic"}
        image = script("vmtkImageReslice", Image=image, **grid).Image
    if level_set:
        image, level = evolved(image), 0.0
    surface = script("vmtkMarchingCubes", Image=image, Level=level, Connectivity=0).Surface
    near = {"Method": "closest", "ClosestPoint": list(middle)}
    surface = script("vmtkSurfaceConnectivity", Surface=surface, **near).Surface
    if smooth:
        taubin = {"Method": "taubin", "PassBand": 0.1, "NumberOfIterations": 30}
        surface = script("vmtkSurfaceSmoothing", Surface=surface, **taubin).Surface
    return surface


def evolved(image):
    """A level set begun at half height and drawn to the ridges of the gradient."""
    start = script("vmtkImageShiftScale", Image=image, Shift=-HALF_HEIGHT, Scale=-1.0).Image
    terms = {"PropagationScaling": 0.0, "CurvatureScaling": 0.0, "AdvectionScaling": 1.0}
    begun = {"InitialLevelSets": start, "NumberOfIterations": 200}
    return script("vmtkLevelSetSegmentation", Image=image, **begun, **terms).LevelSets


def sections(surface, ends_mm):
    """Centre line between two clicks, and the area of the section at each of its points."""
    clicks = {"SourcePoints": list(ends_mm[0]), "TargetPoints": list(ends_mm[1])}
    even = {"Resampling": 1, "ResamplingStepLength": STEP_MM}
    line = script(
        "vmtkCenterlines", Surface=surface, SeedSelectorName="pointlist", **clicks, **even
    ).Centerlines
    cut = script("vmtkCenterlineSections", Surface=surface, Centerlines=line).Centerlines
    points = vtk_to_numpy(cut.GetPoints().GetData()).astype(float)
    data = cut.GetPointData()
    area = vtk_to_numpy(data.GetArray("CenterlineSectionArea")).astype(float)
    closed = vtk_to_numpy(data.GetArray("CenterlineSectionClosed")) > 0
    return points, [float(a) if c else None for a, c in zip(area, closed, strict=True)]


def answer(setting, path):
    given = np.load(path)
    ends_mm = given["ends_mm"]
    start = time.process_time()
    try:
        image = picture(given["share"], given["spacing_mm"])
        surface = nerve_surface(image, ends_mm.mean(axis=0), **SETTINGS[setting])
        points, area = sections(surface, ends_mm)
    except (AttributeError, RuntimeError, ValueError) as trouble:
        return {"reason": f"VMTK found no centre line ({type(trouble).__name__})."}
    spent = time.process_time() - start
    return {"points_mm": points.tolist(), "area_mm2": area, "seconds": spent}


def main():
    """Answer on what was standard output; VMTK itself writes there too, and is sent elsewhere."""
    with os.fdopen(os.dup(1), "w", buffering=1) as told:
        os.dup2(2, 1)
        told.write(json.dumps(list(SETTINGS)) + "\n")
        for line in sys.stdin:
            told.write(json.dumps(answer(**json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
