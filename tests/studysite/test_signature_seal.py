"""A signature holds for what was signed, by whom, and for nothing else: any change shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studysite.core.models import Signature, User
from studysite.core.signing import Standing, seal_of, standing

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
FIELDS = {
    "subject": WORDS,
    "kind": WORDS,
    "content_sha256": DIGESTS,
    "meaning": WORDS,
    "printed_name": WORDS,
    "at": MOMENTS,
}


@st.composite
def signatures(draw: st.DrawFn) -> Signature:
    """Somebody's sealed signature under something."""
    row = Signature(**{name: draw(values) for name, values in FIELDS.items()})
    row.by = User(pk=1, username=draw(WORDS))
    row.seal = seal_of(row)
    return row


@given(signatures())
def test_what_was_signed_is_valid_as_long_as_it_is_the_same(row: Signature) -> None:
    assert standing(row, row.content_sha256) is Standing.VALID
    other = row.content_sha256[::-1] + "0"
    assert standing(row, other) is Standing.CONTENT_CHANGED


@given(signatures(), st.sampled_from(sorted(FIELDS)), st.data())
def test_any_other_word_of_it_makes_it_no_signature(
    row: Signature, name: str, data: st.DataObject
) -> None:
    value = data.draw(FIELDS[name].filter(lambda each: each != getattr(row, name)))
    setattr(row, name, value)
    assert standing(row, row.content_sha256) is Standing.NOT_GENUINE


@given(signatures(), WORDS)
def test_nobody_signs_for_another(row: Signature, username: str) -> None:
    row.by = User(pk=1, username=username + "x" if username == row.by.username else username)
    assert standing(row, row.content_sha256) is Standing.NOT_GENUINE


@given(signatures(), st.integers(0, 63))
def test_a_seal_is_not_guessed_from_another(row: Signature, place: int) -> None:
    digit = "0" if row.seal[place] != "0" else "1"
    row.seal = row.seal[:place] + digit + row.seal[place + 1 :]
    assert standing(row, row.content_sha256) is Standing.NOT_GENUINE


def test_the_moment_counts_to_the_microsecond_and_in_any_zone() -> None:
    row = Signature(subject="XA-001", kind="case", content_sha256="0" * 64, meaning="m")
    row.at, row.by = datetime(2026, 3, 5, 9, 12, 0, 1, tzinfo=UTC), User(pk=1, username="wang")
    row.seal = seal_of(row)
    row.at += timedelta(microseconds=1)
    assert standing(row, row.content_sha256) is Standing.NOT_GENUINE


def test_another_key_opens_no_seal(settings: pytest.FixtureRequest, tmp_path: object) -> None:
    row = Signature(subject="XA-001", kind="case", content_sha256="0" * 64, meaning="m")
    row.at, row.by = datetime(2026, 3, 5, tzinfo=UTC), User(pk=1, username="wang")
    row.seal = seal_of(row)
    settings.SIGNATURE_KEY_FILE = tmp_path / "another"  # type: ignore[attr-defined,operator]
    assert standing(row, row.content_sha256) is Standing.NOT_GENUINE
