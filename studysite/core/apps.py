from django.apps import AppConfig

from studysite.core.checks import refuse_unsafe_production


class CoreConfig(AppConfig):
    """Accounts, roles, acts, jobs."""

    name = "studysite.core"
    label = "core"

    def ready(self) -> None:
        """Every way in comes through here: web, worker, clock and commands."""
        refuse_unsafe_production()
