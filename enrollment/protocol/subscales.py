"""Which items make which subscale of the HFS-30: the site enters them from its licensed copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


def faults(subscales: Mapping[str, tuple[int, ...]], items: set[str]) -> list[str]:
    """What is wrong with the subscales of a protocol file, by the items of the severity form."""
    found = []
    for key, numbers in subscales.items():
        if f"hfs_30_{key}" not in items or key.isdecimal():
            found.append(f"The HFS-30 has no subscale {key}.")
        for number in numbers:
            if type(number) is not int or f"hfs_30_{number}" not in items:
                found.append(f"The HFS-30 has no item {number}.")
    named = Counter(number for numbers in subscales.values() for number in numbers)
    if any(count > 1 for count in named.values()):
        found.append("An item of the HFS-30 belongs to one subscale.")
    return found
