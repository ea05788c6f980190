"""Numbers as a reader sees them: fixed decimals, the standard deviation beside the value."""

from __future__ import annotations

from reports.case.nerve import Amount

ABSENT = "—"
MOST_DECIMALS = 4


def number(value: float | None, decimals: int) -> str:
    """A number with a true minus sign, or a dash where there is none."""
    if value is None:
        return ABSENT
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def amount(given: Amount | None, decimals: int) -> str:
    """Value ± SD. More decimals where the SD would otherwise read as nothing."""
    if given is None:
        return ABSENT
    if given.sd is None:
        return number(given.value, decimals)
    while given.sd > 0 and float(f"{given.sd:.{decimals}f}") == 0 and decimals < MOST_DECIMALS:
        decimals += 1
    return f"{number(given.value, decimals)} ± {number(given.sd, decimals)}"


def ratio(first: Amount | None, second: Amount | None) -> str:
    """One amount over another, with its standard deviation."""
    if first is None or second is None or not first.value or not second.value:
        return ABSENT
    return amount(first.over(second), 2)
