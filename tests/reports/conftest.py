"""The cast of one site and cases on the way."""

from __future__ import annotations

import pytest

from enrollment.models import Participant
from tests.reports import factory


@pytest.fixture
def cast(db: None) -> factory.Cast:
    return factory.make_cast()


@pytest.fixture
def finished(cast: factory.Cast) -> Participant:
    return factory.finished(cast)
