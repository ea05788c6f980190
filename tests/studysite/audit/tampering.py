"""What somebody with the database owner's rights may do to a study's past.

Each kind takes an open cursor on a database without triggers and a random source, and says what the
verifier must name: part of its first finding.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from studysite.core.audit.verify import COLUMNS, Checkpoint, Tree, leaf_hash, moment

NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
LAST = 'SELECT pk, new_row, seq FROM audit_event WHERE "table" = %s ORDER BY seq DESC'


def _sealed_changes(cursor: Any) -> list[tuple[int, str, str, str]]:
    cursor.execute(
        'SELECT e.seq, e."table", e.pk, e.new_row FROM audit_event e JOIN audit_leaf l '
        "ON l.seq = e.seq WHERE e.op IN ('insert', 'update') ORDER BY e.seq"
    )
    return list(cursor.fetchall())


def _site(cursor: Any, chance: random.Random) -> int:
    cursor.execute("SELECT id FROM core_site ORDER BY id")
    return int(chance.choice(cursor.fetchall())[0])


def event_changed(cursor: Any, chance: random.Random) -> str:
    """What an event says that a row became."""
    seq, _table, _pk, new = chance.choice(_sealed_changes(cursor))
    row = json.loads(new)
    row[next(iter(row))] = "forged"
    cursor.execute("UPDATE audit_event SET new_row = %s WHERE seq = %s", [json.dumps(row), seq])
    return f"event {seq} "


def actor_changed(cursor: Any, chance: random.Random) -> str:
    """Who an event says that it was."""
    seq = chance.choice(_sealed_changes(cursor))[0]
    cursor.execute("UPDATE audit_event SET actor = 'somebody_else' WHERE seq = %s", [seq])
    return f"event {seq} "


def time_changed(cursor: Any, chance: random.Random) -> str:
    """When an event says that it was."""
    seq = chance.choice(_sealed_changes(cursor))[0]
    cursor.execute("UPDATE audit_event SET at = '2020-01-01 00:00:00.000000' WHERE seq = %s", [seq])
    return f"event {seq} "


def event_deleted(cursor: Any, chance: random.Random) -> str:
    """An event that was."""
    changes = _sealed_changes(cursor)
    at = chance.randrange(1, len(changes))
    cursor.execute("SELECT max(seq) FROM audit_event WHERE seq < %s", [changes[at][0]])
    before = cursor.fetchone()[0]
    cursor.execute("DELETE FROM audit_event WHERE seq = %s", [changes[at][0]])
    return f"event after {before}"


def event_forged(cursor: Any, chance: random.Random) -> str:
    """An event that was not, at the end."""
    seq, *_rest = chance.choice(_sealed_changes(cursor))
    cursor.execute("SELECT max(seq) + 1 FROM audit_event")
    forged = cursor.fetchone()[0]
    names = ", ".join(f'"{name}"' for name in COLUMNS[1:])
    cursor.execute(
        f"INSERT INTO audit_event (seq, {names}) "
        f"SELECT %s, {names} FROM audit_event WHERE seq = %s",
        [forged, seq],
    )
    cursor.execute(
        "UPDATE audit_event SET op = 'update', old_row = '{}', actor = 'x' WHERE seq = %s", [forged]
    )
    return f"event {forged} "


def events_swapped(cursor: Any, chance: random.Random) -> str:
    """The order of two events."""
    first, second = sorted(each[0] for each in chance.sample(_sealed_changes(cursor), 2))
    for here, there in ((first, -1), (second, first), (-1, second)):
        cursor.execute("UPDATE audit_event SET seq = %s WHERE seq = %s", [there, here])
    return f"event {first} "


def row_changed(cursor: Any, chance: random.Random) -> str:
    """A row, behind the trail's back."""
    key = _site(cursor, chance)
    cursor.execute("UPDATE core_site SET name = 'moved' WHERE id = %s", [key])
    return f"row core_site {key}: name not as"


def row_deleted(cursor: Any, chance: random.Random) -> str:
    """A row that the trail has."""
    key = _site(cursor, chance)
    cursor.execute("DELETE FROM core_site WHERE id = %s", [key])
    return f"row core_site {key}: gone"


