"""Proves or refutes the audit trail of this study, or of a file, a server or a dump."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from studysite.core.audit import verify
from studysite.core.audit.sealing import public_key


class Command(BaseCommand):
    """The pages' databases when nothing is named; see studysite/core/audit/verify.py."""

    help = "Prove or refute the audit trail; names the first bad row. Exit code 3 when it fails."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """What to look at, and what somebody kept of it."""
        parser.add_argument("place", nargs="?", help="a file, a server's address, or a dump")
        parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE")
        parser.add_argument(
            "--key", default="", help="public key in hex; the study's own when left out"
        )

    def handle(
        self, *args: Any, place: str | None, checkpoint: list[str], key: str, **_: Any
    ) -> None:
        """Both databases of the study, or the one place that was named."""
        flags = [part for name in checkpoint for part in ("--checkpoint", name)]
        flags += ["--key", key or public_key()]
        if place:
            sys.exit(verify.main([place, *flags]))
        codes = [verify.main([address("default"), *flags])]
        codes.append(verify.main([address("vault"), "--key", key or public_key()]))
        sys.exit(max(codes))


def address(alias: str) -> str:
    """Where a database of the study lies, as the verifier takes it."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        return str(connection.settings_dict["NAME"])
    values = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    return " ".join(f"{name}='{values[name]}'" for name in names if values.get(name))
