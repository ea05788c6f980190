"""A view that a reader kept, drawn from the parts that the browser drew it from."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
import vtk
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from imaging.nerve.volume import Volume
from imaging.render.camera import Camera
from imaging.render.canvas import CURSOR
from imaging.render.mesh import surface
from imaging.render.packed import ALIGNED, EMPTY
from imaging.render.sampling import Window, sample
from imaging.render.stage import Stage

WIDEST_PX = 420
GAP_PX = 6
STAGE_PX = (640, 480)
# One window at a time: VTK's are not to be made on two threads at once.
_stage = Lock()


def unpacked(content: bytes) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """A part as it was packed: its header, and the arrays that it names."""
    end = content.index(b"\n")
    header, at, arrays = json.loads(content[:end]), end + 1, []
    for told in header["arrays"]:
        kind = np.dtype(told["type"]).newbyteorder("<")
        arrays.append(np.frombuffer(content, kind, told["count"], at))
        at += -(-told["count"] * kind.itemsize // ALIGNED) * ALIGNED
    return header, arrays


def draw_planes(part: bytes, state: Mapping[str, Any], keys: Sequence[str]) -> bytes:
    """The planes of a view beside one another, as PNG, with what was drawn on them. `keys`: by
    which names the drawings of each plane go."""
    header, (array,) = unpacked(part)
    volume = Volume(array.reshape(header["size"], order="F"), np.array(header["matrix"]))
    slope, intercept = header["slope"], header["intercept"]
    window = state["values"]["window"]
    raw = Window((window["low"] - intercept) / slope, (window["high"] - intercept) / slope)
    pictures = [
        _plane(volume, pane, state, raw, key)
        for pane, key in zip(state["panes"], keys, strict=True)
    ]
    return _png(_beside(pictures))


def _plane(
    volume: Volume, pane: Mapping[str, Any], state: Mapping[str, Any], raw: Window, key: str
) -> Image.Image:
    corner, right, down, normal = (np.array(pane[k]) for k in ("corner", "right", "down", "normal"))
    every = max(pane["width"] / WIDEST_PX, 1.0)
    pixel = pane["pixel"] * every
    width, height = (max(round(pane[k] / every), 1) for k in ("width", "height"))
    rows, columns = np.mgrid[:height, :width]
    points = corner + pixel * (columns[..., None] * right + rows[..., None] * down)
    slab = state["values"]["slab"] if state["tab"] == "mpr" else 0.0
    values = _slab(volume, points, normal, slab, state["values"]["mode"])
    picture = Image.fromarray(raw.grey(values)).convert("RGB")
    for one in state["drawn"]:
        if one["pane"] == key and _lies_in(one, corner, normal):
            offset = np.array(one["points"]) - corner
            _line(picture, np.stack([offset @ right, offset @ down], axis=1) / pixel, one["kind"])
    return picture


def _slab(
    volume: Volume, points: NDArray[Any], normal: NDArray[Any], slab: float, mode: str
) -> NDArray[Any]:
    """The mean, least or greatest of what lies within half a slab on either side."""
    step = float(min(volume.spacing_mm))
    count = round(slab / step) + 1 if slab > step else 1
    shifts = np.linspace(-slab / 2, slab / 2, count) if count > 1 else [0.0]
    stack = []
    for shift in shifts:
        values = sample(volume, points + shift * normal, order=1)
        stack.append(np.where(values <= EMPTY, np.nan, values))
    if count == 1:
        return stack[0]
    layers = np.stack(stack)
    if mode == "mean":
        return np.asarray(layers.mean(axis=0))
    return np.asarray(layers.min(axis=0) if mode == "minimum" else layers.max(axis=0))


def _lies_in(one: Mapping[str, Any], corner: NDArray[Any], normal: NDArray[Any]) -> bool:
    plane = one["plane"]
    return bool(
        np.array(plane["normal"]) @ normal > 0.999 and abs(corner @ normal - plane["offset"]) < 0.3
    )


def _line(picture: Image.Image, pixels: NDArray[Any], kind: str) -> None:
    places = [(float(x), float(y)) for x, y in pixels]
    if kind == "area" and len(places) > 2:
        places.append(places[0])
    ImageDraw.Draw(picture).line(places, fill=CURSOR, width=2)


def draw_flight(part: bytes, camera: Mapping[str, Any]) -> bytes:
    """The endoscopy of a view as PNG. Raises CannotDraw where OpenGL does not start."""
    header, arrays = unpacked(part)
    actors: list[vtk.vtkActor] = []
    for number, mesh in enumerate(header["meshes"]):
        points, _normals, faces = arrays[3 * number : 3 * number + 3]
        colour: tuple[float, float, float] = tuple(mesh["colour"])
        shape = points.reshape(-1, 3).astype(float), faces.reshape(-1, 3).astype(np.int64)
        actors.append(surface(*shape, colour, smooth=False))
    eye = Camera(
        np.array(camera["position"]),
        np.array(camera["target"]),
        np.array(camera["up"]),
        camera["angle"],
    )
    with _stage, Stage(actors, STAGE_PX) as stage:
        return _png(Image.fromarray(stage.look(eye)))


def _beside(pictures: Sequence[Image.Image]) -> Image.Image:
    width = sum(one.width for one in pictures) + GAP_PX * (len(pictures) - 1)
    page = Image.new("RGB", (width, max(one.height for one in pictures)))
    left = 0
    for one in pictures:
        page.paste(one, (left, 0))
        left += one.width + GAP_PX
    return page


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
