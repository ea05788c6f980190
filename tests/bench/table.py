"""The benchmark's table: one row a scenario and method, then all scenarios together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.bench.race import OURS, Lap, rms

HEADER = (
    f"{'scenario':10} {'method':34} {'n':>3} {'bias%':>7} {'sd%':>6} {'rms%':>6} {'local%':>7}"
    f" {'seconds':>16} {'mean':>6} {'local':>6}  refused"
)


def together(laps: list[Lap]) -> list[Lap]:
    """Each method over all scenarios."""
    found = []
    for method in dict.fromkeys(lap.method for lap in laps):
        own = [lap for lap in laps if lap.method == method]
        found.append(
            Lap(
                "all",
                method,
                mean=[error for lap in own for error in lap.mean],
                local=[error for lap in own for error in lap.local],
                seconds=[second for lap in own for second in lap.seconds],
                refused=[reason for lap in own for reason in lap.refused],
            )
        )
    return found


def lines(laps: list[Lap]) -> Iterator[str]:
    """The table. The last two columns are each method's errors over ours."""
    yield HEADER
    every = laps + together(laps)
    ours = {lap.scenario: lap for lap in every if lap.method == OURS}
    for lap in every:
        yield _row(lap, ours[lap.scenario])


def _row(lap: Lap, ours: Lap) -> str:
    start = f"{lap.scenario:10} {lap.method:34} {len(lap.mean):3d}"
    if not lap.mean:
        return f"{start} refused: {lap.refused[0]}"
    bias, spread = 100 * np.mean(lap.mean), 100 * np.std(lap.mean)
    seconds = f"{np.median(lap.seconds):.2f} ({min(lap.seconds):.2f}-{max(lap.seconds):.2f})"
    if ours.mean:
        times = f"{rms(lap.mean) / rms(ours.mean):6.1f} {rms(lap.local) / rms(ours.local):6.1f}"
    else:
        times = " " * 13
    return (
        f"{start} {bias:+7.2f} {spread:6.2f} {100 * rms(lap.mean):6.2f} {100 * rms(lap.local):7.2f}"
        f" {seconds:>16} {times}  {len(lap.refused)}"
    )
