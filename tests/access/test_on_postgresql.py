"""The table of access and the two worlds on PostgreSQL: of the roles with most to hide and most to
see. All of them: `python -m tests.on_postgresql tests/access tests/api`."""

from __future__ import annotations

import pytest

from tests.on_postgresql import run

pytestmark = pytest.mark.slow
CHOSEN = (
    "tests/access/test_matrix.py",
    "tests/access/test_two_worlds.py",
    "tests/api/test_access.py",
    "tests/api/test_blinding.py",
)
WORDS = (
    "(own_site and reader) or (another_site and monitor) or (two_worlds and reader) or "
    "two_worlds_differ"
)


def test_who_may_open_what_and_what_is_blinded_is_the_same(postgres_url: str) -> None:
    ran = run(postgres_url, [*CHOSEN, "-k", WORDS])
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout
