"""The forms of imaging's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.models import Participant
from imaging.services.matching import awaited
from studysite.core.access import scoped
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.webforms import ReasonField, StudyForm

SIDES = {"left": _("Left nerve"), "right": _("Right nerve")}
ENDS = {"brainstem": _("Brainstem end"), "canal": _("Canal end")}
AXES = ("x", "y", "z")


def _choices(rows: Any) -> list[tuple[str, str]]:
    return [(row.number, row.number) for row in rows]


class UploadForm(StudyForm):
    """Whose scan arrives, where the sender says so."""

    participant = forms.ChoiceField(
        label=_("Participant"),
        required=False,
        help_text=_("Left open, the scan is matched by its patient ID."),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = awaited(scoped(Participant.objects.all(), by, Action.UPLOAD_SCAN))
        field = self.fields["participant"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("By its patient ID")), *_choices(rows)]


class MatchForm(StudyForm):
    """Whose a held scan is."""

    participant = forms.ChoiceField(label=_("Participant"))
    reason = ReasonField(label=_("How you know whose scan it is"))

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = awaited(Participant.objects.filter(site=site))
        field = self.fields["participant"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose")), *_choices(rows)]


class RefuseForm(StudyForm):
    """Why a held scan is refused."""

    reason = ReasonField(label=_("Why it is refused"))


class QualityForm(StudyForm):
    """A person's verdict on a series."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[("accepted", _("Accept")), ("repeat_asked", _("Ask for a repeat"))],
        widget=forms.RadioSelect,
    )
    score = forms.TypedChoiceField(
        label=_("Image quality"),
        help_text=_("1 not usable, 2 poor, 3 fair, 4 good, 5 excellent"),
        choices=[(str(score), str(score)) for score in range(1, 6)],
        coerce=int,
        widget=forms.RadioSelect,
    )
    remarks = forms.CharField(
        label=_("Remarks"),
        help_text=_("Needed where a repeat is asked for."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EndPointsForm(StudyForm):
    """Both ends of each nerve in patient coordinates (LPS, mm). A nerve left open is left out."""

    reason = ReasonField(label=_("Why a further version"), required=False)

    def __init__(self, *args: Any, ends: dict[str, Any] | None = None, **kwargs: Any) -> None:
        initial = {
            f"{side}_{end}_{axis}": point
            for side, points in (ends or {}).items()
            for end in ENDS
            for axis, point in zip(AXES, points[f"{end}_mm"], strict=True)
        }
        super().__init__(*args, initial=initial, **kwargs)
        for side, end, axis in _places():
            attrs = {"step": "any", "aria-label": f"{SIDES[side]}, {ENDS[end]}, {axis}, mm"}
            self.fields[f"{side}_{end}_{axis}"] = forms.FloatField(
                required=False, label=axis, widget=forms.NumberInput(attrs=attrs)
            )

    @property
    def nerves(self) -> list[dict[str, Any]]:
        """The fields as a page lays them out: nerves, their ends, and the coordinates of each."""
        return [
            {
                "side": side,
                "label": label,
                "ends": [
                    {
                        "key": f"{side}_{end}",
                        "label": word,
                        "fields": [self[f"{side}_{end}_{axis}"] for axis in AXES],
                    }
                    for end, word in ENDS.items()
                ],
            }
            for side, label in SIDES.items()
        ]

    @property
    def ends(self) -> dict[str, dict[str, list[float] | None]]:
        """What was entered, for the service; an end with a coordinate missing is None."""
        found: dict[str, dict[str, list[float] | None]] = {}
        for side in SIDES:
            points = {f"{end}_mm": self._point(side, end) for end in ENDS}
            if any(self._values(side, end) for end in ENDS):
                found[side] = points
        return found

    def _values(self, side: str, end: str) -> list[float]:
        entered = (self.cleaned_data.get(f"{side}_{end}_{axis}") for axis in AXES)
        return [value for value in entered if value is not None]

    def _point(self, side: str, end: str) -> list[float] | None:
        values = self._values(side, end)
        return values if len(values) == len(AXES) else None


def _places() -> list[tuple[str, str, str]]:
    return [(side, end, axis) for side in SIDES for end in ENDS for axis in AXES]
