"""The form by which a series is sent to an archive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from imaging.models import Measurement, MeasurementState, Peer, Series
from imaging.services.archives import archives_of
from studysite.core.webforms import StudyForm


class _Archives(forms.ModelChoiceField):
    def label_from_instance(self, obj: Peer) -> str:
        """What the node is called, and its title."""
        return str(obj)


class _Measurements(forms.ModelChoiceField):
    def label_from_instance(self, obj: Measurement) -> str:
        """Which measurement it is."""
        return gettext("The images with the objects of measurement version %(n)s") % {
            "n": obj.version
        }


class SendForm(StudyForm):
    """Where a series goes, and what goes with it."""

    peer = _Archives(Peer.objects.none(), label=_("Archive"), empty_label=None)
    measurement = _Measurements(
        Measurement.objects.none(),
        label=_("What is sent"),
        required=False,
        empty_label=_("The images alone"),
        help_text=_("Everything goes as the study keeps it: without names, with moved dates."),
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        peer, measurement = self.fields["peer"], self.fields["measurement"]
        assert isinstance(peer, _Archives)
        assert isinstance(measurement, _Measurements)
        peer.queryset = archives_of(series.participant.site)
        measurement.queryset = series.measurements.filter(state=MeasurementState.MEASURED)

    @property
    def has_archive(self) -> bool:
        """Whether there is anywhere to send to."""
        field = self.fields["peer"]
        assert isinstance(field, _Archives)
        return bool(field.queryset is not None and field.queryset.exists())

    @property
    def chosen(self) -> dict[str, Any]:
        """What the service takes."""
        return {"peer": self.cleaned_data["peer"], "measurement": self.cleaned_data["measurement"]}
