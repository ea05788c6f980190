"""`manage.py release_forms`: freeze the newest definitions, each under its version and digest."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment.crfs.registry import FORMS, RELEASED, SUMS, broken, name_of, sums_in
from enrollment.crfs.written import digest_of, text_of


class Command(BaseCommand):
    """Writes a file for each version that was not released before; changes none that was."""

    help = "Freeze the newest case report form definitions under their versions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses where a released version was changed."""
        locked = sums_in(RELEASED)
        for form in FORMS.values():
            name = name_of(form)
            if name not in locked:
                (RELEASED / name).write_text(text_of(form), encoding="utf-8")
                locked[name] = digest_of(form)
                self.stdout.write(f"{form.key} {form.version} is released.")
            elif locked[name] != digest_of(form):
                sentence = f"{form.key} {form.version} was released and has changed"
                raise CommandError(f"{sentence}: give it a new version.")
        lines = [f"{digest}  {name}\n" for name, digest in sorted(locked.items())]
        (RELEASED / SUMS).write_text("".join(lines), encoding="utf-8")
        if sentences := broken(RELEASED):
            raise CommandError(" ".join(sentences))
