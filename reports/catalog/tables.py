"""The tables of a case summary as rows of text, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from enrollment.crfs.neurovascular_read import FORM
from enrollment.models.participant import Side
from imaging.nerve_words import segment_word
from reports.case.content import Content
from reports.case.forms import Answer, Filled
from reports.case.measurement import Measured
from reports.case.nerve import SIDES, Amount, Contact, Nerve
from reports.case.reads import Adjudicated, ReadOnce
from reports.catalog.amounts import ABSENT, amount, number, ratio

READ_ITEMS = (
    "contact",
    "perpendicular",
    "deviation",
    "indentation",
    "segment",
    "vessel",
    "grade",
    "nvc",
    "confidence",
)


APART = ("surgical_finding", "deviation")


@dataclass(frozen=True)
class Sides:
    """One quantity of both nerves, and affected over unaffected."""

    label: str
    unit: str
    left: str
    right: str
    ratio: str = ABSENT


@dataclass(frozen=True)
class ContactRow:
    """One contact in words and numbers."""

    nerve: str
    arc_mm: str
    gap_mm: str
    angle_deg: str
    diameter_mm: str
    vessel: str
    indentation: str
    deviation_mm: str
    segment: str


@dataclass(frozen=True)
class ReadRow:
    """One question of the read: each reader's answer and the one that counts, side by side."""

    label: str
    left: tuple[str, ...]
    right: tuple[str, ...]


NO_RATIO = ("csa_min_at_mm", "volume_ends_sd_mm3")


