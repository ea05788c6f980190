#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError

from studysite.core.audit.writer import NOBODY_NAMED, is_by_nobody

REFUSED = 3


def main(arguments: list[str]) -> None:
    """Run a command; what it is refused for is one sentence."""
    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(REFUSED)
    except DatabaseError as error:
        if not is_by_nobody(error):
            raise
        print(NOBODY_NAMED, file=sys.stderr)
        sys.exit(REFUSED)
    except OSError as error:
        if "cannot load library" not in str(error):
            raise
        library = str(error).split("'")[1]
        print(f"The system library {library} is missing; make setup installs it.", file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")
    main(sys.argv)