def row_inserted(cursor: Any, chance: random.Random) -> str:
    """A row that the trail has not."""
    key = chance.randrange(10**6, 10**7)
    cursor.execute(
        "INSERT INTO core_site (id, code, name, last_number) VALUES (%s, 'FORGED', 'f', 0)", [key]
    )
    return f"row core_site {key}: there, but not in the trail"


def end_cut_off(cursor: Any, chance: random.Random) -> str:
    """The end of history, rows and seals along with it: only who holds a checkpoint can tell."""
    cursor.execute("SELECT size FROM audit_checkpoint ORDER BY size DESC")
    size = cursor.fetchall()[1][0]
    cursor.execute("DELETE FROM audit_checkpoint WHERE size > %s", [size])
    cursor.execute("SELECT max(seq) FROM audit_leaf WHERE position < %s", [size])
    last = cursor.fetchone()[0]
    cut = 'SELECT DISTINCT pk FROM audit_event WHERE seq > %s AND "table" = %s'
    cursor.execute(cut, [last, "core_site"])
    for (key,) in cursor.fetchall():
        _put_back(cursor, key, last)
    cursor.execute(cut, [last, "core_user"])
    cursor.executemany(
        "DELETE FROM core_user WHERE id = %s", [[int(k)] for (k,) in cursor.fetchall()]
    )
    cursor.execute("DELETE FROM audit_leaf WHERE position >= %s", [size])
    cursor.execute("DELETE FROM audit_event WHERE seq > %s", [last])
    return f"event after {last}: history ends there"


def _put_back(cursor: Any, key: str, last: int) -> None:
    """A site as it was after an event."""
    cursor.execute(
        "SELECT new_row FROM audit_event WHERE pk = %s AND seq <= %s AND \"table\" = 'core_site' "
        "ORDER BY seq DESC",
        [key, last],
    )
    found = cursor.fetchone()
    if found is None:
        cursor.execute("DELETE FROM core_site WHERE id = %s", [int(key)])
        return
    name = json.loads(found[0])["name"]
    cursor.execute("UPDATE core_site SET name = %s WHERE id = %s", [name, int(key)])


def history_rewritten(cursor: Any, chance: random.Random) -> str:
    """An event and every seal after it, signed anew with another key."""
    seq = chance.choice(_sealed_changes(cursor))[0]
    cursor.execute("UPDATE audit_event SET actor = 'somebody_else' WHERE seq = %s", [seq])
    key = Ed25519PrivateKey.generate()
    cursor.execute("SELECT size, time, origin FROM audit_checkpoint ORDER BY size")
    points = cursor.fetchall()
    cursor.execute("SELECT seq FROM audit_leaf ORDER BY position")
    order = [row[0] for row in cursor.fetchall()]
    tree, batch, sealed_in = Tree(), 0, 0
    for one in order:
        cursor.execute(f"SELECT {NAMES} FROM audit_event WHERE seq = %s", [one])
        event = list(cursor.fetchone())
        event[1] = moment(event[1])
        hashed = leaf_hash(event)
        cursor.execute("UPDATE audit_leaf SET hash = %s WHERE seq = %s", [hashed, one])
        tree.add(hashed)
        if tree.size == points[batch][0]:
            sealed_in = sealed_in or (one >= seq and batch + 1)
            _sign_anew(cursor, points[batch], tree, key)
            batch += 1
    return "is not signed by"


def _sign_anew(cursor: Any, point: Any, tree: Tree, key: Ed25519PrivateKey) -> None:
    public = key.public_key().public_bytes_raw().hex()
    forged = Checkpoint(point[2], point[0], tree.root(), point[1], public, "")
    cursor.execute(
        "UPDATE audit_checkpoint SET root = %s, key = %s, signature = %s WHERE size = %s",
        [forged.root, public, key.sign(forged.signed).hex(), point[0]],
    )


KINDS: dict[str, Callable[[Any, random.Random], str]] = {
    kind.__name__: kind
    for kind in (
        event_changed,
        actor_changed,
        time_changed,
        event_deleted,
        event_forged,
        events_swapped,
        row_changed,
        row_deleted,
        row_inserted,
        end_cut_off,
        history_rewritten,
    )
}
