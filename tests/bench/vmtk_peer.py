"""The Vascular Modeling Toolkit itself, from PyPI, in an environment of its own.

Its wheels need Python 3.12; the project runs on 3.11 and newer. Where such a Python is found the
environment is made once, in var/vmtk; where none is, `prepared` says so and the race goes on.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import numpy as np
from scipy.spatial import KDTree

from imaging.nerve.volume import Volume
from tests.bench.guide import Floats, Guide, along, region_about
from tests.bench.voxel_peers import NotFound, Reading

VERSION = "1.5.2"
WANTED = (3, 12)
ENVIRONMENT = Path("var/vmtk")
WORKER = Path(__file__).with_name("vmtk_worker.py")
PAD = 2


class NoVmtk(RuntimeError):
    """VMTK cannot run here; the message is for the table."""


def python_3_12() -> Path | None:
    """A Python that VMTK's wheels are made for, wherever this machine keeps one."""
    for path in _candidates():
        told = subprocess.run(
            [path, "-c", "import sys; print(sys.version_info[:2] == (3, 12))"],
            capture_output=True,
            check=False,
            text=True,
        )
        if told.stdout.strip() == "True":
            return path
    return None


def _candidates() -> Iterator[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob("versions/3.12*/bin/python3.12"))
    on_path = shutil.which(
        "python3.12"
    )  # pyenv's own shim says no where 3.12 is not the chosen one
    if on_path:
        yield Path(on_path)
    uv = shutil.which("uv", path=f".venv/uv/bin{os.pathsep}{os.environ.get('PATH', '')}")
    if uv:
        find = [uv, "python", "find", "3.12", "--no-python-downloads"]
        told = subprocess.run(find, capture_output=True, check=False, text=True)
        if told.returncode == 0:
            yield Path(told.stdout.strip())


def prepared(environment: Path = ENVIRONMENT) -> Path:
    """The environment's Python, made and filled where it is not there yet. Raises NoVmtk."""
    python = environment / "bin" / "python"
    marker = environment / f"vmtk-{VERSION}"
    if marker.exists() and python.exists():
        return python
    base = python_3_12()
    if base is None:
        raise NoVmtk("its wheels need Python 3.12, and there is none on this machine")
    install = [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", f"vmtk=={VERSION}"]
    for command in ([base, "-m", "venv", "--clear", environment], install):
        told = subprocess.run(command, capture_output=True, check=False, text=True)
        if told.returncode != 0:
            said = (told.stderr.strip() or "no reason given").splitlines()[-1]
            raise NoVmtk(f"it could not be installed from PyPI ({said})")
    marker.touch()
    return python


class Vmtk:
    """A running VMTK that reads one nerve after another; begun anew where it ends by itself."""

    def __init__(self, python: Path) -> None:
        self._python = python
        self._folder = TemporaryDirectory(prefix="vmtk-")
        self._process = self._begin()
        self.settings: list[str] = self._listen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._end()
        self._folder.cleanup()

    def read(self, volume: Volume, guide: Guide, setting: str) -> tuple[Reading, float]:
        """What VMTK says of one nerve, and its processor seconds. Raises NotFound."""
        region = region_about(volume, guide)
        first = region.first - PAD
        path = Path(self._folder.name) / "nerve.npz"
        np.savez(
            path,
            share=np.pad(
                (guide.fluid_level - region.values) / (guide.fluid_level - guide.nerve_level), PAD
            ),
            spacing_mm=volume.spacing_mm,
            ends_mm=(volume.to_index(guide.points_mm[[0, -1]]) - first) * volume.spacing_mm,
        )
        found = self._ask({"setting": setting, "path": str(path)})
        if "reason" in found:
            raise NotFound(str(found["reason"]))
        points = volume.to_patient(np.array(found["points_mm"]) / volume.spacing_mm + first)
        areas = np.array(found["area_mm2"], dtype=float)
        return _between_ends(points, areas, guide), float(found["seconds"])

    def _begin(self) -> subprocess.Popen[str]:
        quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([self._python, WORKER], text=True, **quiet)  # type: ignore[call-overload,no-any-return]

    def _end(self) -> int:
        self._process.terminate()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        return self._process.wait()

    def _listen(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise NoVmtk(f"it does not start (exit code {self._process.wait()})")
        return json.loads(line)

    def _ask(self, question: dict[str, str]) -> dict[str, Any]:
        """One line in, one line out. A crash of VMTK is an answer too."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        try:
            answer: dict[str, Any] = self._listen()
        except NoVmtk:
            code = self._process.wait()
            self._end()
            self._process = self._begin()
            self._listen()
            raise NotFound(f"VMTK ended by itself, with exit code {code}.") from None
        return answer


def _between_ends(points_mm: Floats, areas: Floats, guide: Guide) -> Reading:
    """VMTK's sections between the true ends, each at the nearest place of the true course."""
    arc, dense = along(guide)
    _, row = KDTree(dense).query(points_mm)
    inside = (arc[row] >= 0) & (arc[row] <= guide.length_mm)
    if not np.isfinite(areas[inside]).any():
        raise NotFound("VMTK has no closed section between the ends.")
    return Reading(float(np.nanmean(areas[inside])), arc[row][inside], areas[inside])
