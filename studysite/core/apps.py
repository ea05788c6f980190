from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.module_loading import import_string

from studysite.core.checks import refuse_unsafe_production


class CoreConfig(AppConfig):
    """Accounts, roles, acts, jobs."""

    name = "studysite.core"
    label = "core"

    def ready(self) -> None:
        """Every way in comes through here: web, worker, clock and commands."""
        refuse_unsafe_production()
        # By name, because it needs the models, which are not there when this file is read.
        check = import_string("studysite.core.audit.readiness.the_trail_is_whole")
        register(check, Tags.security, deploy=True)
