"""Which database a model lives in."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

VAULT_MODELS = {("enrollment", "identity")}
# Each database has an audit trail of its own.
EVERYWHERE = {("core", name) for name in ("auditevent", "auditleaf", "auditcheckpoint")}


def _in_vault(app_label: str, model_name: str | None) -> bool:
    return (app_label, (model_name or "").lower()) in VAULT_MODELS


class VaultRouter:
    """Identity rows live in the vault's own database, everything else in the study's."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return "vault" if _in_vault(model._meta.app_label, model._meta.model_name) else "default"

    db_for_write = db_for_read

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        # Asked of the rows themselves: the signed-in user may be a lazy stand-in of another type.
        sides = [(row._meta.app_label, row._meta.model_name) for row in (first, second)]
        return _in_vault(*sides[0]) == _in_vault(*sides[1])

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool:
        if (app_label, (model_name or "").lower()) in EVERYWHERE:
            return True
        return (db == "vault") == _in_vault(app_label, model_name)
