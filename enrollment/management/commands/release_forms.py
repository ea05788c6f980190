"""`manage.py release_forms`: freeze the newest definitions and protocol files by their digests."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment.crfs.registry import FORMS, RELEASED, SUMS, broken, name_of, sums_in
from enrollment.crfs.written import text_of
from enrollment.protocol.loader import FOLDER


class Command(BaseCommand):
    """Writes a line for each version that was not released before; changes none that was."""

    help = "Freeze the newest case report forms and protocol files under their versions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses where a released version was changed."""
        forms = {name_of(form): text_of(form).encode() for form in FORMS.values()}
        self._freeze(RELEASED, forms)
        protocols = {path.name: path.read_bytes() for path in FOLDER.glob("*.toml")}
        self._freeze(FOLDER, protocols)
        if sentences := [*broken(RELEASED), *broken(FOLDER, "*.toml")]:
            raise CommandError(" ".join(sentences))

    def _freeze(self, folder: Path, files: dict[str, bytes]) -> None:
        locked = sums_in(folder)
        for name, content in files.items():
            digest = hashlib.sha256(content).hexdigest()
            if locked.setdefault(name, digest) != digest:
                released = Path(name).stem.replace("-", " ")
                sentence = f"{released} was released and has changed"
                raise CommandError(f"{sentence}: give it a new version.")
            if not (folder / name).exists():
                (folder / name).write_bytes(content)
                self.stdout.write(f"{name} is released.")
        lines = [f"{digest}  {name}\n" for name, digest in sorted(locked.items())]
        (folder / SUMS).write_text("".join(lines), encoding="utf-8")
