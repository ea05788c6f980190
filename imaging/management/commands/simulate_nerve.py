"""`manage.py simulate_nerve`: a phantom scan with its exact truth."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from imaging.dicom.phantom_scanners import PHYSICS, SCANNERS
from imaging.dicom.phantom_series import write_series
from imaging.dicom.volumes import ITK_SUFFIXES, digest, write_nifti
from imaging.nerve.phantom import simulate
from imaging.nerve.phantom_scenarios import SCENARIOS
from imaging.nerve.phantom_settings import WrongSetting
from imaging.nerve.volume import Volume
from studysite.core.command import REFUSED, WRONG_USAGE, StudyCommand

NUMBERS = {
    "--diameter-mm": "diameter of the nerve; of the affected one where the sides differ",
    "--other-diameter-mm": "diameter of the other side's nerve",
    "--length-mm": "length between brainstem and canal",
    "--snr": "fluid over the noise's SD in one channel",
    "--vessel-gap-mm": "gap between the nerve's surface and the vessel's",
    "--vessel-angle-deg": "angle between nerve and vessel",
    "--vessel-diameter-mm": "diameter of the vessel",
    "--notch-depth": "relative loss of radius at the notch",
    "--notch-at-mm": "where the notch is, from the brainstem end",
    "--notch-sd-mm": "how long the notch is (SD)",
    "--vessel-at-mm": "where the vessel crosses, from the brainstem end",
    "--neighbour-gap-mm": "put CN VIII beside the nerve, at this gap",
    "--aspect": "major over minor axis, at equal area",
    "--taper": "relative change of radius at both ends",
    "--area-ratio": "the affected nerve's area over that of --diameter-mm",
    "--pulsation-mm": "how far the strands beat during the scan",
    "--banding": "depth of bSSFP bands, as a fraction",
    "--texture": "grain of tissue, as a fraction",
    "--deviation-mm": "how far the vessel pushes the nerve aside",
    "--contrast": "nerve against fluid, as a fraction of the brighter of both",
    "--bias": "coil profile, as a fraction",
}
COUNTS = {"--anatomy": "which anatomy of the head-like scene", "--zero-fill": "zero-filling"}
CHOICES = {
    "--polarity": ("dark", "bright"),
    "--affected": ("left", "right"),
    "--path": ("straight", "oblique", "arc", "helix"),
    "--psf": ("box", "sinc", "hamming"),
}
MOTION = ("--tof-shift-mm", "--tof-turn-deg")
SWITCHES = {"--vessel": "put a vessel", "--vein": "the vessel is a vein", "--pons": "put walls"}


def _three(text: str) -> tuple[float, float, float]:
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"three numbers X,Y,Z are needed, not {text!r}") from None
    return x, y, z


def _spacing(text: str) -> tuple[float, float, float]:
    try:
        parts = [float(part) for part in text.split(",")]
    except ValueError:
        parts = []
    if len(parts) not in (1, 3):
        raise ArgumentTypeError("one number, or three with commas between them, is needed")
    return (parts[0], parts[0], parts[0]) if len(parts) == 1 else (parts[0], parts[1], parts[2])


class Command(StudyCommand):
    help = "Write a simulated scan of both facial nerves, and the truth about it as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="list the scenarios and stop")
        parser.add_argument("--out", type=Path, help="NIfTI file, or a folder for a DICOM series")
        parser.add_argument("--truth", type=Path, help="JSON file for the truth")
        parser.add_argument("--tof-out", type=Path, help="the TOF companion, as --out")
        parser.add_argument("--scenario", default="arc")
        parser.add_argument("--seed", type=int, default=0)
        for name, text in NUMBERS.items():
            parser.add_argument(name, type=float, help=text)
        for name, text in COUNTS.items():
            parser.add_argument(name, type=int, help=text)
        for name, choices in CHOICES.items():
            parser.add_argument(name, choices=choices)
        for name, text in SWITCHES.items():
            parser.add_argument(name, action="store_true", default=None, help=text)
        parser.add_argument("--noise-free", action="store_true", help="no noise at all")
        parser.add_argument("--spacing-mm", type=_spacing, metavar="H or I,J,K")
        for flag in MOTION:
            parser.add_argument(
                flag,
                type=_three,
                metavar="X,Y,Z",
                help="the patient moves before the TOF companion",
            )
        parser.add_argument("--size", type=int, nargs=3, metavar=("I", "J", "K"))
        parser.add_argument("--manufacturer", choices=sorted(SCANNERS), default="SIEMENS")
        parser.add_argument("--sequence", choices=sorted(set(PHYSICS) - {"tof"}))
        parser.add_argument("--patient-id", default="SIM0001")
        parser.add_argument("--patient-name", default="Phantom^Nerve")
        parser.add_argument("--birth-date", type=date.fromisoformat, default=date(1975, 5, 17))
        parser.add_argument("--study-date", type=date.fromisoformat, default=date(2026, 3, 2))
        parser.add_argument("--sex", choices=("F", "M", "O"), default="F")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for scenario in SCENARIOS:
                self.stdout.write(f"{scenario.code:5} {scenario.name:20} {scenario.about}")
            return
        if options["out"] is None or options["truth"] is None:
            raise CommandError("--out and --truth are needed.", returncode=WRONG_USAGE)
        try:
            phantom = simulate(options["scenario"], seed=options["seed"], **_changes(options))
        except WrongSetting as wrong:
            raise CommandError(str(wrong), returncode=WRONG_USAGE) from None
        if options["tof_out"] and phantom.tof is None:
            raise CommandError("There is no TOF companion to write.", returncode=WRONG_USAGE)
        try:
            _write_all(options, phantom.volume, phantom.tof, phantom.truth)
        except OSError as trouble:
            raise CommandError(
                f"{trouble.filename} cannot be written: {trouble.strerror}.", returncode=REFUSED
            ) from None


def _changes(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that the caller gave; the rest stay as the scenario has them."""
    flags = [*NUMBERS, *COUNTS, *CHOICES, *SWITCHES, *MOTION, "--spacing-mm", "--size"]
    names = [flag.removeprefix("--").replace("-", "_") for flag in flags]
    given = {name: options[name] for name in names if options[name] is not None}
    if "size" in given:
        given["size"] = tuple(given["size"])
    if options["noise_free"]:
        given["snr"] = None
    if options["tof_out"]:
        given["tof"] = True
    return given


