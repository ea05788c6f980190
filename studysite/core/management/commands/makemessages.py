"""makemessages that finds the sentences that are kept, too."""

from __future__ import annotations

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Django's own, with the marks of `studysite.core.said` and `imaging.told`."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=said", "--keyword=told"]