@dataclass(frozen=True)
class FormTable:
    """One form over its visits: a column a visit, a row a question."""

    title: str
    version: str
    columns: tuple[Filled, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


def side_label(side: str, affected: str) -> str:
    """A side in words, and whether it is the one with the spasm."""
    name = str(Side(side).label)
    if affected not in SIDES:
        return name
    if side == affected:
        return _("%(side)s (affected)") % {"side": name}
    return _("%(side)s (unaffected)") % {"side": name}


def measures_of(found: Measured, affected: str) -> list[Sides]:
    """The measured quantities of both nerves."""
    rows = [
        (_("Mean CSA"), "mm²", "csa_mean_mm2", 2),
        (_("Minimum CSA"), "mm²", "csa_min_mm2", 2),
        (_("Minimum CSA at"), "mm", "csa_min_at_mm", 1),
        (_("CSA at the root entry zone"), "mm²", "csa_rez_mm2", 2),
        (_("Volume"), "mm³", "volume_mm3", 1),
        (_("SD of the volume if each end were put 0.5 mm off"), "mm³", "volume_ends_sd_mm3", 1),
        (_("Volume of the first 10 mm"), "mm³", "volume_10mm_mm3", 1),
        (_("Length"), "mm", "length_mm", 1),
    ]
    return [_sides(found, affected, *row) for row in rows]


def _sides(
    found: Measured, affected: str, label: str, unit: str, field: str, decimals: int
) -> Sides:
    left, right = (_quantity(found.nerve(side), field) for side in SIDES)
    over = ABSENT
    if affected in SIDES and field not in NO_RATIO:
        over = ratio(left, right) if affected == "left" else ratio(right, left)
    return Sides(label, unit, amount(left, decimals), amount(right, decimals), over)


def _quantity(nerve: Nerve | None, field: str) -> Amount | None:
    value = getattr(nerve, field, None)
    return Amount(value) if isinstance(value, int | float) else value


def contacts_of(found: Measured, affected: str) -> list[ContactRow]:
    """Every contact of both nerves, from the brainstem outwards."""
    return [
        _contact(side_label(side, affected), contact)
        for side in SIDES
        for contact in sorted(_contacts(found.nerve(side)), key=lambda row: row.arc_mm)
    ]


def _contacts(nerve: Nerve | None) -> Sequence[Contact]:
    return nerve.contacts if nerve else ()


def _contact(nerve: str, row: Contact) -> ContactRow:
    vessels = {"artery": _("Artery"), "vein": _("Vein"), "unknown": _("Not known")}
    share = row.indentation
    percent = (
        Amount(share.value * 100, None if share.sd is None else share.sd * 100) if share else None
    )
    return ContactRow(
        nerve=nerve,
        arc_mm=number(row.arc_mm, 1),
        gap_mm=amount(row.gap_mm, 2),
        angle_deg=number(row.angle_deg, 0),
        diameter_mm=amount(row.diameter_mm, 2),
        vessel=vessels.get(row.vessel, row.vessel),
        indentation=amount(percent, 0),
        deviation_mm=number(row.deviation_mm, 1),
        segment=segment_word(row.segment) or ABSENT,
    )


def reads_of(content: Content) -> list[ReadRow]:
    """Each question of the read with every locked answer, then the one that counts."""
    sources: list[ReadOnce | Adjudicated] = [row for row in content.reads if row.locked_at]
    if content.adjudicated and content.adjudicated.at:
        sources.append(content.adjudicated)
    return [
        ReadRow(
            _bare(FORM.item(f"left_{name}").question),
            *(
                tuple(_said(source.answer(f"{side}_{name}")) for source in sources)
                for side in SIDES
            ),
        )
        for name in READ_ITEMS
        if sources
    ]


def _bare(question: str) -> str:
    """A question of one side without the side."""
    for mark in (": ", "："):
        question = question.partition(mark)[2] or question
    return question[:1].upper() + question[1:]


def _said(answer: Answer | None) -> str:
    return answer.label if answer else ABSENT


def findings_of(content: Content) -> list[Sides]:
    """What the case comes to: the numbers, the reads, the operation."""
    affected, rows = content.subject.affected_side, []
    if content.measurement:
        kept = ("csa_mean_mm2", "csa_min_mm2", "volume_mm3")
        labels = (_("Mean CSA"), _("Minimum CSA"), _("Volume"))
        for field, label in zip(kept, labels, strict=True):
            unit, decimals = ("mm³", 1) if field == "volume_mm3" else ("mm²", 2)
            rows.append(_sides(content.measurement, affected, label, unit, field, decimals))
    if content.adjudicated and content.adjudicated.at:
        left, right = (_said(content.adjudicated.answer(f"{side}_nvc")) for side in SIDES)
        rows.append(Sides(_("Neurovascular compression, as read"), "", left, right))
    if content.finding:
        left, right = (_seen(content.finding, side) for side in SIDES)
        rows.append(Sides(_("Neurovascular compression, at surgery"), "", left, right))
    return rows


def _seen(finding: Filled, side: str) -> str:
    operated = finding.answer("side")
    if operated is None or operated.value != side:
        return _("Not operated")
    return _said(finding.answer("compression"))


def forms_of(content: Content) -> list[FormTable]:
    """Each form over its visits. The surgical finding and deviations have sections of their own."""
    tables = []
    keys = dict.fromkeys(row.form for row in content.forms if row.form not in APART)
    for key in keys:
        columns = tuple(row for row in content.forms if row.form == key)
        names = dict.fromkeys(answer.name for column in columns for answer in column.answers)
        rows = []
        for name in names:
            given = [column.answer(name) for column in columns]
            first = next(answer for answer in given if answer)
            rows.append((first.question, first.unit, tuple(_said(answer) for answer in given)))
        tables.append(FormTable(columns[0].title, columns[0].form_version, columns, tuple(rows)))
    return tables


def deviations_of(content: Content) -> list[tuple[str, str, str]]:
    """What departed from the protocol: from the log, and from the scans."""
    rows = [
        (row.visit_label, _said(row.answer("description")),
         f"{_said(row.answer('grade'))}; {_said(row.answer('effect'))}")
        for row in content.forms if row.form == "deviation"
    ]  # fmt: skip
    return rows + [
        (scan.label, sentence, ABSENT)
        for scan in content.scans
        for series in scan.series
        for sentence in series.deviations
    ]
