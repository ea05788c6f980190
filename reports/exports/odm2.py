"""ODM 2.0: as 1.3.2, with queries, arms, criteria, objectives and end points in elements of their
own; several answers to one question are several values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings

from enrollment.crfs.registry import FORMS
from enrollment.models import Participant
from enrollment.protocol.loader import current
from reports.exports import names, odm2_metadata
from reports.exports.annotations import Note, notes_of
from reports.exports.captured import Filled, Revision, filled
from reports.exports.columns import Table, moment
from reports.exports.head import Head
from reports.exports.odm2_admin import people, trail_rows
from reports.exports.odm2_items import PLAIN, worded
from reports.exports.scope import Scope
from reports.exports.signed import Signed, signatures_of
from reports.exports.transactions import changed, rows_of, shown
from reports.exports.values import Tell, text_of
from reports.exports.xml import Out, Xml

NAMESPACE = "http://www.cdisc.org/ns/odm/v2.0"
VERSION = "2.0"
STATES = {"open": "Open", "reopened": "Open", "answered": "Answered", "closed": "Closed"}
SOURCES = {"monitor": "Site Monitor", "data_manager": "Data Management"}


def write(out: Out, scope: Scope, head: Head, tell: Tell) -> None:
    """The whole document. `tell` hears how far it is, 0 to 1."""
    xml = Xml(out)
    forms, tables = shown(scope)
    with xml.within(
        "ODM",
        xmlns=NAMESPACE,
        FileType="Transactional",
        Granularity="All" if scope.whole else "AllClinicalData",
        Context="Archive" if scope.whole else "Exchange",
        FileOID=f"{settings.STUDY_NAME}.{head.dataset_sha256[:12]}.{moment(head.made_at)}",
        CreationDateTime=moment(head.made_at),
        AsOfDateTime=moment(head.made_at),
        ODMVersion=VERSION,
        Originator=settings.STUDY_NAME,
        SourceSystem="studysite",
        SourceSystemVersion=settings.VERSION,
    ):
        worded(xml, "Description", head.description)
        columns = [(table, table.shown(scope)) for table in tables]
        odm2_metadata.study(xml, current(), forms, columns, with_trail=scope.whole)
        people(xml, scope)
        if scope.whole:
            trail_rows(xml)
        _clinical(xml, scope, tables, tell)


def _clinical(xml: Xml, scope: Scope, tables: Iterable[Table], tell: Tell) -> None:
    protocol = current()
    count, done = scope.participants().count(), 0
    with xml.within(
        "ClinicalData",
        StudyOID=names.study(protocol),
        MetaDataVersionOID=names.metadata(protocol),
    ):
        for chunk in scope.chunks():
            forms, notes = filled(chunk, scope), notes_of(chunk, scope)
            signed = signatures_of(chunk, scope)
            records = rows_of(chunk, scope, tables)
            for row in chunk:
                _subject(
                    xml, row, forms.get(row.number, []), notes.get(row.number, []),
                    signed.get(row.number, []), records.get(row.number, {}),
                )  # fmt: skip
            done += len(chunk)
            tell(done / count)


def _subject(
    xml: Xml,
    row: Participant,
    forms: list[Filled],
    notes: list[Note],
    signed: list[Signed],
    records: dict[Table, list[dict[str, Any]]],
) -> None:
    site = row.site.code
    with xml.within("SubjectData", SubjectKey=row.number, TransactionType="Insert"):
        xml.leaf("SiteRef", LocationOID=names.location(site))
        for visit in dict.fromkeys(
            [*(form.now.visit for form in forms), *(note.visit for note in notes if note.visit)]
        ):
            here = [form for form in forms if form.now.visit == visit]
            _event(xml, visit, site, here, [note for note in notes if note.visit == visit])
        _records(xml, records)
        if signed:
            with xml.within("Signature"):
                xml.leaf("UserRef", UserOID=names.user(signed[-1].by))
                xml.leaf("LocationRef", LocationOID=names.location(site))
                xml.leaf("SignatureRef", SignatureOID=signed[-1].meaning_oid)
                xml.leaf("DateTimeStamp", moment(signed[-1].at))
            with xml.within("Annotation", SeqNum=1), xml.within("Comment", SponsorOrSite="Site"):
                xml.leaf("TranslatedText", signed[-1].manifest, Type="application/json")
        _queries(xml, site, [note for note in notes if not note.visit])


def _event(xml: Xml, visit: str, site: str, forms: list[Filled], notes: list[Note]) -> None:
    with xml.within(
        "StudyEventData",
        StudyEventOID=names.event(visit),
        StudyEventRepeatKey=names.event_repeat(visit),
        TransactionType="Insert",
    ):
        for form in forms:
            before: Revision | None = None
            for revision in form.revisions:
                if before and before.version != revision.version:
                    with xml.within(
                        "ItemGroupData",
                        ItemGroupOID=names.form(before.definition),
                        ItemGroupRepeatKey=before.repeat,
                        TransactionType="Remove",
                    ):
                        _audit(xml, revision, site, revision.reason, revision.source)
                    before = None
                _revision(xml, before, revision, site)
                before = revision
        _queried_forms(xml, site, forms, [note for note in notes if note.form in FORMS])
        _queries(xml, site, [note for note in notes if note.form not in FORMS])


def _audit(xml: Xml, row: Revision, site: str, reason: str, source: str = "") -> None:
    with xml.within("AuditRecord", EditPoint="DataManagement"):
        xml.leaf("UserRef", UserOID=names.user(row.by))
        xml.leaf("LocationRef", LocationOID=names.location(site))
        xml.leaf("DateTimeStamp", moment(row.at))
        if reason:
            xml.leaf("ReasonForChange", reason)
        if source:
            xml.leaf("SourceID", source)


def _revision(xml: Xml, before: Revision | None, row: Revision, site: str) -> None:
    form, old = row.definition, before.answers if before else {}
    with xml.within(
        "ItemGroupData",
        ItemGroupOID=names.form(form),
        ItemGroupRepeatKey=row.repeat,
        TransactionType="Update" if before else "Insert",
    ):
        for section, items in changed(form, old, row.answers).items():
            with xml.within(
                "ItemGroupData",
                ItemGroupOID=names.group(form, section),
                TransactionType="Upsert",
            ):
                for name, value, kind in items:
                    _item(xml, row, site, name, value, kind)
        _audit(xml, row, site, row.reason, row.source)
        with xml.within("Annotation", SeqNum=row.revision):
            told = f"{row.state}; {row.about}" if row.about else row.state
            with xml.within("Comment", SponsorOrSite="Site"):
                xml.leaf("TranslatedText", told, Type=PLAIN)


def _item(xml: Xml, row: Revision, site: str, name: str, value: Any, kind: str) -> None:
    reason = row.reasons.get(name, "")
    with xml.within("ItemData", ItemOID=names.item(row.definition, name), TransactionType=kind):
        values = value if isinstance(value, list) else [] if kind == "Remove" else [value]
        for number, each in enumerate(values, start=1):
            xml.leaf("Value", text_of(each), SeqNum=number if len(values) > 1 else None)
        if reason and reason != row.reason:
            _audit(xml, row, site, reason)


def _queried_forms(xml: Xml, site: str, forms: list[Filled], notes: list[Note]) -> None:
    versions = {(form.now.form, form.now.repeat): form.now.definition for form in forms}
    for key, repeat in dict.fromkeys((note.form, note.repeat) for note in notes):
        form = versions.get((key, repeat), FORMS[key])
        known = {item.name: item for item in form.items}
        here = [note for note in notes if (note.form, note.repeat) == (key, repeat)]
        with xml.within(
            "ItemGroupData",
            ItemGroupOID=names.form(form),
            ItemGroupRepeatKey=repeat,
            TransactionType="Context",
        ):
            for name in dict.fromkeys(note.item for note in here if note.item in known):
                with (
                    xml.within(
                        "ItemGroupData",
                        ItemGroupOID=names.group(form, known[name].section),
                        TransactionType="Context",
                    ),
                    xml.within(
                        "ItemData", ItemOID=names.item(form, name), TransactionType="Context"
                    ),
                ):
                    _queries(xml, site, [note for note in here if note.item == name])
            _queries(xml, site, [note for note in here if note.item not in known])


def _queries(xml: Xml, site: str, notes: Sequence[Note]) -> None:
    for note in notes:
        with xml.within(
            "Query",
            OID=f"QU.{note.query}",
            Source="System" if note.automatic else SOURCES[note.side],
            Type="System" if note.automatic else "Manual",
            State=STATES[note.state],
            LastUpdateDatetime=moment(note.last_at),
        ):
            xml.leaf("Value", note.text)
            for message in note.messages:
                with xml.within("AuditRecord", EditPoint="Monitoring"):
                    xml.leaf("UserRef", UserOID=names.user(message.by))
                    xml.leaf("LocationRef", LocationOID=names.location(site))
                    xml.leaf("DateTimeStamp", moment(message.at))
                    xml.leaf("ReasonForChange", f"{message.act}: {message.text}".rstrip(": "))


def _records(xml: Xml, records: dict[Table, list[dict[str, Any]]]) -> None:
    if not records:
        return
    with xml.within("StudyEventData", StudyEventOID=names.RECORDS, TransactionType="Insert"):
        for table, rows in records.items():
            for number, row in enumerate(rows, start=1):
                with xml.within(
                    "ItemGroupData",
                    ItemGroupOID=names.record_group(table.key),
                    ItemGroupRepeatKey=number,
                    TransactionType="Insert",
                ):
                    for name, value in row.items():
                        if value is not None:
                            with xml.within(
                                "ItemData",
                                ItemOID=names.record_item(table.key, name),
                                TransactionType="Insert",
                            ):
                                xml.leaf("Value", text_of(value))
