"""What lies around a path on an isotropic grid."""

from __future__ import annotations

import numpy as np

from .compiled import compiled
from .volume import Array


def distances(shape: tuple[int, ...], line: Array, reach: float) -> Array:
    """Distance of every grid point from the nearest of a line's points (n, 3), infinite beyond
    `reach`; in grid steps."""
    a, b, c = shape
    return np.asarray(_distances(a, b, c, np.ascontiguousarray(line), reach))


@compiled
def _distances(a: int, b: int, c: int, line: Array, reach: float) -> Array:
    found = np.full((a, b, c), np.inf)
    sizes = (a, b, c)
    low = np.empty(3, dtype=np.int64)
    high = np.empty(3, dtype=np.int64)
    for p in range(len(line)):
        for k in range(3):
            low[k] = max(int(np.ceil(line[p, k] - reach)), 0)
            high[k] = min(int(np.floor(line[p, k] + reach)), sizes[k] - 1)
        for i in range(low[0], high[0] + 1):
            for j in range(low[1], high[1] + 1):
                across = (i - line[p, 0]) ** 2 + (j - line[p, 1]) ** 2
                for k in range(low[2], high[2] + 1):
                    squared = across + (k - line[p, 2]) ** 2
                    if squared < found[i, j, k]:
                        found[i, j, k] = squared
    return np.where(found <= reach * reach, np.sqrt(found), np.inf)


@compiled
def means_about(
    values: Array, smooth: Array, away: Array, line: Array, radius: float, beside: float
) -> Array:
    """About each of a line's points (n, 3), within a radius: the mean of values, and the mean of
    smooth where `away` is over `beside` (of all of it where there is none), (n, 2). All (a, b, c),
    lengths in grid steps."""
    means = np.empty((len(line), 2))
    for p in range(len(line)):
        total = 0.0
        count = 0
        every = 0.0
        outer = 0.0
        outside = 0
        for i in range(
            max(int(np.ceil(line[p, 0] - radius)), 0),
            min(int(np.floor(line[p, 0] + radius)), values.shape[0] - 1) + 1,
        ):
            for j in range(
                max(int(np.ceil(line[p, 1] - radius)), 0),
                min(int(np.floor(line[p, 1] + radius)), values.shape[1] - 1) + 1,
            ):
                for k in range(
                    max(int(np.ceil(line[p, 2] - radius)), 0),
                    min(int(np.floor(line[p, 2] + radius)), values.shape[2] - 1) + 1,
                ):
                    squared = (i - line[p, 0]) ** 2 + (j - line[p, 1]) ** 2 + (k - line[p, 2]) ** 2
                    if squared > radius * radius:
                        continue
                    total += values[i, j, k]
                    every += smooth[i, j, k]
                    count += 1
                    if away[i, j, k] > beside:
                        outer += smooth[i, j, k]
                        outside += 1
        means[p, 0] = total / max(count, 1)
        means[p, 1] = outer / outside if outside else every / max(count, 1)
    return means
