"""The forms of imaging's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.definitions import in_use
from enrollment.entry import AnswersForm
from enrollment.models import Participant
from imaging.services.matching import awaited
from imaging.services.measurement import MOST_WAYPOINTS
from studysite.core.access import scoped, sites_for
from studysite.core.models import Site, User
from studysite.core.roles import Action
from studysite.core.webforms import ReasonField, StudyForm

SIDES = {"left": _("Left nerve"), "right": _("Right nerve")}
ENDS = {"brainstem": _("Brainstem end"), "canal": _("Canal end")}
AXES = ("x", "y", "z")
WAYPOINTS = tuple(f"way{number}" for number in range(1, MOST_WAYPOINTS + 1))


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


class PlaceForm(StudyForm):
    """Where a node takes scans from here, if it does."""

    host = forms.CharField(
        label=_("Host"),
        required=False,
        max_length=253,
        help_text=_("Where it takes scans from here. Left open, it only sends."),
    )
    port = forms.IntegerField(label=_("Port"), required=False, min_value=1, max_value=65535)
    tls = forms.BooleanField(label=_("By TLS"), required=False)


class DestinationForm(PlaceForm):
    """The same of a node that is listed already."""

    reason = ReasonField(label=_("Reason"))


class PeerForm(PlaceForm):
    """A scanner or an archive that may send scans."""

    name = forms.CharField(label=_("Name"), max_length=80)
    ae_title = forms.CharField(
        label=_("Application entity title"),
        max_length=16,
        help_text=_("What the node calls itself, in capital letters."),
    )
    network = forms.CharField(
        label=_("Address or network"),
        max_length=49,
        help_text=_("Where it calls from, such as 10.1.2.3 or 10.1.2.0/24."),
    )
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    field_order = ("name", "ae_title", "network", "site", "host", "port", "tls")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = sites_for(by, Action.MANAGE_PEERS).order_by("code")


class ScanNotDoneForm(StudyForm):
    """Why an expected scan will not come."""

    reason = ReasonField(label=_("Why it will not come"))


class QualityForm(AnswersForm):
    """A person's verdict on a series, asked as its form says."""

    seen_revision = None  # type: ignore[assignment]

    def __init__(self, data: Mapping[str, Any] | None = None, *, revising: bool = False) -> None:
        super().__init__(in_use("image_quality"), data, answers={}, revision=0, changing=False)
        if revising:
            self.fields["reason"] = ReasonField(label=_("Why the verdict is revised"))

    @property
    def verdict(self) -> dict[str, Any]:
        """What the service takes."""
        reason = self.cleaned_data.get("reason", "")
        return {"verdict": "", "score": 0, "remarks": "", "reason": reason, **self.answers()}


class EndPointsForm(StudyForm):
    """Both ends of each nerve in patient coordinates (LPS, mm), and way-points between them. A
    nerve left open is left out."""

    reason = ReasonField(label=_("Why a further version"), required=False)
    suggested = forms.JSONField(required=False, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label=_("I have checked each suggested end point on the images, or moved it"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-confirm": ""}),
    )

    def __init__(
        self,
        *args: Any,
        ends: dict[str, Any] | None = None,
        suggested: bool = False,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {
            f"{side}_{end}_{axis}": point
            for side, points in (ends or {}).items()
            for end, place in _kept(points)
            for axis, point in zip(AXES, place, strict=True)
        }
        if suggested:
            initial["suggested"] = ends
        super().__init__(*args, initial=initial, **kwargs)
        for side, end, axis in _places():
            attrs = {"step": "any", "aria-label": f"{SIDES[side]}, {_named(end)}, {axis}, mm"}
            self.fields[f"{side}_{end}_{axis}"] = forms.FloatField(
                required=False, label=axis, widget=forms.NumberInput(attrs=attrs)
            )

    @property
    def is_suggested(self) -> bool:
        """Whether the fields began as suggestions, which are not used unconfirmed."""
        return bool(self["suggested"].value() not in (None, "", "null"))

    def clean(self) -> dict[str, Any]:
        """Suggested ends go on only where a person says that they were looked at."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("suggested") and not cleaned.get("confirmed"):
            self.add_error("confirmed", _("Suggested end points are used once you confirm them."))
        return cleaned

    @property
    def nerves(self) -> list[dict[str, Any]]:
        """The fields as a page lays them out: nerves, their ends, and the coordinates of each."""
        return [
            {
                "side": side,
                "label": label,
                "ends": [self._laid_out(side, end) for end in ENDS],
                "waypoints": [self._laid_out(side, end) for end in WAYPOINTS],
                "has_waypoints": any(
                    self[f"{side}_{end}_{axis}"].value() not in (None, "")
                    for end in WAYPOINTS
                    for axis in AXES
                ),
            }
            for side, label in SIDES.items()
        ]

    def _laid_out(self, side: str, end: str) -> dict[str, Any]:
        return {
            "key": f"{side}_{end}",
            "label": _named(end),
            "fields": [self[f"{side}_{end}_{axis}"] for axis in AXES],
        }

    @property
    def ends(self) -> dict[str, dict[str, Any]]:
        """What was entered, for the service; an end with a coordinate missing is None."""
        found: dict[str, dict[str, Any]] = {}
        for side in SIDES:
            points: dict[str, Any] = {f"{end}_mm": self._point(side, end) for end in ENDS}
            between = [self._point(side, end) for end in WAYPOINTS if self._values(side, end)]
            if between or any(self._values(side, end) for end in ENDS):
                found[side] = points | self._origin(side, points)
            if between:
                found[side]["waypoints_mm"] = between
        return found

    def _origin(self, side: str, points: dict[str, Any]) -> dict[str, str]:
        """Whether these are the suggested ends, or moved from there."""
        suggested = self.cleaned_data.get("suggested")
        given = suggested.get(side) if isinstance(suggested, dict) else None
        if not isinstance(given, dict):
            return {}
        return {"origin": "suggested" if points == given else "moved"}

    def _values(self, side: str, end: str) -> list[float]:
        entered = (self.cleaned_data.get(f"{side}_{end}_{axis}") for axis in AXES)
        return [value for value in entered if value is not None]

    def _point(self, side: str, end: str) -> list[float] | None:
        values = self._values(side, end)
        return values if len(values) == len(AXES) else None


def _places() -> list[tuple[str, str, str]]:
    return [(side, end, axis) for side in SIDES for end in (*ENDS, *WAYPOINTS) for axis in AXES]


def _named(end: str) -> str:
    if end in ENDS:
        return str(ENDS[end])
    return gettext("Way-point %(number)s") % {"number": WAYPOINTS.index(end) + 1}


def _kept(points: Mapping[str, Any]) -> list[tuple[str, list[float]]]:
    """The points of one nerve as a measurement keeps them, each with its field's name."""
    between = zip(WAYPOINTS, points.get("waypoints_mm", ()), strict=False)
    return [*((end, points[f"{end}_mm"]) for end in ENDS), *between]
