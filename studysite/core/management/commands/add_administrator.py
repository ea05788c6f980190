"""An administrator from the shell: the first of a new study, who invites everybody else."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from studysite.core.accounts import add_administrator
from studysite.core.command import WRONG_USAGE, StudyCommand


class Command(StudyCommand):
    """The password is asked for, or read from standard input; it is no argument, which others on
    the machine could read."""

    help = "Make an administrator, and the site where it is new; everybody else is invited."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, where and why."""
        parser.add_argument("username")
        parser.add_argument("--printed-name", required=True, help="as under a signature")
        parser.add_argument("--site", required=True, metavar="CODE", help="such as XJ")
        parser.add_argument("--site-name", default="", help="where the site is new")
        parser.add_argument("--reason", default="The study begins.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask for the password, make the account."""
        user = add_administrator(
            code=options["site"],
            site_name=options["site_name"],
            username=options["username"],
            printed_name=options["printed_name"],
            password=_password(),
            reason=options["reason"],
        )
        self.stdout.write(f"{user.username} administers {options['site']}; others are invited.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandError("The two passwords are not the same.", returncode=WRONG_USAGE)
    return password
