"""What the browser is sent: the same voxels, places and surfaces, and nothing of a finding."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from imaging.nerve.phantom import simulate
from imaging.nerve.volume import Volume
from imaging.render.course import NerveCourse
from imaging.render.cpr import straightened, stretched
from imaging.render.flight import packed_surfaces
from imaging.render.packed import (
    BEYOND_MM,
    EMPTY,
    packed,
    packed_straightened,
    packed_stretched,
    packed_volume,
)


def unpacked(content: bytes) -> tuple[dict[str, Any], list[np.ndarray]]:
    """A part as the browser reads it."""
    line, _end, _rest = content.partition(b"\n")
    header, at, arrays = json.loads(line), len(line) + 1, []
    for told in header["arrays"]:
        kind = np.dtype(told["type"]).newbyteorder("<")
        assert at % 8 == 0
        arrays.append(np.frombuffer(content, kind, told["count"], at))
        at += -(-told["count"] * kind.itemsize // 8) * 8
    assert at == len(content)
    return header, arrays


def values(header: dict[str, Any], array: np.ndarray) -> np.ndarray:
    """Intensities by index (i, j, k)."""
    shaped = array.reshape(header["size"], order="F").astype(float)
    return np.asarray(shaped * header["slope"] + header["intercept"])


def oblique(voxels: np.ndarray) -> Volume:
    turn = np.radians(20.0)
    affine = np.diag([0.4, 0.5, 0.8, 1.0])
    tilt = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    affine[:3, :3] = tilt @ affine[:3, :3]
    affine[:3, 3] = [-3.0, 11.0, 40.0]
    return Volume(voxels, affine)


@cache
def scene() -> tuple[Volume, NerveCourse]:
    phantom = simulate("touching", seed=2)
    return phantom.volume, NerveCourse.from_json(phantom.truth["nerves"]["left"])


@pytest.mark.parametrize("count", range(5))
def test_each_array_begins_where_any_type_may(count: int) -> None:
    arrays = [np.arange(count, dtype=np.int16), np.arange(3, dtype=np.float32)]
    header, back = unpacked(packed({"name": "x" * count}, arrays))
    assert header["name"] == "x" * count
    assert all(np.array_equal(a, b) for a, b in zip(arrays, back, strict=True))


def test_whole_voxels_arrive_as_they_are() -> None:
    volume = oblique(np.random.default_rng(1).integers(0, 3000, (6, 5, 4)).astype(np.int16))
    header, (array,) = unpacked(packed_volume(volume, {"window": [0, 1]}))
    assert (header["slope"], header["intercept"], header["window"]) == (1.0, 0.0, [0, 1])
    assert np.array_equal(values(header, array), volume.voxels)
    assert np.allclose(header["matrix"], volume.affine, atol=1e-8)


def test_others_arrive_within_half_a_step_of_their_scale() -> None:
    volume = oblique(np.random.default_rng(2).normal(0.0, 5e5, (6, 5, 4)))
    header, (array,) = unpacked(packed_volume(volume, {}))
    assert np.abs(values(header, array) - volume.voxels).max() <= 0.51 * header["slope"]


@pytest.mark.parametrize("every", [2, 4])
def test_the_coarse_picture_lies_where_the_fine_one_does(every: int) -> None:
    voxels = np.zeros((16, 12, 8), np.int16)
    voxels[4:8, 4:8, 4:8] = 1000
    volume = oblique(voxels)
    header, (array,) = unpacked(packed_volume(volume, {}, every=every))
    coarse, matrix = values(header, array), np.array(header["matrix"])
    index = np.argwhere(coarse > 0).mean(axis=0)
    place = matrix[:3, :3] @ index + matrix[:3, 3]
    assert np.allclose(place, volume.to_patient(np.array([5.5, 5.5, 5.5])), atol=1e-6)
    assert coarse.sum() * every**3 == voxels.sum()


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_plane_of_the_straightened_surroundings_is_the_servers_cut(angle: int) -> None:
    volume, course = scene()
    header, (array,) = unpacked(packed_straightened(volume, course, {}))
    laid = values(header, array)
    half = laid.shape[1] // 2
    on_the_nerve = np.array(header["matrix"]) @ [0, half, half, 1]
    assert np.allclose(on_the_nerve, [header["course"]["first"], 0, 0, 1], atol=1e-6)
    plane = {0: laid[:, ::-1, half], 90: laid[:, half, ::-1], 180: laid[:, :, half]}
    mine = plane.get(angle, laid[:, half, :]).T
    cut = straightened(
        volume,
        course.extended(BEYOND_MM, BEYOND_MM),
        angle_deg=angle,
        half_width_mm=half * header["matrix"][0][0],
        pixel_mm=header["matrix"][0][0],
    )
    there = np.isfinite(cut.values) & (mine > EMPTY * header["slope"] + header["intercept"])
    assert there.mean() > 0.9
    assert np.abs(mine - cut.values)[there].max() < 0.01 * np.ptp(cut.values[there])


@pytest.mark.parametrize("angle", [0, 45, 175])
def test_each_stretched_cut_is_the_servers(angle: int) -> None:
    volume, course = scene()
    header, (array,) = unpacked(packed_stretched(volume, course))
    number = header["angles"].index(angle)
    widest = max(header["columns"])
    stack = array.reshape(len(header["angles"]), header["rows"], widest).astype(float)
    mine = stack[number, :, : header["columns"][number]]
    cut = stretched(
        volume,
        course.extended(BEYOND_MM, BEYOND_MM),
        angle_deg=angle,
        half_width_mm=9.0,
        pixel_mm=header["pixel"],
        order=1,
    )
    there = np.isfinite(cut.values)
    assert np.array_equal(mine == EMPTY, ~there)
    back = mine * header["slope"] + header["intercept"]
    assert np.abs(back - cut.values)[there].max() <= 0.51 * header["slope"]
    assert np.allclose(header["arcs"][number], cut.arc_mm, atol=1e-3)


def test_the_course_says_nothing_of_girth_or_contact() -> None:
    volume, course = scene()
    header, _arrays = unpacked(packed_straightened(volume, course, {}))
    assert set(header["course"]) == {
        "first", "step", "measured", "points", "ups", "sides", "bends",
    }  # fmt: skip
    assert set(unpacked(packed_surfaces(volume, course))[0]) == {
        "schema", "arrays", "background", "course", "meshes", "path",
    }  # fmt: skip


def test_normals_look_out_of_the_nerve_and_the_flight_stays_outside() -> None:
    volume, course = scene()
    header, arrays = unpacked(packed_surfaces(volume, course))
    number = [mesh["name"] for mesh in header["meshes"]].index("nerve")
    points, normals = (array.reshape(-1, 3) for array in arrays[3 * number : 3 * number + 2])
    faces = arrays[3 * number + 2].reshape(-1, 3)
    assert faces.max() < len(points)
    assert np.allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-4)
    middle = np.abs(points - course.points_mm.mean(axis=0)).sum(axis=1).argsort()[:50]
    away = points[middle, None] - course.points_mm[None]
    nearest = away[np.arange(50), np.linalg.norm(away, axis=2).argmin(axis=1)]
    assert (np.sum(nearest * normals[middle], axis=1) > 0).all()
    positions = np.array(header["path"]["positions"])
    off = np.linalg.norm(positions - course.points_mm, axis=1)
    assert (off > course.radius_mm + 0.9).all()


def test_the_same_scan_gives_the_same_bytes() -> None:
    volume, course = scene()
    assert packed_surfaces(volume, course) == packed_surfaces(volume, course)
    assert packed_stretched(volume, course) == packed_stretched(volume, course)
