"""What a query or a verification is about: a part of a participant's record, by kind and key."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.crfs.definition import Place as Where
from enrollment.crfs.registry import FORMS
from enrollment.protocol.loader import current


class PlaceKind(TextChoices):
    """Kinds of parts, from the widest to the narrowest, then those of imaging."""

    PARTICIPANT = "participant", _("Participant")
    VISIT = "visit", _("Visit")
    FORM = "form", _("Form")
    ITEM = "item", _("Item")
    SCAN = "scan", _("Scan")
    SERIES = "series", _("Series")


# What an imaging analyst may know of; the rest of a record is clinical.
OF_IMAGING = (PlaceKind.SCAN, PlaceKind.SERIES)


@dataclass(frozen=True)
class Place:
    """One part of a record. `name` is the item, the sequence, or the series' key."""

    kind: PlaceKind
    visit: str = ""
    form: str = ""
    repeat: int = 1
    name: str = ""

    @property
    def key(self) -> str:
        """What tells it from the other parts of its participant."""
        return {
            PlaceKind.PARTICIPANT: "",
            PlaceKind.VISIT: self.visit,
            PlaceKind.FORM: f"{self.visit}/{self.form}/{self.repeat}",
            PlaceKind.ITEM: f"{self.visit}/{self.form}/{self.repeat}/{self.name}",
            PlaceKind.SCAN: f"{self.visit}/{self.name}",
            PlaceKind.SERIES: f"{self.visit}/{self.name}",
        }[self.kind]

    @property
    def has_item(self) -> bool:
        """Whether the form has such an item."""
        return self.form in FORMS and self.name in {item.name for item in FORMS[self.form].items}

    @property
    def label(self) -> str:
        """The place in the reader's language; stored words where a former version had it."""
        parts = [visit_label(self.visit)] if self.visit else []
        if self.form:
            repeat = f" {self.repeat}" if self.repeat > 1 else ""
            parts.append(form_label(self.form) + repeat)
        if self.kind is PlaceKind.ITEM:
            parts.append(item_label(self.form, self.name))
        if self.kind is PlaceKind.SCAN:
            parts.append(sequence_label(self.name))
        if self.kind is PlaceKind.SERIES:
            parts.append(gettext("Series %(name)s") % {"name": self.name})
        return " · ".join(parts) or str(PlaceKind.PARTICIPANT.label)


def of_item(visit: str, form: str, name: str, repeat: int = 1) -> Place:
    """One answer."""
    return Place(PlaceKind.ITEM, visit, form, repeat, name)


def of_form(visit: str, form: str, repeat: int = 1) -> Place:
    """One form at a visit."""
    return Place(PlaceKind.FORM, visit, form, repeat)


def of_visit(visit: str) -> Place:
    """One visit."""
    return Place(PlaceKind.VISIT, visit)


def of_scan(visit: str, sequence: str) -> Place:
    """One scan that is expected."""
    return Place(PlaceKind.SCAN, visit, name=sequence)


def of_series(visit: str, key: int) -> Place:
    """One series that came."""
    return Place(PlaceKind.SERIES, visit, name=str(key))


def visit_label(key: str) -> str:
    """What the protocol calls a visit."""
    if key == Where.LOG:
        return gettext("Log")
    plan = current().find_visit(key)
    return plan.label if plan else key


def form_label(key: str) -> str:
    """What a form is called."""
    return FORMS[key].title if key in FORMS else key


def item_label(form: str, name: str) -> str:
    """What an item asks."""
    items = {item.name: item.question for item in FORMS[form].items} if form in FORMS else {}
    return items.get(name, name)


def sequence_label(key: str) -> str:
    """What the protocol calls a scan."""
    return {plan.key: plan.label for plan in current().scans}.get(key, key)
