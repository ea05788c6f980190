"""When two reads agree, and which are read again."""

from __future__ import annotations

import pytest

from imaging.discrepancy import agreed, chosen_for_repeat, compared, differing
from tests.imaging.results import answers


@pytest.mark.parametrize(
    ("items", "changes", "found"),
    [
        (["nvc"], {}, []),
        (["nvc"], {"left_nvc": "no"}, ["left_nvc"]),
        (["nvc"], {"left_vessel": "pica"}, []),
        (["nvc", "vessel"], {"left_vessel": "pica"}, ["left_vessel"]),
        (["nvc"], {"left_nvc": "no", "right_nvc": "yes"}, ["left_nvc", "right_nvc"]),
        # Asked of one reader and not of the other.
        (["segment"], {"right_segment": "cp"}, ["right_segment"]),
    ],
)
def test_readers_are_compared_by_what_the_protocol_names(
    items: list[str], changes: dict[str, str], found: list[str]
) -> None:
    assert differing(answers(), answers(**changes), items) == found


def test_what_two_agree_on_is_what_was_compared() -> None:
    assert agreed(answers(), ["nvc"]) == {"left_nvc": "yes", "right_nvc": "no"}
    assert compared(["nvc", "segment"]) == [
        "left_nvc",
        "left_segment",
        "right_nvc",
        "right_segment",
    ]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_share_that_is_read_again_is_the_protocols(share: float) -> None:
    ids = [f"R-{number:08}" for number in range(4000)]
    chosen = [one for one in ids if chosen_for_repeat(seed="s", share=share, reading_id=one)]
    assert len(chosen) / len(ids) == pytest.approx(share, abs=0.03)


def test_who_has_the_seed_finds_the_same_reads_again() -> None:
    def chosen(seed: str) -> list[bool]:
        ids = (f"R-{number}" for number in range(200))
        return [chosen_for_repeat(seed=seed, share=0.5, reading_id=one) for one in ids]

    assert chosen("one") == chosen("one")
    assert chosen("one") != chosen("another")
