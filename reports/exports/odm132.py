"""ODM 1.3.2: definitions, people, and every transaction of the clinical data with its audit record.

The file is transactional: each save of a form is one, with who, where, when and why; what it did
not change it does not repeat. Signatures stand at their participant and queries as annotations
where they are about, for 1.3.2 has no element of its own for a query.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from enrollment.crfs.registry import FORMS
from enrollment.models import Participant
from enrollment.protocol.loader import current
from reports.exports import names, odm132_metadata
from reports.exports.annotations import Note, notes_of
from reports.exports.captured import Filled, Revision, filled
from reports.exports.columns import Table, moment
from reports.exports.head import Head
from reports.exports.odm132_admin import people, trail_rows
from reports.exports.scope import Scope
from reports.exports.signed import Signed, signatures_of
from reports.exports.transactions import changed, rows_of, shown
from reports.exports.values import Tell, text_of
from reports.exports.xml import Out, Xml

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
VERSION = "1.3.2"


def write(out: Out, scope: Scope, head: Head, tell: Tell) -> None:
    """The whole document. `tell` hears how far it is, 0 to 1."""
    xml = Xml(out)
    forms, tables = shown(scope)
    with xml.within(
        "ODM",
        xmlns=NAMESPACE,
        Description=head.description,
        FileType="Transactional",
        Granularity="All" if scope.whole else "AllClinicalData",
        Archival="Yes" if scope.whole else None,
        FileOID=f"{settings.STUDY_NAME}.{head.dataset_sha256[:12]}.{moment(head.made_at)}",
        CreationDateTime=moment(head.made_at),
        AsOfDateTime=moment(head.made_at),
        ODMVersion=VERSION,
        Originator=settings.STUDY_NAME,
        SourceSystem="studysite",
        SourceSystemVersion=settings.VERSION,
    ):
        columns = [(table, table.shown(scope)) for table in tables]
        odm132_metadata.study(xml, current(), forms, columns, with_trail=scope.whole)
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
        if signed:
            _signature(xml, signed[-1], site)
        xml.leaf("SiteRef", LocationOID=names.location(site))
        for note in notes:
            if not note.visit:
                _note(xml, note)
        for visit in dict.fromkeys(
            [*(form.now.visit for form in forms), *(note.visit for note in notes if note.visit)]
        ):
            here = [form for form in forms if form.now.visit == visit]
            _event(xml, visit, site, here, [note for note in notes if note.visit == visit])
        _records(xml, records)


def _signature(xml: Xml, signed: Signed, site: str) -> None:
    with xml.within("Signature"):
        xml.leaf("UserRef", UserOID=names.user(signed.by))
        xml.leaf("LocationRef", LocationOID=names.location(site))
        xml.leaf("SignatureRef", SignatureOID=signed.meaning_oid)
        xml.leaf("DateTimeStamp", moment(signed.at))
        xml.leaf("CryptoBindingManifest", signed.manifest)


def _event(xml: Xml, visit: str, site: str, forms: list[Filled], notes: list[Note]) -> None:
    with xml.within(
        "StudyEventData",
        StudyEventOID=names.event(visit),
        StudyEventRepeatKey=names.event_repeat(visit),
        TransactionType="Insert",
    ):
        for note in notes:
            if note.form not in FORMS:
                _note(xml, note)
        for form in forms:
            before: Revision | None = None
            for revision in form.revisions:
                if before and before.version != revision.version:
                    _removed(xml, before, site, revision)
                    before = None
                _revision(xml, before, revision, site)
                before = revision
        _noted_forms(xml, forms, [note for note in notes if note.form in FORMS])


def _audit(xml: Xml, row: Revision, site: str, reason: str, source: str = "") -> None:
    with xml.within("AuditRecord", EditPoint="DataManagement"):
        xml.leaf("UserRef", UserOID=names.user(row.by))
        xml.leaf("LocationRef", LocationOID=names.location(site))
        xml.leaf("DateTimeStamp", moment(row.at))
        if reason:
            xml.leaf("ReasonForChange", reason)
        if source:
            xml.leaf("SourceID", source)


def _removed(xml: Xml, before: Revision, site: str, after: Revision) -> None:
    """The form in the version that it was taken over from."""
    with xml.within(
        "FormData",
        FormOID=names.form(before.definition),
        FormRepeatKey=before.repeat,
        TransactionType="Remove",
    ):
        _audit(xml, after, site, after.reason, after.source)


def _revision(xml: Xml, before: Revision | None, row: Revision, site: str) -> None:
    form, old = row.definition, before.answers if before else {}
    with xml.within(
        "FormData",
        FormOID=names.form(form),
        FormRepeatKey=row.repeat,
        TransactionType="Update" if before else "Insert",
    ):
        _audit(xml, row, site, row.reason, row.source)
        with xml.within("Annotation", SeqNum=row.revision):
            if row.about:
                xml.leaf("Comment", row.about, SponsorOrSite="Site")
            _flag(xml, "entry_state", row.state, "state of the form")
        for section, items in changed(form, old, row.answers).items():
            with xml.within(
                "ItemGroupData",
                ItemGroupOID=names.group(form, section),
                TransactionType="Upsert",
            ):
                for name, value, kind in items:
                    _item(xml, row, site, name, value, kind)


def _item(xml: Xml, row: Revision, site: str, name: str, value: Any, kind: str) -> None:
    given: dict[str, object] = {
        "ItemOID": names.item(row.definition, name),
        "TransactionType": kind,
        "Value": None if kind == "Remove" else text_of(value),
    }
    reason = row.reasons.get(name, "")
    if not reason or reason == row.reason:
        xml.leaf("ItemData", **given)
        return
    with xml.within("ItemData", **given):
        _audit(xml, row, site, reason)


def _noted_forms(xml: Xml, forms: list[Filled], notes: list[Note]) -> None:
    """What queries say of forms and their items."""
    versions = {(form.now.form, form.now.repeat): form.now.definition for form in forms}
    for key, repeat in dict.fromkeys((note.form, note.repeat) for note in notes):
        form = versions.get((key, repeat), FORMS[key])
        known = {item.name: item for item in form.items}
        here = [note for note in notes if (note.form, note.repeat) == (key, repeat)]
        with xml.within(
            "FormData",
            FormOID=names.form(form),
            FormRepeatKey=repeat,
            TransactionType="Context",
        ):
            for note in here:
                if note.item not in known:
                    _note(xml, note)
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
                    for note in here:
                        if note.item == name:
                            _note(xml, note)


def _note(xml: Xml, note: Note) -> None:
    with xml.within("Annotation", SeqNum=note.query):
        xml.leaf("Comment", note.text, SponsorOrSite="Sponsor")
        _flag(xml, "query_state", note.state, "state of the query")


def _flag(xml: Xml, codes: str, value: str, kind: str) -> None:
    with xml.within("Flag"):
        xml.leaf("FlagValue", value, CodeListOID=f"CL.{codes}")
        xml.leaf("FlagType", kind, CodeListOID="CL.flag")


def _records(xml: Xml, records: dict[Table, list[dict[str, Any]]]) -> None:
    if not records:
        return
    with xml.within("StudyEventData", StudyEventOID=names.RECORDS, TransactionType="Insert"):
        for table, rows in records.items():
            with xml.within(
                "FormData", FormOID=names.record_form(table.key), TransactionType="Insert"
            ):
                for number, row in enumerate(rows, start=1):
                    with xml.within(
                        "ItemGroupData",
                        ItemGroupOID=names.record_group(table.key),
                        ItemGroupRepeatKey=number,
                        TransactionType="Insert",
                    ):
                        for name, value in row.items():
                            if value is not None:
                                xml.leaf(
                                    "ItemData",
                                    ItemOID=names.record_item(table.key, name),
                                    TransactionType="Insert",
                                    Value=text_of(value),
                                )
