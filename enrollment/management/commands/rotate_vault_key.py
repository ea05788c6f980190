"""Another master key for the identity vault."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from enrollment.services.identity import rotate_vault_key
from studysite.core.errors import NotThere, StudyError
from studysite.core.keys import key_from_file, key_in
from studysite.core.models import User

REFUSED = 3


class Command(BaseCommand):
    """Wraps every identity's key anew, all or none. Stop the site first."""

    help = "Exchange the vault's master key for the one in FILE, which is made where there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the new key lies, and who exchanges it."""
        parser.add_argument("--new", required=True, type=Path, metavar="FILE")
        parser.add_argument("--by", required=True, metavar="USERNAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exchange, and say what to set."""
        try:
            by = User.objects.filter(username=options["by"], is_active=True).first()
            old = key_in(settings.VAULT_KEY_FILE)
            if by is None:
                raise NotThere(f"There is no account {options['by']}.")
            if old is None:
                raise NotThere(f"There is no key in {settings.VAULT_KEY_FILE}.")
            count = rotate_vault_key(by=by, old=old, new=key_from_file(options["new"]))
        except StudyError as refusal:
            self.stderr.write(str(refusal))
            sys.exit(REFUSED)
        self.stdout.write(f"{count} identities open with {options['new']} now, and with no other.")
        self.stdout.write(f"Set VAULT_KEY_FILE={options['new']}, then destroy the old key.")
