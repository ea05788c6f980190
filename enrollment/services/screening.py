"""Screening: a new participant."""

from __future__ import annotations

from datetime import date

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment import vault
from enrollment.models import Participant
from enrollment.models.participant import Sex, Side
from enrollment.partial_date import PartialDate
from enrollment.protocol.loader import current
from enrollment.schedule import window
from enrollment.services import way
from enrollment.services.closing import refuse_closed_study
from enrollment.services.eligibility import recompute
from enrollment.services.visits import plan_visit
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Invalid
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.said import said

EARLIEST_BIRTH = date(1900, 1, 1)


@service(Action.SCREEN)
def screen(
    *,
    by: User,
    site: Site,
    person: vault.Person,
    sex: str,
    affected_side: str,
    onset: str,
    screened_on: date,
) -> Participant:
    """Give a person the site's next subject number and seal the identity in the vault."""
    require(by, Action.SCREEN, site)
    # Held, so that a study that is being locked is locked before, or waits for this one.
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    refuse_closed_study()
    _check(person, sex, affected_side, onset, screened_on)
    birth_on = person.birth_on
    if birth_on is None:
        raise Invalid(_("The birth date is required."), field="birth_on")
    protocol = current()
    participant = Participant.objects.create(
        number=_next_number(site),
        site=site,
        protocol_version=protocol.version,
        screened_on=screened_on,
        year_of_birth=birth_on.year,
        sex=sex,
        affected_side=affected_side,
        onset=onset.strip(),
    )
    way.record(participant)
    for plan in protocol.visits:
        due = window(plan, screened_on, None)
        if due is not None:
            plan_visit(participant, plan, due, protocol)
    about(participant.number, said("Screened"))
    recompute(participant)
    # The vault is another database: written last, so that a refused screening leaves no name there.
    vault.discard_unfinished(participant.number)
    vault.store(participant.number, person)
    return participant


def _next_number(site: Site) -> str:
    """The update locks the row, so two screenings never get one number."""
    Site.objects.filter(pk=site.pk).update(last_number=F("last_number") + 1)
    site.refresh_from_db()
    return f"{site.code}-{site.last_number:03d}"


def _check(
    person: vault.Person, sex: str, affected_side: str, onset: str, screened_on: date
) -> None:
    today = timezone.localdate()
    if not person.name.strip():
        raise Invalid(_("The name is required."), field="name")
    if not person.hospital_number.strip():
        raise Invalid(_("The hospital number is required."), field="hospital_number")
    if screened_on > today:
        raise Invalid(_("The screening date lies in the future."), field="screened_on")
    if person.birth_on and person.birth_on > today:
        raise Invalid(_("The birth date lies in the future."), field="birth_on")
    if person.birth_on and not EARLIEST_BIRTH <= person.birth_on <= screened_on:
        raise Invalid(
            _("The birth date lies outside 1900 to the screening date."), field="birth_on"
        )
    if sex not in Sex.values:
        raise Invalid(_("The sex is not one of the answers."), field="sex")
    if affected_side not in Side.values:
        raise Invalid(_("The affected side is not one of the answers."), field="affected_side")
    if onset:
        _check_onset(onset, person.birth_on, screened_on)


def _check_onset(onset: str, birth_on: date | None, screened_on: date) -> None:
    try:
        span = PartialDate.parse(onset)
    except ValueError as error:
        raise Invalid(
            _("The onset date is written YYYY, YYYY-MM or YYYY-MM-DD."), field="onset"
        ) from error
    if span.earliest > screened_on:
        raise Invalid(_("The onset date lies after the screening date."), field="onset")
    if birth_on and span.latest < birth_on:
        raise Invalid(_("The onset date lies before the birth date."), field="onset")
