"""Measure facial nerves in one scan: the numerics alone, no database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from imaging.dicom.errors import DicomRefused
from imaging.dicom.volumes import digest, read_volume
from imaging.nerve.errors import Refused
from imaging.nerve.measure import ORDER, all_refused, measure
from imaging.nerve.result import Ends, Point, Report
from imaging.nerve.suggest import suggest_ends
from imaging.nerve.table import SOFTWARE, to_json_dict
from imaging.nerve.volume import Volume
from imaging.render.inverse import save_maps
from imaging.render.pictures import draw_pictures
from imaging.render.stage import CannotDraw
from studysite.core.command import REFUSED, StudyCommand

FORM = "NAME:X,Y,Z:X,Y,Z"


def nerve_argument(text: str) -> tuple[str, Ends]:
    """`left:X,Y,Z:X,Y,Z`: brainstem end, way-points if any, canal end; LPS, mm."""
    name, *points = text.split(":")
    if name not in ORDER or len(points) < 2:
        raise ArgumentTypeError(f"a nerve is {FORM}, NAME left or right, not {text!r}")
    first, *between, last = (_point(point, text) for point in points)
    return name, Ends(first, last, tuple(between))


def _point(text: str, whole: str) -> Point:
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"a point is three numbers in mm, X,Y,Z; see {whole!r}") from None
    return x, y, z


class Command(StudyCommand):
    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("volume", type=Path, metavar="VOLUME")
        parser.add_argument(
            "--nerve",
            type=nerve_argument,
            action="append",
            metavar=FORM,
            help="brainstem end, then canal end, LPS in mm; once for each nerve; "
            "further points between them are way-points",
        )
        parser.add_argument(
            "--suggest",
            action="store_true",
            help="print end points suggested from the image alone, to be looked at; no measurement",
        )
        parser.add_argument("--tof", type=Path, help="time-of-flight series, to tell arteries")
        parser.add_argument("--json", type=Path, metavar="FILE", help="default: standard output")
        parser.add_argument("--pictures", type=Path, metavar="DIR", help="one folder a nerve")
        parser.add_argument(
            "--more-pictures",
            action="store_true",
            help="with --pictures: also endoscopy_raw.png, the image's own surface, labelled as "
            "such, and endoscopy_distance.png, coloured by distance to the vessel",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        nerves: list[tuple[str, Ends]] = options["nerve"] or []
        if bool(nerves) == options["suggest"]:
            raise CommandError(
                "Either --nerve, once for each nerve, or --suggest is needed.", returncode=2
            )
        if options["suggest"]:
            self._suggest(options)
            return
        if len({name for name, _ in nerves}) < len(nerves):
            raise CommandError("Each nerve is named once: left or right.", returncode=2)
        try:
            volume = read_volume(options["volume"])
            tof = read_volume(options["tof"]) if options["tof"] else None
        except DicomRefused as refused:
            raise CommandError(str(refused), returncode=REFUSED) from refused
        report = self._measured(volume, dict(nerves), tof)
        table = to_json_dict(
            report,
            digest(options["volume"]),
            settings.VERSION,
            tof_sha256=digest(options["tof"]) if options["tof"] else None,
        )
        try:
            self._write(table, options["json"])
            if options["pictures"]:
                self._draw(volume, table, options)
        except OSError as trouble:
            sentence = f"{trouble.filename} cannot be written: {trouble.strerror}."
            raise CommandError(sentence, returncode=REFUSED) from trouble
        if not report.measured:
            reasons: dict[str | None, list[str]] = {n.reason: [] for n in report.nerves.values()}
            for nerve in report.nerves.values():
                reasons[nerve.reason].append(nerve.name)
            told = [f"{' and '.join(names)}: {reason}" for reason, names in reasons.items()]
            raise CommandError(" ".join(told), returncode=REFUSED)

    def _measured(self, volume: Volume, ends: dict[str, Ends], tof: Volume | None) -> Report:
        """A scan that can carry no measurement is a result too: every nerve refused."""
        try:
            return measure(volume, ends, tof=tof, progress=self._progress())
        except Refused as refused:
            return all_refused(volume, ends, refused)

    def _suggest(self, options: dict[str, Any]) -> None:
        try:
            found = suggest_ends(read_volume(options["volume"]))
        except DicomRefused as refused:
            raise CommandError(str(refused), returncode=REFUSED) from refused
        table = {
            "schema": "nerve-suggestion/1",
            "software": {"name": SOFTWARE, "version": settings.VERSION},
            "input": {"sha256": digest(options["volume"])},
            "confidence": round(found.confidence, 3),
            "reason": found.reason or None,
            "ends": {
                side: {"brainstem_mm": ends.brainstem_mm, "canal_mm": ends.canal_mm}
                for side, ends in found.ends.items()
            },
        }
        self._write(table, options["json"])
        if not found.ends:
            raise CommandError(found.sentence, returncode=REFUSED)

    def _write(self, table: dict[str, Any], file: Path | None) -> None:
        text = json.dumps(table, indent=2, ensure_ascii=False) + "\n"
        if file is None:
            self.stdout.write(text, ending="")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def _draw(self, volume: Volume, table: dict[str, Any], options: dict[str, Any]) -> None:
        folder, more = options["pictures"], options["more_pictures"]
        measured = {side: n for side, n in table["nerves"].items() if n["status"] == "measured"}
        for side, nerve in measured.items():
            other = next((n for name, n in measured.items() if name != side), None)
            save_maps(volume, nerve, folder / side)
            try:
                draw_pictures(volume, nerve, folder / side, other=other, more=more)
            except CannotDraw as trouble:
                # The numbers and the other pictures stand without the endoscopy.
                self.stderr.write(str(trouble))

    def _progress(self) -> Any:
        if not sys.stderr.isatty():
            return None

        def show(share: float, doing: str) -> None:
            ending = "\n" if share >= 1 else ""
            self.stderr.write(f"\r{share:4.0%}  {doing:<40}", ending=ending)

        return show
