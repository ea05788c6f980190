"""An ODM file of a whole study, read in bounded memory: its head, its trail in a scratch file."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from reports.exports import odm2, odm132, trail
from reports.exports.odm2 import write as write_2
from reports.exports.odm132 import write as write_132
from studysite.core.audit.verify import COLUMNS, Checkpoint
from studysite.core.errors import Invalid

FORMATS = {odm132.NAMESPACE: write_132, odm2.NAMESPACE: write_2}
DESCRIBED = re.compile(r"dataset ([0-9a-f]{64}); audit checkpoint (.*)")
# The declaration and the root element's own line say when the file was made; the rest is the study.
HEAD_LINES = 2
AT_ONCE = 2**20
_SCRATCH = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
CREATE TABLE event (seq INTEGER PRIMARY KEY, leaf INTEGER, op TEXT, text TEXT NOT NULL);
CREATE UNIQUE INDEX by_leaf ON event (leaf);
CREATE TABLE point (size INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE kept (text TEXT NOT NULL);
CREATE TABLE state (name TEXT, pk TEXT, seq INTEGER, PRIMARY KEY (name, pk)) WITHOUT ROWID;
"""


class NotAStudy(Invalid):
    """A file that is no whole export of a study, or one that somebody has changed."""

    code = "not_a_study"


@dataclass(frozen=True)
class Opened:
    """What a file says of itself, and its trail."""

    namespace: str
    whole: bool
    software: str
    dataset_sha256: str
    checkpoint: str
    body_sha256: str
    scratch: sqlite3.Connection

    def events(self) -> Iterator[tuple[int, int | None, list[Any]]]:
        """Number, place in the tree and values of each event, by number."""
        rows = self.scratch.execute("SELECT seq, leaf, text FROM event ORDER BY seq")
        for seq, leaf, text in rows:
            yield seq, leaf, json.loads(text)

    def leaves(self) -> Iterator[tuple[int, list[Any]]]:
        """Place in the tree and values of each sealed event, by place."""
        rows = self.scratch.execute(
            "SELECT leaf, text FROM event WHERE leaf IS NOT NULL ORDER BY leaf"
        )
        for leaf, text in rows:
            yield leaf, json.loads(text)

    def unsealed(self) -> int:
        """How many events no checkpoint covers."""
        row = self.scratch.execute("SELECT count(*) FROM event WHERE leaf IS NULL").fetchone()
        return int(row[0])

    def schema(self) -> str:
        """The tables as the trail last described them."""
        last = "SELECT text FROM event WHERE op = 'schema' ORDER BY seq DESC LIMIT 1"
        row = self.scratch.execute(last).fetchone()
        return str(json.loads(row[0])[7]) if row else ""

    def points(self) -> Iterator[dict[str, Any]]:
        """The signed checkpoints, by size."""
        for (text,) in self.scratch.execute("SELECT text FROM point ORDER BY size"):
            yield json.loads(text)

    def sealed_bytes(self) -> dict[tuple[str, str, str], str]:
        """What the study keeps as bytes: by table, key and column."""
        rows = (json.loads(text) for (text,) in self.scratch.execute("SELECT text FROM kept"))
        return {(table, pk, column): coded for table, pk, column, coded in rows}


def checkpoint_of(point: dict[str, Any]) -> Checkpoint:
    """A checkpoint as the verifier has it."""
    return Checkpoint(
        **{name: point[name] for name in ("origin", "size", "root", "time", "key", "signature")}
    )


def open_file(path: Path, scratch: Path) -> Opened:
    """Read a file. Raises NotAStudy with a sentence where it is none, or not one of ours."""
    connection = sqlite3.connect(scratch)
    connection.executescript(_SCRATCH)
    reader = _Reader(connection)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for _line in range(HEAD_LINES):
                reader.parser.Parse(file.readline(), False)
            while part := file.read(AT_ONCE):
                digest.update(part)
                reader.parser.Parse(part, False)
            reader.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        raise NotAStudy(_("This file is no export of a study that can be read.")) from error
    connection.commit()
    return reader.opened(digest.hexdigest())


class _Reader:
    """What the parser calls. Text counts inside `Value` alone, as ODM 2.0 has it."""

    def __init__(self, scratch: sqlite3.Connection) -> None:
        self.scratch = scratch
        self.head: dict[str, str] = {}
        self.described = ""
        self.items: dict[str, str] = {}
        self.within: list[str] = []
        self.is_trail = False
        self.item = ""
        self.text: list[str] = []
        self.parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.said
        self.parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *_about: object) -> None:
        """Nothing of ours declares entities."""
        raise ValueError("a document type is declared")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        namespace, _sep, tag = name.rpartition(" ")
        if not self.within:
            self.head = {"namespace": namespace, "tag": tag, **attributes}
        self.within.append(tag)
        self.text = []
        if tag == "ItemGroupData":
            self.is_trail = attributes.get("ItemGroupOID") == trail.GROUP
            self.items = {}
        elif tag == "ItemData" and self.is_trail:
            self.item = attributes["ItemOID"]
            if "Value" in attributes:
                self.items[self.item] = attributes["Value"]

    def said(self, text: str) -> None:
        """Some text."""
        if self.is_trail or len(self.within) <= 3:
            self.text.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        tag = self.within.pop()
        if tag == "Value" and self.is_trail:
            self.items[self.item] = "".join(self.text)
        elif tag == "TranslatedText" and self.within == ["ODM", "Description"]:
            self.described = "".join(self.text)
        elif tag == "ItemGroupData" and self.is_trail:
            self._keep()
            self.is_trail = False

    def _keep(self) -> None:
        items = self.items
        if trail.EVENT in items:
            event = json.loads(items[trail.EVENT])
            if len(event) != len(COLUMNS):
                raise ValueError("an event has other columns")
            leaf = int(items[trail.LEAF]) if trail.LEAF in items else None
            row = (int(event[0]), leaf, event[5], items[trail.EVENT])
            self.scratch.execute("INSERT INTO event VALUES (?, ?, ?, ?)", row)
        elif trail.CHECKPOINT in items:
            text = items[trail.CHECKPOINT]
            size = int(json.loads(text)["size"])
            self.scratch.execute("INSERT INTO point VALUES (?, ?)", (size, text))
        elif trail.BYTES in items:
            self.scratch.execute("INSERT INTO kept VALUES (?)", (items[trail.BYTES],))

    def opened(self, digest: str) -> Opened:
        """What was found."""
        namespace = self.head.get("namespace", "")
        described = DESCRIBED.fullmatch(self.head.get("Description", self.described))
        if namespace not in FORMATS or self.head["tag"] != "ODM" or described is None:
            raise NotAStudy(_("This file is no export of a study that can be read."))
        return Opened(
            namespace,
            self.head.get("Granularity") == "All",
            self.head.get("SourceSystemVersion", ""),
            described[1],
            described[2],
            digest,
            self.scratch,
        )
