"""The cast of one site and cases on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from enrollment.models import Participant
from tests.reports import factory


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page that a test opens in Chinese leaves the thread in Chinese."""
    with translation.override("en"):
        yield


@pytest.fixture
def cast(db: None) -> factory.Cast:
    return factory.make_cast()


@pytest.fixture
def finished(cast: factory.Cast) -> Participant:
    return factory.finished(cast)
