"""Proves or refutes an audit trail: `python verify.py PLACE [--checkpoint FILE …] [--key HEX]`.

This one file is all an auditor needs: no Django, none of the study's code. It reads an SQLite file,
a PostgreSQL server, `sqlite3 .dump` or `pg_dump` in plain text, and changes nothing. It hashes each
sealed event into the tree of RFC 6962 and compares the roots with the signed checkpoints, follows
each row from event to event, and compares what comes out with the rows that are there. Memory is
bounded: what it must remember lies in a scratch file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TextIO

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

COLUMNS = (
    "seq", "at", "txn", "table", "pk", "op", "old_row", "new_row", "actor", "actor_kind", "action",
    "request_id", "reason", "subject", "site", "schema_version",
)  # fmt: skip
MOST_FINDINGS = 20
# What a finding names, the most exact first: an event, a row, a stretch of history.
EVENT, ROW, STRETCH = 0, 1, 2
FORMAT = "studysite-checkpoint/1"
NAMES = ", ".join(f'e."{name}"' for name in COLUMNS)


@dataclass(frozen=True)
class Checkpoint:
    """What somebody who holds it knows: so many events, with this root, at this time."""

    origin: str
    size: int
    root: str
    time: str
    key: str
    signature: str

    @property
    def signed(self) -> bytes:
        """The bytes under the signature."""
        return f"{FORMAT}\n{self.origin}\n{self.size}\n{self.root}\n{self.time}\n".encode()

    def is_signed_by(self, key: str) -> bool:
        """Whether the signature is that key's (hex)."""
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
            public.verify(bytes.fromhex(self.signature), self.signed)
        except (InvalidSignature, ValueError):
            return False
        return True

    def as_text(self) -> str:
        """The file that leaves the system."""
        return json.dumps({"format": FORMAT, **self.__dict__}, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str) -> Checkpoint:
        """The file read again."""
        content = json.loads(text)
        if content.pop("format", None) != FORMAT:
            raise ValueError("this is not a checkpoint")
        return cls(**content)


