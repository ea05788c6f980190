"""Which version of the tables a backup has, and how an empty database comes to have the same."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from studysite.core.backup.rows import Registry
from studysite.core.errors import OutOfOrder

Node = tuple[str, str]


def require_known(wanted: Collection[Node], software: str) -> None:
    """Refuse what a newer version wrote."""
    unknown = sorted(set(wanted) - set(MigrationLoader(None).disk_migrations))
    if unknown:
        sentence = _(
            "This backup was made by a newer version of the software (%(version)s), whose tables "
            "this one does not know (%(migration)s): restore it with that version."
        )
        told = {"version": software, "migration": ".".join(unknown[0])}
        raise OutOfOrder(sentence % told, code="newer_version")


def bring_to(using: str, wanted: Collection[Node]) -> None:
    """Give an empty database the tables of a backup, or see that it has them."""
    applied = set(MigrationRecorder(connections[using]).applied_migrations())
    if not applied:
        for app_label, name in _leaves(wanted):
            call_command("migrate", app_label, name, database=using, verbosity=0, interactive=False)
    elif applied != set(wanted):
        sentence = _(
            "The database %(database)s has the tables of another version than this backup: "
            "restore into one that holds nothing, not even tables."
        )
        raise OutOfOrder(sentence % {"database": using}, code="other_version")


def registry_of(wanted: Collection[Node]) -> Registry:
    """The models of a backup: today's, or those of its migrations."""
    loader = MigrationLoader(None)
    if set(wanted) == set(loader.disk_migrations):
        return apps
    state: Any = loader.project_state(_leaves(wanted))
    return state.apps


def _leaves(wanted: Collection[Node]) -> list[Node]:
    """The last migrations of each app among these."""
    graph = MigrationLoader(None).graph
    last = set(wanted)
    for node in wanted:
        last -= {parent.key for parent in graph.node_map[node].parents if parent.key[0] == node[0]}
    return sorted(last)
