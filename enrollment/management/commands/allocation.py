"""The allocation list of a randomised study: made and sealed, or proved."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from enrollment.services.allocation import prove_list, seal_list, sealed_list
from studysite.core.errors import NotThere, StudyError
from studysite.core.models import User

REFUSED = 3


class Command(BaseCommand):
    """`seal --by NAME` draws the list and seals it; `verify` opens it and draws it again."""

    help = "Seal the allocation list, or prove that it follows from its seed to the byte."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do, and who does it."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("seal").add_argument("--by", required=True, metavar="USERNAME")
        acts.add_parser("verify")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say the digest and never the list."""
        try:
            if options["act"] == "seal":
                row = seal_list(by=_person(options["by"]))
                self.stdout.write(f"sealed: {row.slots_count} slots, sha256 {row.sha256}")
                return
            found = sealed_list()
            if found is None:
                raise NotThere("There is no allocation list.")
            prove_list(found)
            self.stdout.write(
                f"proved: {found.slots_count} slots, {found.spent.count()} spent, "
                f"{found.algorithm}, sha256 {found.sha256}"
            )
        except StudyError as refusal:
            self.stderr.write(str(refusal))
            sys.exit(REFUSED)


def _person(username: str) -> User:
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise NotThere(f"There is no account {username}.")
    return found