def _write_all(
    options: dict[str, Any], volume: Volume, tof: Volume | None, truth: dict[str, Any]
) -> None:
    usual = "t1" if truth["input"]["polarity"] == "bright" else "ciss"
    _write(options, volume, options["out"], sequence=options["sequence"] or usual)
    if options["tof_out"] and tof is not None:
        _write(options, tof, options["tof_out"], sequence="tof")
    truth["input"]["sha256"] = digest(options["out"])
    options["truth"].parent.mkdir(parents=True, exist_ok=True)
    options["truth"].write_text(json.dumps(truth, indent=1) + "\n")


def _write(options: dict[str, Any], volume: Volume, path: Path, *, sequence: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.lower().endswith(ITK_SUFFIXES):
        with path.open("ab"):  # fails as an OSError, which names the file; SimpleITK's does not
            pass
        write_nifti(volume, path)
        return
    _empty_of_slices(path)
    write_series(
        volume,
        path,
        patient_id=options["patient_id"],
        patient_name=options["patient_name"],
        birth_date=options["birth_date"],
        study_date=options["study_date"],
        sex=options["sex"],
        manufacturer=options["manufacturer"],
        sequence=sequence,
    )


def _empty_of_slices(folder: Path) -> None:
    """Remove slices of an earlier run: two series in one folder are no volume."""
    for old in folder.glob("IM_*.dcm"):
        old.unlink()
