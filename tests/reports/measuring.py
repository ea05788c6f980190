"""Services that ask for a measurement, for the table of `test_closed_scope.py`."""

from __future__ import annotations

from collections.abc import Callable

from imaging.models import Measurement, Series
from imaging.services import correcting, measurement, suggesting
from tests.api import scene


def _series(of: scene.Scene) -> Series:
    return Series.objects.get(participant=of.participant, sequence="t2_3d")


MEASURING: dict[str, Callable[[scene.Scene], object]] = {
    "imaging.services.measurement.ask_measurement": lambda of: measurement.ask_measurement(
        by=of.cast.analyst, series=_series(of), ends={}
    ),
    "imaging.services.correcting.correct_contours": lambda of: correcting.correct_contours(
        by=of.cast.analyst, measurement=Measurement.objects.get(series=_series(of)), outlines={},
        reason="x",
    ),
    "imaging.services.suggesting.ask_suggestion": lambda of: suggesting.ask_suggestion(
        by=of.cast.analyst, series=_series(of)
    ),
}  # fmt: skip
