"""The outcomes: the study's answers per arm, as a page's sections and as a PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from enrollment.protocol.loader import current
from reports.catalog import outcome_figures as figures
from reports.catalog import outcome_flow_tables as flow_tables
from reports.catalog import outcome_size_tables as size_tables
from reports.catalog import outcome_tables as tables
from reports.catalog.case_summary import LANGUAGES, TYPEFACES, page_words
from reports.catalog.outcome_tables import Doc, Where
from reports.catalog.sheet import Section, Sheet
from reports.checkpoint import attached
from reports.outcomes import words
from reports.outcomes.document import as_json
from reports.pdf import Embedded, Pdf, to_pdf

KIND = "outcomes"
TEMPLATE = "reports/outcomes.html"


def render(document: Doc, *, language: str) -> Pdf:
    """The PDF in one of LANGUAGES. The same document, language and checkpoint: the same bytes."""
    data = Embedded("outcomes.json", as_json(document), f"The numbers, {document['schema']}")
    return on_paper(document, sheet_of, data, template=TEMPLATE, language=language)


def on_paper(
    document: Doc, fill: Callable[[Doc], Sheet], data: Embedded, *, template: str, language: str
) -> Pdf:
    """Sections made of the document, as a PDF that names what they rest on and holds it."""
    with translation.override(language):
        sheet = fill(document)
        at = _moment(document["data"]["as_of"])
        context: dict[str, Any] = {
            "sheet": sheet,
            "protocol": current(),
            "lang": LANGUAGES[language],
            "typeface": mark_safe(TYPEFACES[language]),
            "dated": at.isoformat("T", "seconds") if at else "",
            "as_of": f"{at:%Y-%m-%d %H:%M}" if at else "",
            "as_of_day": f"{at:%Y-%m-%d}" if at else "",
            "as_of_time": f"{at:%H:%M}" if at else "",
            "digest": document["data"]["sha256"],
            "page_words": page_words(),
            "version": settings.VERSION,
            "zone": settings.TIME_ZONE,
        }
        html, pictures = attached(render_to_string(template, context), sheet.pictures)
    identifier = hashlib.sha256(html.encode()).hexdigest()
    return to_pdf(html, pictures, identifier=identifier, embedded=[data])


def sheet_of(document: Doc, where: Where | None = None) -> Sheet:
    """The report in the reader's language; `where` gives the address of a count's records."""
    to = where or (lambda _cell: "")
    return Sheet(
        title=title(),
        facts=facts(document),
        notices=notices(document),
        sections=[
            _flow(document, where, to),
            Section(_("Baseline"), tables=[flow_tables.baseline(document, to)]),
            *_accuracy(document, where, to),
            *_sizes(document, where, to),
        ],
        foot=_foot(document),
    )


def title() -> str:
    """What the report is called."""
    return _("Outcomes")


def facts(document: Doc) -> list[tuple[str, str]]:
    """What the report rests on, and what it is narrowed to."""
    data, study = document["data"], document["study"]
    locked = _moment(data["locked_at"])
    rows = [
        (_("Participants"), str(data["participants"])),
        (_("Sites"), ", ".join(data["sites"]) or "—"),
        (_("Protocol version"), study["protocol_version"]),
        (_("Study locked"), f"{locked:%Y-%m-%d %H:%M}" if locked else _("Not locked")),
    ]
    return rows + [(filter_label(name), filter_value(name, value)) for name, value in
                   document["filters"].items()]  # fmt: skip


def filter_label(name: str) -> str:
    """A filter."""
    return {
        "population": _("Population"),
        "site": _("Site"),
        "arm": _("Arm"),
        "technique": _("Technique"),
        "reader": _("Reader"),
        "sex": _("Sex"),
        "affected_side": _("Affected side"),
        "screened_from": _("Screened from"),
        "screened_until": _("Screened until"),
    }[name]


def filter_value(name: str, value: str) -> str:
    """What a filter is set to."""
    if name == "population":
        return _("Main analysis") if value == "main" else _("Everybody whose data may be used")
    if name in ("sex", "affected_side"):
        return words.value_label(name, value)
    return {"arm": words.group_label, "technique": words.technique_label}.get(name, str)(value)


def notices(document: Doc) -> list[str]:
    """What a reader must know before anything else; what there is no number for, in words."""
    return list(_notices(document))


def _notices(document: Doc) -> Iterator[str]:
    entrance, flow = document["flow"]["entrance"], document["flow"]["groups"]
    if document["blinded"]:
        yield _("The study is not locked: arms and techniques are withheld, all is told together.")
    if not document["design"]["randomised"]:
        yield _("The study is observational; its arms are not randomised.")
    if not entrance["screened"]["n"]:
        if document["filters"].keys() - {"population"}:
            yield _("Nobody is within these limits: there is nothing to report.")
        else:
            yield _("Nobody was screened yet: there is nothing to report.")
        return
    if not entrance["enrolled"]["n"]:
        yield _("Nobody is enrolled yet: there is no outcome to compute.")
        return
    for group in flow[1:]:
        if not group["people"]["enrolled"]["n"]:
            yield _("Nobody is in the arm %(arm)s: there is nothing to compare it with.") % {
                "arm": words.group_label(group["key"])
            }
    everybody = flow[0]
    if not everybody["people"]["operated"]["n"]:
        yield _("Nobody was operated: no side has a reference, so no accuracy is computed.")
    elif not everybody["sides"]["analysed"]["n"]:
        yield _unread(everybody["sides"])
    if entrance["revoked"]["n"]:
        yield _(
            "Consent to the use of the data was revoked by %(n)d: they are counted as having left, "
            "and nothing is computed from their data."
        ) % {"n": entrance["revoked"]["n"]}


def _unread(sides: Doc) -> str:
    if sides["indeterminate"]["n"] == sides["with_reference"]["n"]:
        return _("Every read of a side with a reference is indeterminate: no accuracy is computed.")
    return _("No side with a reference has a read that counts: no accuracy is computed.")


def _flow(document: Doc, where: Where | None, to: Where) -> Section:
    return Section(
        _("Flow"),
        tables=[flow_tables.entrance(document, to), flow_tables.flow(document, to)],
        figures=[figures.flow(document, where)],
    )


def _accuracy(document: Doc, where: Where | None, to: Where) -> list[Section]:
    found = document["diagnostic"]
    reference = {
        "unaffected_side": _(
            "The unit is the nerve side. Reference: the surgical finding of the operated side; the "
            "asymptomatic side of somebody operated stands for a side without compression."
        ),
        "none": _("The unit is the nerve side. Reference: the surgical finding; no controls."),
    }[document["design"]["controls"]]
    techniques = []
    if document["design"]["reading_design"] == "paired" and found["techniques"]:
        techniques = [tables.accuracy_counts(document, to, "techniques"),
                      tables.accuracy(document, to, "techniques")]  # fmt: skip
    odds = found["odds_ratio"]
    said = [reference]
    if odds:
        said.append(
            _("Odds of a right answer, second arm's technique against the first's: %(odds)s (GEE).")
            % {"odds": words.plain(odds)}
        )
    return [
        Section(
            _("Diagnostic accuracy"),
            said,
            [
                tables.accuracy_counts(document, to),
                tables.accuracy(document, to),
                *techniques,
                *([] if document["blinded"] else [tables.comparisons(document, to)]),
                tables.parts(document, to, "vessels"),
                tables.parts(document, to, "segments"),
                tables.readers(document, to),
            ],
            [figures.accuracy(document, where)],
        ),
        Section(
            _("Agreement"),
            tables=[
                size_tables.agreement(document, to),
                size_tables.within(document, to),
                size_tables.repeats(document, to),
            ],
            figures=_repeats(document, where),
        ),
    ]


def _repeats(document: Doc, where: Where | None) -> list[Any]:
    measured = any(row["nerves"]["n"] for row in document["agreement"]["measurements"])
    return [figures.repeats(document, where)] if measured else []


def _sizes(document: Doc, where: Where | None, to: Where) -> list[Section]:
    severity = document["severity"]
    measured = any(row["pairs"]["n"] for row in document["sizes"][0]["measures"])
    graded = any(row["people"]["n"] for row in severity["correlation"][0]["rows"])
    design = document["design"]
    curves = any(row["curve"] for row in severity["roc"][0]["measures"])
    severe = _("Severe: %(scale)s of %(least)s or more before treatment.") % {
        "scale": words.scale_label(design["severe_scale"]),
        "least": design["severe_at_least"],
    }
    return [
        Section(
            _("Size of the nerve by side"),
            [] if measured else [_("Of nobody both nerves are measured.")],
            [size_tables.sizes(document, to)] if measured else [],
            [figures.sides(document, where)] if measured else [],
        ),
        Section(
            _("Size of the nerve and severity"),
            [severe] if graded else [_("Of nobody both size and severity are known.")],
            [*size_tables.correlations(document, to), size_tables.adjusted(document, to),
             size_tables.roc(document, to)] if graded else [],
            [
                *([figures.severity(document, where)] if graded else []),
                *([figures.curves(document, where)] if curves else []),
            ],
        ),
    ]  # fmt: skip


def _foot(document: Doc) -> list[str]:
    lock = document["data"]["lock_sha256"]
    said = [
        _("Protocol %(version)s, SHA-256 %(sha256)s.")
        % {
            "version": document["study"]["protocol_version"],
            "sha256": document["study"]["protocol_sha256"],
        }
    ]
    if lock:
        said.append(_("Dataset of the lock, SHA-256 %(sha256)s.") % {"sha256": lock})
    return said


def in_short(document: Doc, language: str) -> list[str]:
    """The main numbers as lines of text, for a terminal."""
    with translation.override(language):
        said = notices(document)
        for group in document["diagnostic"]["groups"]:
            label = words.group_label(group["key"])
            for quantity in ("sensitivity", "specificity"):
                found = group["estimates"][quantity]["exact"]
                line = f"{label}: {words.estimate_label(quantity)} {words.share(found)}"
                said.append(f"{line}, n = {found['n']}")
        return said


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    return datetime.fromisoformat(text).astimezone(timezone.get_current_timezone())
