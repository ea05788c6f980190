"""The screening log: everybody who was screened, and what became of them. No identity, no arm."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from enrollment.models import Participant
from enrollment.models.participant import Sex
from reports.catalog.sheet import Cell, Section, Sheet, Table, heads
from reports.catalog.sheet_notices import foot, left_out, may_stay, notices_of
from studysite.core.access import scoped
from studysite.core.models import User
from studysite.core.roles import Action

KEY = "screening_log"
ACTION = Action.SEE_PARTICIPANTS


def sheet_of(user: User, at: datetime) -> Sheet:
    """One line a person screened, by number."""
    people = scoped(Participant.objects.all(), user, ACTION).order_by("number")
    rows = people.select_related("site", "enrolment", "screen_failure", "withdrawal")
    lines = [_line(row) for row in rows.prefetch_related("consents")]
    counts = {
        _("Screened"): len(lines),
        _("Enrolled"): sum(hasattr(row, "enrolment") for row in rows),
        _("Screen failure"): sum(hasattr(row, "screen_failure") for row in rows),
    }
    columns = [
        _("Participant"), _("Site"), _("Screened on"), _("Year of birth"), _("Sex"), _("Consent"),
        _("Enrolled on"), _("State"), _("Criteria not passed"), _("Reason"),
    ]  # fmt: skip
    table = Table(_("Everybody screened"), heads(columns, numbers_from=99), lines,
                  _("Nobody was screened yet."))  # fmt: skip
    return Sheet(
        title=title(),
        notices=notices_of(user, ACTION),
        foot=foot(),
        facts=[(label, str(count)) for label, count in counts.items()],
        sections=[Section(_("Screening log"), tables=[table])],
    )


def title() -> str:
    """What the report is called."""
    return _("Screening log")


def _line(row: Participant) -> list[Cell]:
    failure = getattr(row, "screen_failure", None)
    enrolment = getattr(row, "enrolment", None)
    leaving = getattr(row, "withdrawal", None)
    consents = sorted(row.consents.all(), key=lambda consent: consent.signed_on)
    failed = [*failure.criteria.get("failed", ()), *failure.criteria.get("unknown", ())] \
        if failure else []  # fmt: skip
    consent = f"{consents[-1].document_version}, {consents[-1].signed_on}" if consents else ""
    reason = failure.reason if failure else (leaving.reason if leaving else "")
    known = may_stay(row)
    return [
        Cell(row.number, reverse("enrollment:participant", args=[row.number])),
        Cell.of(row.site.code),
        Cell.of(row.screened_on),
        Cell.of(row.year_of_birth) if known else left_out(),
        Cell.of(Sex(row.sex).label) if known else left_out(),
        Cell.of(consent),
        Cell.of(enrolment.on if enrolment else ""),
        Cell.of(row.get_state_display()),
        Cell.of(", ".join(failed)),
        Cell.of(reason),
    ]
