"""Permuted blocks of random size, drawn from a seed: the same seed gives the same bytes for ever.

The stream of numbers is SHA-256 in counter mode with rejection, written here, because a library's
generator may change. Pure: a design and a seed in, a list out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import reduce
from math import gcd

ALGORITHM = "permuted-blocks-sha256/1"
WORD = 2**64


@dataclass(frozen=True)
class Design:
    """What a list is drawn for. Arms come with their targets; `slots` counts those of a stratum."""

    arms: tuple[tuple[str, int], ...]
    strata: tuple[str, ...]
    block_sizes: tuple[int, ...]
    slots: int

    @property
    def unit(self) -> tuple[str, ...]:
        """The shortest run of arms in the ratio of the targets."""
        divisor = reduce(gcd, (target for _arm, target in self.arms))
        return tuple(arm for arm, target in self.arms for _ in range(target // divisor))


@dataclass(frozen=True)
class Slot:
    """One place of the list. Positions count from 1 in each stratum."""

    stratum: str
    position: int
    arm: str


def faults(design: Design) -> list[str]:
    """What keeps a design from being drawn, in sentences."""
    found = []
    if not design.strata or len(set(design.strata)) != len(design.strata):
        found.append("The allocation needs strata, each named once.")
    unit = len(design.unit)
    if len(set(design.block_sizes)) < 2:
        found.append("Blocks of random size need at least two sizes.")
    if any(size < 1 or size % unit for size in design.block_sizes):
        found.append(f"Each size of a block must be a multiple of {unit}, the ratio of the arms.")
    if design.slots < 1:
        found.append("The allocation needs at least one slot in each stratum.")
    return found


def draw(seed: bytes, design: Design) -> tuple[Slot, ...]:
    """The list: in each stratum block after block, each shuffled, until the slots are filled."""
    return tuple(
        Slot(stratum, position, arm)
        for stratum in design.strata
        for position, arm in enumerate(_arms(_numbers(seed, stratum), design), start=1)
    )


def written(seed: bytes, design: Design) -> bytes:
    """The list as the bytes that are sealed. The seed is among them, so that their digest, which is
    public, cannot be tried against the few lists that are possible."""
    content = {
        "algorithm": ALGORITHM,
        "seed": seed.hex(),
        "design": asdict(design),
        "slots": [[slot.stratum, slot.position, slot.arm] for slot in draw(seed, design)],
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def read(content: bytes) -> dict[tuple[str, int], str]:
    """The arm of each slot of a written list."""
    return {(str(row[0]), int(row[1])): str(row[2]) for row in json.loads(content)["slots"]}


def drawn_again(content: bytes) -> bytes:
    """The list drawn anew from the seed and the design that a written one names."""
    told = json.loads(content)
    design = told["design"]
    arms = tuple((str(arm), int(target)) for arm, target in design["arms"])
    again = Design(arms, tuple(design["strata"]), tuple(design["block_sizes"]), design["slots"])
    return written(bytes.fromhex(told["seed"]), again)


def _arms(numbers: Iterator[int], design: Design) -> list[str]:
    arms: list[str] = []
    while len(arms) < design.slots:
        size = design.block_sizes[_below(numbers, len(design.block_sizes))]
        block = list(design.unit) * (size // len(design.unit))
        for last in range(len(block) - 1, 0, -1):
            other = _below(numbers, last + 1)
            block[last], block[other] = block[other], block[last]
        arms += block
    return arms[: design.slots]


def _numbers(seed: bytes, stratum: str) -> Iterator[int]:
    """Words of 64 bits, each stratum's own."""
    key = hashlib.sha256(seed + b"\0" + stratum.encode()).digest()
    counter = 0
    while True:
        block = hashlib.sha256(key + counter.to_bytes(8, "big")).digest()
        yield from (int.from_bytes(block[at : at + 8], "big") for at in range(0, 32, 8))
        counter += 1


def _below(numbers: Iterator[int], count: int) -> int:
    """A number below `count`, each as likely as another: what would favour some is thrown away."""
    fair = WORD - WORD % count
    return next(number for number in numbers if number < fair) % count
