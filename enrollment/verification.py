"""How the answers of a form stand against the source, and how far verification is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.answers import show
from enrollment.crfs.definition import Form, Item
from enrollment.definitions import at_visit, captured
from enrollment.models import FormEntry, Participant, Verification
from enrollment.models.forms import EntryState
from enrollment.places import form_label
from enrollment.protocol.definition import VerificationPlan
from enrollment.protocol.loader import current
from enrollment.verification_plan import asks_for, is_chosen, is_due
from studysite.core.access import scoped, sites_for
from studysite.core.errors import NotThere
from studysite.core.models import User
from studysite.core.roles import Action


@dataclass(frozen=True)
class Standing:
    """One answer: as it is, whether the plan asks for it, and what a monitor has made of it."""

    item: Item
    value: Any
    due: bool
    critical: bool
    verification: Verification | None

    @property
    def state(self) -> str:
        """`verified`, `undone`, `to_verify`, or nothing where neither is asked nor was done."""
        if self.verification is not None and self.holds:
            return "verified"
        if self.verification is not None:
            return "undone"
        return "to_verify" if self.due else ""

    @property
    def holds(self) -> bool:
        """Whether what was verified is what is there."""
        row = self.verification
        return row is not None and row.undone_at is None and row.value == self.value

    @property
    def label(self) -> str:
        """The state in words."""
        return {
            "verified": _("Verified"),
            "undone": _("Changed since"),
            "to_verify": _("To be verified"),
            "": "",
        }[self.state]

    @property
    def answer(self) -> str:
        """The answer in the reader's language."""
        return show(self.item, self.value)

    @property
    def verified_answer(self) -> str:
        """What was verified."""
        return show(self.item, self.verification.value) if self.verification else ""


@dataclass(unsafe_hash=True)
class Captured:
    """A form as it was captured: in which version, at which visit."""

    form: str
    form_version: str
    visit: str


def standings(
    definition: Form, entry: FormEntry | None, number: str, plan: VerificationPlan | None = None
) -> list[Standing]:
    """Every question of a form that was asked, against the source."""
    plan = plan or current().verification
    answers = entry.answers if entry else {}
    newest: dict[str, Verification] = {}
    if entry is not None:
        newest = {row.item: row for row in rows_of(entry).select_related("by", "undone_by")}
    return [
        Standing(
            item,
            answers.get(item.name),
            is_due(plan, number, critical=item.critical),
            item.critical,
            newest.get(item.name),
        )
        for item in definition.items
        if item.asked(answers)
    ]


def form_of_visit(
    participant: Participant, visit: str, key: str, repeat: int = 1
) -> tuple[Form, FormEntry | None]:
    """A form of a participant as it was captured, or as it is planned. NotThere for one that is
    neither."""
    rows = participant.entries.filter(form=key, visit=visit, repeat=repeat)
    entry = rows.select_related("by").first()
    if entry is not None:
        return captured(entry), entry
    plan = current().find_visit(visit)
    planned = plan is not None and key in plan.forms
    if not planned or not participant.visits.filter(key=visit).exists():
        raise NotThere(_("This participant has no such form at this visit."))
    return at_visit(key, visit), None


def rows_of(entry: FormEntry) -> QuerySet[Verification]:
    """Every verification of an entry's answers, oldest first: the last of each item counts."""
    return Verification.objects.filter(
        participant=entry.participant_id,
        visit=entry.visit,
        form=entry.form,
        repeat=entry.repeat,
    ).order_by("pk")


@dataclass
class Progress:
    """How much of what the plan asks for is verified, at a site in a form."""

    site: str
    form: str
    due: int = 0
    verified: int = 0
    undone: int = 0

    @property
    def form_label(self) -> str:
        """What the form is called."""
        return form_label(self.form)

    @property
    def percent_label(self) -> str:
        """The part that is verified, in words where nothing is asked."""
        return percent_of(self.verified, self.due)


def percent_of(verified: int, due: int) -> str:
    """The part that is verified, in whole percent, never rounded up to all; of nothing there is
    none, and it is said."""
    return f"{100 * verified // due}" if due else _("Nothing due")


def progress(user: User, plan: VerificationPlan | None = None) -> list[Progress]:
    """How far verification is at a person's sites, by site and form. Three queries."""
    plan = plan or current().verification
    sites = dict(sites_for(user, Action.SEE_VERIFICATION).values_list("pk", "code"))
    live = _live(user)
    rows: dict[tuple[str, str], Progress] = {}
    entries = scoped(
        FormEntry.objects.filter(state=EntryState.SUBMITTED),
        user,
        Action.SEE_VERIFICATION,
        "participant__site",
    ).order_by("pk")
    columns = ("participant", "participant__number", "participant__site", "visit", "form")
    duties: dict[tuple[Captured, bool], Duty] = {}
    for pk, number, site, visit, form, repeat, version, answers in entries.values_list(
        *columns, "repeat", "form_version", "answers"
    ).iterator():
        row = rows.setdefault((sites[site], form), Progress(sites[site], form))
        which = Captured(form, version, visit), is_chosen(plan, number)
        if which not in duties:
            duties[which] = _duty(plan, *which)
        duties[which].count(row, answers, live.get((pk, visit, form, repeat), {}))
    return [rows[key] for key in sorted(rows)]


@dataclass(frozen=True)
class Duty:
    """What the plan asks for of a form as captured: the questions that are always asked, and those
    that other answers open. Worked out once for all who are alike in it."""

    always: tuple[Item, ...]
    opened: tuple[Item, ...]

    def count(
        self, row: Progress, answers: dict[str, Any], seen: dict[str, tuple[Any, bool]]
    ) -> None:
        """Add one filled form, of which a monitor has `seen` some answers."""
        opened = [item for item in self.opened if item.asked(answers)]
        row.due += len(self.always) + len(opened)
        if not seen:
            return
        for item in (*self.always, *opened):
            if item.name in seen:
                value, undone = seen[item.name]
                holds = not undone and value == answers.get(item.name)
                row.verified += holds
                row.undone += not holds


def _duty(plan: VerificationPlan, which: Captured, chosen: bool) -> Duty:
    due = [item for item in captured(which).items if asks_for(plan, chosen, critical=item.critical)]
    return Duty(
        tuple(item for item in due if item.show_if is None),
        tuple(item for item in due if item.show_if is not None),
    )


def _live(user: User) -> dict[tuple[int, str, str, int], dict[str, tuple[Any, bool]]]:
    """The newest verification of each answer: its value, and whether it was undone."""
    found: dict[tuple[int, str, str, int], dict[str, tuple[Any, bool]]] = defaultdict(dict)
    rows = scoped(
        Verification.objects.order_by("pk"), user, Action.SEE_VERIFICATION, "participant__site"
    )
    columns = ("participant", "visit", "form", "repeat", "item", "value", "undone_at")
    for pk, visit, form, repeat, item, value, undone_at in rows.values_list(*columns).iterator():
        found[pk, visit, form, repeat][item] = (value, undone_at is not None)
    return found