@dataclass
class Tree:
    """The hashes of RFC 6962 over leaves that come one by one: log(n) of them are kept."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        """One leaf more."""
        self.size += 1
        count = self.size
        while not count & 1:
            leaf = hashlib.sha256(b"\x01" + self.peaks.pop() + leaf).digest()
            count >>= 1
        self.peaks.append(leaf)

    def root(self) -> str:
        """The root over the leaves so far."""
        if not self.peaks:
            return hashlib.sha256(b"").hexdigest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = hashlib.sha256(b"\x01" + peak + root).digest()
        return root.hex()


def leaf_hash(event: Sequence[Any]) -> bytes:
    """The leaf of one event: its values in the order of COLUMNS, the time in UTC as text."""
    content = json.dumps(list(event), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"\x00" + content.encode()).digest()


def moment(value: Any) -> str:
    """A time as `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, whichever engine wrote it."""
    text = str(value)
    if text[-1] == "Z" or "+" in text or "-" in text[10:]:
        at = datetime.fromisoformat(text).astimezone(UTC)
        return at.strftime("%Y-%m-%d %H:%M:%S.%f")
    whole, _, rest = text.replace("T", " ").partition(".")
    return f"{whole}.{rest:0<6}"


class Source(Protocol):
    """Where a trail is read from."""

    def sealed(self) -> Iterator[tuple[Any, ...]]:
        """Index and hash of each leaf with its event's values, by index."""

    def events(self) -> Iterator[tuple[Any, ...]]:
        """Every event's values by seq, and whether it is sealed."""

    def checkpoints(self) -> Iterator[Checkpoint]:
        """Those in the database, by size."""

    def rows(self, table: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The rows of a table as they are."""

    def event(self, seq: int) -> str:
        """The row after an event."""

    def close(self) -> None:
        """Let go of it."""

    def horizon(self) -> int:
        """The oldest transaction that ran when the last checkpoint was made; 0 where writers take
        turns, so that events are sealed in their order."""


SEALED = (
    f"SELECT l.position, l.hash, {NAMES} FROM audit_leaf l "
    "LEFT JOIN audit_event e ON e.seq = l.seq ORDER BY l.position"
)
EVENTS = (
    f"SELECT {NAMES}, l.position IS NOT NULL FROM audit_event e LEFT JOIN audit_leaf l "
    "ON l.seq = e.seq ORDER BY e.seq"
)
CHECKPOINTS = "SELECT origin, size, root, time, key, signature FROM audit_checkpoint ORDER BY size"


HORIZON = "SELECT horizon FROM audit_checkpoint ORDER BY size DESC LIMIT 1"


class SQLite:
    """An SQLite file, or a dump that was read into one."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def sealed(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.connection.execute(SEALED))

    def events(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.connection.execute(EVENTS))

    def checkpoints(self) -> Iterator[Checkpoint]:
        return (Checkpoint(*row) for row in self.connection.execute(CHECKPOINTS))

    def rows(self, table: dict[str, Any]) -> Iterator[dict[str, Any]]:
        columns = [column["name"] for column in table["columns"]]
        names = ", ".join(f'"{name}"' for name in columns)
        for row in self.connection.execute(f'SELECT {names} FROM "{table["name"]}"'):
            yield dict(zip(columns, row, strict=True))

    def event(self, seq: int) -> str:
        query = "SELECT new_row FROM audit_event WHERE seq = ?"
        return str(self.connection.execute(query, (seq,)).fetchone()[0])

    def close(self) -> None:
        self.connection.close()

    def horizon(self) -> int:
        found = self.connection.execute(HORIZON).fetchone()
        return int(found[0]) if found else 0


class PostgreSQL:
    """A server, read in one snapshot. Cursors lie on the server, so memory stays bounded."""

    def __init__(self, dsn: str) -> None:
        self.connection = psycopg.connect(dsn, options="-c timezone=UTC")
        self.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self.connection.read_only = True

    def _stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        with self.connection.cursor(name=f"verify_{abs(hash(query))}") as cursor:
            cursor.itersize = 5000
            cursor.execute(query)
            yield from cursor

    def sealed(self) -> Iterator[tuple[Any, ...]]:
        return self._stream(SEALED)

    def events(self) -> Iterator[tuple[Any, ...]]:
        return self._stream(EVENTS)

    def checkpoints(self) -> Iterator[Checkpoint]:
        return (Checkpoint(*row) for row in self._stream(CHECKPOINTS))

    def rows(self, table: dict[str, Any]) -> Iterator[dict[str, Any]]:
        documents = [column["name"] for column in table["columns"] if column["kind"] == "json"]
        for (text,) in self._stream(f'SELECT to_jsonb(t)::text FROM "{table["name"]}" t'):
            row = json.loads(text)
            yield row | {name: json.dumps(row[name]) for name in documents if name in row}

    def event(self, seq: int) -> str:
        query = "SELECT new_row FROM audit_event WHERE seq = %s"
        return str(self.connection.execute(query, (seq,)).fetchone()[0])  # type: ignore[index]

    def close(self) -> None:
        self.connection.close()

    def horizon(self) -> int:
        found = self.connection.execute(HORIZON).fetchone()
        return int(found[0]) if found else 0


def read_dump(path: Path, into: Path) -> SQLite:
    """A dump in plain text, of either engine, read into a scratch file."""
    connection = sqlite3.connect(into)
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
    with path.open(encoding="utf-8") as lines:
        first = "".join(next(lines, "") for _ in range(3))
        lines.seek(0)
        if "PostgreSQL database dump" in first:
            _read_postgres(lines, connection)
        else:
            _read_sqlite(lines, connection)
    connection.commit()
    connection.close()
    return SQLite(into)


def _read_sqlite(lines: TextIO, connection: sqlite3.Connection) -> None:
    connection.isolation_level = None
    statement = ""
    for line in lines:
        statement += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _read_postgres(lines: TextIO, connection: sqlite3.Connection) -> None:
    for line in lines:
        copied = re.match(r'COPY (?:\w+\.)?"?(\w+)"? \((.*)\) FROM stdin;', line)
        if not copied:
            continue
        table, names = copied[1], [name.strip(' "') for name in copied[2].split(",")]
        numbers = (
            {"seq", "position", "size", "txn", "horizon"} if table.startswith("audit_") else set()
        )
        columns = ", ".join(
            f'"{name}" {"INTEGER" if name in numbers else "TEXT"}' for name in names
        )
        connection.execute(f'CREATE TABLE "{table}" ({columns})')
        places = ", ".join("?" * len(names))
        connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', _copied(lines))
    connection.execute("CREATE INDEX event_by_seq ON audit_event (seq)")
    connection.execute("CREATE INDEX leaf_by_seq ON audit_leaf (seq)")


def _copied(lines: TextIO) -> Iterator[list[str | None]]:
    for line in lines:
        if line == "\\.\n":
            return
        yield [_unescaped(value) for value in line[:-1].split("\t")]


def _unescaped(value: str) -> str | None:
    if value == "\\N":
        return None
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), value)


def normal(kind: str, value: Any, *, secret: bool = False, live: bool = False) -> Any:
    """A value of a row, or of the trail, in the one form in which both are compared."""
    if value is None:
        return None
    if kind == "bytes" or secret:
        return digest(value) if live else value
    if kind == "boolean":
        return value in (True, 1, "1", "t", "true")
    if kind == "json":
        content = json.loads(value) if live and isinstance(value, str) else value
        return None if content is None else json.dumps(content, sort_keys=True)
    forms: dict[str, Any] = {"integer": int, "float": float, "moment": moment}
    forms["uuid"] = lambda text: str(text).replace("-", "").lower()
    return forms.get(kind, str)(value)


def digest(value: Any) -> str:
    """What the trail keeps of a secret."""
    if isinstance(value, str):
        hexed = value.startswith("\\x")
        value = bytes.fromhex(value[2:]) if hexed else value.encode()
    return f"sha256:{hashlib.sha256(bytes(value)).hexdigest()}"


class Verifier:
    """One look at one trail."""

    def __init__(self, source: Source, held: Sequence[Checkpoint] = (), key: str = "") -> None:
        self.source = source
        self.held = sorted(held, key=lambda checkpoint: checkpoint.size)
        self.key = key or (self.held[0].key if self.held else "")
        self.findings: list[tuple[int, int, str]] = []
        self.events_count = 0
        self.sealed_count = 0
        self.tables: list[dict[str, Any]] = []

    def run(self) -> list[str]:
        """Everything that is wrong, the first bad row first."""
        self._check_tree()
        with tempfile.TemporaryDirectory(prefix="verify-audit-") as folder:
            scratch = sqlite3.connect(Path(folder) / "scratch")
            scratch.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE state "
                "(name TEXT, pk TEXT, seq INT, digest BLOB, seen INT DEFAULT 0, "
                "PRIMARY KEY (name, pk)) WITHOUT ROWID"
            )
            self._replay(scratch)
            self._compare(scratch)
            scratch.close()
        self.findings.sort()
        return [sentence for _rank, _seq, sentence in self.findings]

    def _find(self, seq: int, sentence: str, rank: int = EVENT) -> None:
        """Keep the findings that say most, and of these the earliest."""
        self.findings.append((rank, seq, sentence))
        if len(self.findings) > 5 * MOST_FINDINGS:
            self.findings = sorted(self.findings)[:MOST_FINDINGS]

    def _check_tree(self) -> None:
        tree, held = Tree(), list(self.held)
        signed = self.source.checkpoints()
        next_signed = next(signed, None)
        first_of_batch = last = 0
        for position, stored, *event in self.source.sealed():
            # A dump of PostgreSQL holds bytes as text.
            hashed = bytes.fromhex(stored[2:]) if isinstance(stored, str) else bytes(stored)
            if event[0] is None:
                self._find(last, f"event after {last}: deleted, though leaf {position} is there")
                leaf = hashed
            else:
                event[1] = moment(event[1])
                leaf = leaf_hash(event)
                last = event[0]
                first_of_batch = first_of_batch or last
                if leaf != hashed:
                    self._find(last, f"{_named(event)}: not as it was sealed")
            if position != tree.size:
                self._find(last, f"{_named(event)}: leaf {position} stands at place {tree.size}")
            tree.add(leaf)
            while held and held[0].size == tree.size:
                self._check(held.pop(0), tree, first_of_batch, last, "the checkpoint held outside")
            while next_signed and next_signed.size <= tree.size:
                self._check(next_signed, tree, first_of_batch, last, "a checkpoint of the database")
                first_of_batch, next_signed = 0, next(signed, None)
        self.sealed_count = tree.size
        for left in [*held, *([next_signed] if next_signed else [])]:
            self._find(
                last,
                f"event after {last}: history ends there, a checkpoint has {left.size}",
                STRETCH,
            )

    def _check(self, point: Checkpoint, tree: Tree, first: int, last: int, what: str) -> None:
        key = self.key or point.key
        if point.key != key or not point.is_signed_by(key):
            self._find(
                first or last,
                f"events {first or last} to {last}: {what} is not signed by {key[:16]}",
                STRETCH,
            )
        elif point.size != tree.size or point.root != tree.root():
            self._find(
                first or last,
                f"events {first or last} to {last}: {what} has another root",
                STRETCH,
            )

    def _replay(self, scratch: sqlite3.Connection) -> None:
        horizon = self.source.horizon()
        passed_over: list[Sequence[Any]] = []
        read = "SELECT seq, digest FROM state WHERE name = ? AND pk = ?"
        write = "INSERT OR REPLACE INTO state (name, pk, seq, digest) VALUES (?, ?, ?, ?)"
        for *event, is_sealed in self.source.events():
            self.events_count += 1
            seq, table, pk, op, old, new = (event[0], *event[3:8])
            if not is_sealed and (not horizon or event[2] < horizon):
                passed_over = [*passed_over, event][:MOST_FINDINGS]
            if passed_over and (is_sealed or horizon):
                for late in passed_over:
                    self._find(late[0], f"{_named(late)}: not sealed, though later ones are")
                passed_over = []
            if op == "schema":
                self.tables = _document(new, list)
                continue
            before = scratch.execute(read, (table, pk)).fetchone()
            if (None if old is None else _mark(old)) != (before and before[1]):
                known = (
                    f"event {before[0]} left" if before and before[1] else "no event before left"
                )
                self._find(seq, f"{_named(event)}: begins from a row that {known}")
            scratch.execute(write, (table, pk, seq, None if new is None else _mark(new)))

    def _compare(self, scratch: sqlite3.Connection) -> None:
        read = "SELECT seq, digest FROM state WHERE name = ? AND pk = ?"
        for table in self.tables:
            columns = {column["name"]: column for column in table["columns"]}
            for row in self.source.rows(table):
                key = normal_key(columns[table["key"]], row[table["key"]])
                known = scratch.execute(read, (table["name"], key)).fetchone()
                if known is None or known[1] is None:
                    seq = known[0] if known else 0
                    self._find(seq, f"row {table['name']} {key}: there, but not in the trail", ROW)
                    continue
                scratch.execute(
                    "UPDATE state SET seen = 1 WHERE name = ? AND pk = ?", (table["name"], key)
                )
                logged = _document(self.source.event(known[0]), dict)
                wrong = [name for name in columns if _differs(columns[name], row, logged)]
                if wrong:
                    self._find(
                        known[0],
                        f"row {table['name']} {key}: {', '.join(wrong)} not as event "
                        f"{known[0]} left it",
                        ROW,
                    )
        gone = (
            "SELECT name, pk, seq FROM state WHERE digest IS NOT NULL AND NOT seen "
            f"ORDER BY seq LIMIT {MOST_FINDINGS}"
        )
        for name, pk, seq in scratch.execute(gone):
            self._find(seq, f"row {name} {pk}: gone, though event {seq} left it there", ROW)


def normal_key(column: dict[str, Any], value: Any) -> str:
    """A row's key as the trail writes it."""
    return digest(value) if column["secret"] else str(value)


def _differs(column: dict[str, Any], row: dict[str, Any], logged: dict[str, Any]) -> bool:
    name, kind, secret = column["name"], column["kind"], column["secret"]
    try:
        there = normal(kind, row[name], secret=secret, live=True)
        return bool(there != normal(kind, logged.get(name), secret=secret))
    except (ValueError, TypeError):
        # One of the two is no value of that kind: whoever put it there was not the program.
        return True


def _document(text: str, kind: type) -> Any:
    """The JSON of a row or of the tables; an empty one where somebody left none."""
    try:
        content = json.loads(text)
    except ValueError:
        return kind()
    return content if isinstance(content, kind) else kind()


def _mark(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


def _named(event: Sequence[Any]) -> str:
    return f"event {event[0]} ({event[5]} of {event[3]} {event[4]})"


def open_source(place: str, scratch: Path) -> Source:
    """A server's address, an SQLite file, or a dump."""
    if re.match(r"postgres(ql)?://|.*\bdbname=", place):
        return PostgreSQL(place)
    path = Path(place)
    with path.open("rb") as file:
        is_sqlite = file.read(16) == b"SQLite format 3\0"
    return SQLite(path) if is_sqlite else read_dump(path, scratch / "dump")


def verify(place: str, checkpoints: Sequence[str], key: str) -> tuple[list[str], str]:
    """What is wrong, and a line on how much was looked at."""
    held = [Checkpoint.from_text(Path(name).read_text(encoding="utf-8")) for name in checkpoints]
    with tempfile.TemporaryDirectory(prefix="verify-audit-") as folder:
        source = open_source(place, Path(folder))
        verifier = Verifier(source, held, key)
        findings = verifier.run()
        source.close()
    count, sealed = verifier.events_count, verifier.sealed_count
    said = f"{count} events, {sealed} of them sealed, {len(held)} checkpoints held outside"
    return findings, said if verifier.key else f"{said}; no key given: the database's own was taken"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when the trail holds, 3 when it does not, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="verify_audit", description="Prove or refute a trail.")
    parser.add_argument(
        "place", help="SQLite file, PostgreSQL address, or plain-text dump of either"
    )
    parser.add_argument("--checkpoint", action="append", default=[], metavar="FILE")
    parser.add_argument("--key", default="", help="the public key that must have signed, in hex")
    given = parser.parse_args(arguments)
    try:
        findings, said = verify(given.place, given.checkpoint, given.key)
    except (OSError, ValueError, sqlite3.Error, psycopg.Error) as error:
        print(f"The trail cannot be read: {error}", file=sys.stderr)
        return 3
    return report(findings, said)


def report(findings: Sequence[str], said: str) -> int:
    """Say it: the first bad row on standard error, more of them after it."""
    if not findings:
        print(f"The audit trail holds: {said}.")
        return 0
    print(f"The audit trail does not hold. First bad row: {findings[0]}.", file=sys.stderr)
    for finding in findings[1:MOST_FINDINGS]:
        print(f"  also {finding}", file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())
