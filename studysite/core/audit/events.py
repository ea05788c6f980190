"""The trail, as rows. Triggers append them; nothing in the program writes or changes one."""

from __future__ import annotations

from django.db import models


class AuditEvent(models.Model):
    """One change of one row: the whole row before and after, who, when, under which act and why."""

    seq = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    txn = models.BigIntegerField()
    table = models.CharField(max_length=63)
    row_pk = models.CharField(max_length=80, db_column="pk")
    op = models.CharField(max_length=8)
    # Text, not the database's JSON: what is sealed is these bytes.
    old_row = models.TextField(null=True)  # noqa: DJ001
    new_row = models.TextField(null=True)  # noqa: DJ001
    actor = models.CharField(max_length=150)
    actor_kind = models.CharField(max_length=12)
    action = models.CharField(max_length=40)
    request_id = models.CharField(max_length=36)
    reason = models.TextField()
    subject = models.CharField(max_length=32)
    site = models.CharField(max_length=8)
    schema_version = models.CharField(max_length=12)

    class Meta:
        app_label = "core"
        db_table = "audit_event"
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["table", "row_pk", "seq"], name="audit_by_row"),
            models.Index(fields=["table", "seq"], name="audit_by_table"),
            models.Index(fields=["subject", "seq"], name="audit_by_subject"),
            models.Index(fields=["actor", "seq"], name="audit_by_actor"),
            models.Index(fields=["action", "seq"], name="audit_by_action"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.op} {self.table} {self.row_pk}"


class AuditLeaf(models.Model):
    """An event's place in the tree, and its hash."""

    position = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(unique=True)
    hash = models.BinaryField()

    class Meta:
        app_label = "core"
        db_table = "audit_leaf"

    def __str__(self) -> str:
        return f"{self.position} {self.seq}"


class AuditCheckpoint(models.Model):
    """A signed root. `peaks` let the tree grow on without being read again."""

    size = models.BigIntegerField(unique=True)
    origin = models.CharField(max_length=100)
    root = models.CharField(max_length=64)
    time = models.CharField(max_length=27)
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    peaks = models.TextField()
    # The oldest transaction that ran then; 0 on SQLite, where writers take turns.
    horizon = models.BigIntegerField()

    class Meta:
        app_label = "core"
        db_table = "audit_checkpoint"
        ordering = ["size"]

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"
