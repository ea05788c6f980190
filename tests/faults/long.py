"""What `make faults` takes its time for, and continuous integration has none for."""

from __future__ import annotations

import os

import pytest

SECONDS = float(os.environ.get("FAULT_SECONDS", "15"))
LONG = SECONDS > 60
long_only = pytest.mark.skipif(not LONG, reason="takes its time: make faults")
