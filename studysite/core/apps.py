from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Accounts, roles, acts, jobs."""

    name = "studysite.core"
    label = "core"
