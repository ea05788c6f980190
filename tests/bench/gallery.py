"""`make gallery`: the pictures of docs/pictures, of the public scan and of a phantom whose vessel
passes at 0.2 mm. Looked at by a person after each change of what is drawn.

python -m tests.bench.gallery [FOLDER]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from imaging.dicom.volumes import read_volume
from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.result import Ends
from imaging.nerve.table import to_json_dict
from imaging.nerve.volume import Volume
from imaging.render.pictures import DISTANCE, NAMES, RAW, draw_pictures

ROOT = Path(__file__).parents[2]
SCAN = ROOT.parent / "shared" / "data" / "brain_t1_3d" / "dicoms"
CLICKS = ROOT / "tests" / "imaging" / "nerve" / "brain_t1_3d_ends.json"
FOLDER = Path("docs/pictures")
WIDTH_PX = 720
# What is kept of each: the rest looks like it.
SCAN_KEPT = (*NAMES[:4], RAW)
GAP_KEPT = ("endoscopy.png", RAW, DISTANCE)


def gallery(folder: Path) -> None:
    """Draw and keep them; the scan's only where it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    if SCAN.is_dir():
        _kept(read_volume(SCAN), None, json.loads(CLICKS.read_text()), "scan", SCAN_KEPT, folder)
    gap = simulate("tof", seed=1, vessel_gap_mm=0.2, spacing_mm=(0.5, 0.5, 0.5))
    _kept(gap.volume, gap.tof, gap.truth["ends"], "gap", GAP_KEPT, folder)


def _kept(
    volume: Volume,
    tof: Volume | None,
    clicks: dict[str, Any],
    name: str,
    kept: tuple[str, ...],
    folder: Path,
) -> None:
    ends = {
        side: Ends(tuple(points["brainstem_mm"]), tuple(points["canal_mm"]))
        for side, points in clicks.items()
    }
    table = to_json_dict(measure(volume, ends, tof=tof), "", "")
    with tempfile.TemporaryDirectory() as drawn:
        draw_pictures(volume, table["nerves"]["left"], Path(drawn), more=True)
        for picture in kept:
            image = Image.open(Path(drawn) / picture)
            image = image.resize((WIDTH_PX, round(image.height * WIDTH_PX / image.width)))
            image.save(folder / f"{name}_{picture}", optimize=True)


if __name__ == "__main__":
    gallery(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
