"""The sealer: hashes what is settled into the tree, and signs where the tree has got to.

Not inside the triggers: a chain there makes writers wait for one another. What is sealed lies below
the oldest transaction that still runs, so nothing can come to lie before it afterwards.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connections, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from studysite.core.audit.events import AuditCheckpoint, AuditEvent, AuditLeaf
from studysite.core.audit.verify import COLUMNS, Checkpoint, Tree, leaf_hash, moment
from studysite.core.errors import StudyError
from studysite.core.keys import key_from_file

AT_ONCE = 5000
FIELDS = ["row_pk" if name == "pk" else name for name in COLUMNS]
# Any number that nothing else of ours locks: one sealer at a time.
SEALER_LOCK = 0x5EA1


class SealBroken(StudyError):
    """The tree in the database is not the one that was signed."""

    code = "seal_broken"
    status = 500


def signing_key() -> Ed25519PrivateKey:
    """The key of this study's checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(key_from_file(settings.AUDIT_KEY_FILE))


def public_key() -> str:
    """What verifies them, in hex."""
    return signing_key().public_key().public_bytes_raw().hex()


def newest(using: str = "default") -> Checkpoint | None:
    """The last checkpoint."""
    row = AuditCheckpoint.objects.using(using).order_by("size").last()
    return _as_checkpoint(row) if row else None


def seal(using: str = "default", *, gaps: bool = False) -> Checkpoint | None:
    """Seal what is settled; the newest checkpoint, a new one where there was something to seal.
    With `gaps` also what came with a backup from a server where a later event was sealed first."""
    with transaction.atomic(using=using):
        horizon = _horizon(using)
        last = AuditCheckpoint.objects.using(using).order_by("size").last()
        tree = _tree_of(last)
        _grow(tree, using, horizon, gaps)
        if last is None or tree.size > last.size:
            last = _sign(tree, using, horizon)
    return _as_checkpoint(last) if last else None


def seal_all() -> list[Checkpoint]:
    """Seal the trail of each database; their newest checkpoints."""
    return [point for alias in connections if (point := seal(alias)) is not None]


def _as_checkpoint(row: AuditCheckpoint) -> Checkpoint:
    return Checkpoint(row.origin, row.size, row.root, row.time, row.key, row.signature)


def _horizon(using: str) -> int:
    """Keep other sealers out; the oldest running transaction, 0 where writers take turns."""
    if connections[using].vendor == "sqlite":
        return 0
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER_LOCK])
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _tree_of(last: AuditCheckpoint | None) -> Tree:
    if last is None:
        return Tree()
    tree = Tree(last.size, [bytes.fromhex(peak) for peak in json.loads(last.peaks)])
    if tree.root() != last.root:
        raise SealBroken(_("The audit trail's last checkpoint does not fit its tree."))
    return tree


def _settled(using: str, horizon: int, gaps: bool) -> QuerySet[AuditEvent]:
    """What has no leaf and can have none before it any more. A transaction from beyond the newest
    number is not one of this server: it came with a restored backup, and is settled too."""
    rows = AuditEvent.objects.using(using).order_by("seq")
    leaves = AuditLeaf.objects.using(using).filter(seq=OuterRef("seq"))
    if gaps:
        return rows.filter(~Exists(leaves))
    newest_leaf = AuditLeaf.objects.using(using).order_by("position").last()
    if not horizon:
        return rows.filter(seq__gt=newest_leaf.seq) if newest_leaf else rows
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        beyond = int(cursor.fetchone()[0])
    return rows.filter(Q(txn__lt=horizon) | Q(txn__gt=beyond), ~Exists(leaves))


def _grow(tree: Tree, using: str, horizon: int, gaps: bool) -> None:
    leaves = []
    for event in _settled(using, horizon, gaps).values_list(*FIELDS).iterator(AT_ONCE):
        hashed = leaf_hash([event[0], moment(event[1]), *event[2:]])
        leaves.append(AuditLeaf(position=tree.size, seq=event[0], hash=hashed))
        tree.add(hashed)
        if len(leaves) == AT_ONCE:
            AuditLeaf.objects.using(using).bulk_create(leaves)
            leaves = []
    AuditLeaf.objects.using(using).bulk_create(leaves)


def _sign(tree: Tree, using: str, horizon: int) -> AuditCheckpoint:
    key = signing_key()
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    origin = f"{settings.STUDY_NAME}/{using}"
    unsigned = Checkpoint(origin, tree.size, tree.root(), time, public_key(), "")
    return AuditCheckpoint.objects.using(using).create(
        size=unsigned.size,
        origin=unsigned.origin,
        root=unsigned.root,
        time=unsigned.time,
        key=unsigned.key,
        signature=key.sign(unsigned.signed).hex(),
        peaks=json.dumps([peak.hex() for peak in tree.peaks]),
        horizon=horizon,
    )
