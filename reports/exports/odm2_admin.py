"""Who and where of an ODM 2.0 document, and the audit trail as its reference data."""

from __future__ import annotations

from enrollment.protocol.loader import current
from reports.exports import names, trail
from reports.exports.people import LEGAL, locations, meanings, user_kind, users
from reports.exports.scope import Scope
from reports.exports.xml import Xml


def people(xml: Xml, scope: Scope) -> None:
    """`AdminData`: staff, sites, and what signatures mean."""
    protocol = current()
    with xml.within("AdminData", StudyOID=names.study(protocol)):
        for username, printed, roles in users(scope):
            kind = user_kind(roles, "2.0")
            with xml.within("User", OID=names.user(username), UserType=kind):
                xml.leaf("UserName", username or "system")
                xml.leaf("FullName", printed)
        for code, name in locations(scope):
            xml.leaf("Organization", OID=f"OR.{code}", Name=name, Type="Site")
        for code, name in locations(scope):
            with xml.within(
                "Location", OID=names.location(code), Name=name, OrganizationOID=f"OR.{code}"
            ):
                xml.leaf(
                    "MetaDataVersionRef",
                    StudyOID=names.study(protocol),
                    MetaDataVersionOID=names.metadata(protocol),
                    EffectiveDate=protocol.consent_documents[0].released_on.isoformat(),
                )
        for oid, meaning in meanings(scope).items():
            with xml.within("SignatureDef", OID=oid, Methodology="Electronic"):
                xml.leaf("Meaning", meaning)
                xml.leaf("LegalReason", LEGAL)


def trail_rows(xml: Xml) -> None:
    """`ReferenceData`: the whole trail."""
    protocol = current()
    with xml.within(
        "ReferenceData",
        StudyOID=names.study(protocol),
        MetaDataVersionOID=names.metadata(protocol),
    ):
        for key, items in trail.rows():
            with xml.within("ItemGroupData", ItemGroupOID=trail.GROUP, ItemGroupRepeatKey=key):
                for oid, text in items.items():
                    with xml.within("ItemData", ItemOID=oid):
                        xml.leaf("Value", text)
