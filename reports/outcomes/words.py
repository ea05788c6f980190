"""The words of the outcomes, in the reader's language: the document itself has keys alone."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from enrollment.crfs.code_lists import SEGMENTS
from enrollment.models.participant import Sex, Side
from enrollment.protocol.loader import current
from reports.catalog.amounts import ABSENT, number

PERCENT = 100


def group_label(key: str) -> str:
    """A group of participants: all, or those of an arm."""
    if key == "all":
        return _("All")
    if key.startswith("technique-"):
        return technique_label(key.removeprefix("technique-"))
    arms = {arm.key: arm.label for arm in current().arms}
    return arms.get(key, key)


def technique_label(technique: str) -> str:
    """The parts of a technique by their short names."""
    return technique.upper().replace("+", " + ") or ABSENT


def measure_label(measure: str) -> str:
    """A measure of the nerve with its unit."""
    return {
        "csa_mean_mm2": _("Mean CSA, mm²"),
        "csa_min_mm2": _("Minimum CSA, mm²"),
        "csa_rez_mm2": _("CSA at the root entry zone, mm²"),
        "volume_mm3": _("Volume, mm³"),
    }[measure]


def scale_label(scale: str) -> str:
    """A severity scale."""
    return {
        "smc": _("SMC grade"),
        "cohen_albert": _("Cohen–Albert grade"),
        "jrs": _("JRS, severity and frequency"),
    }[scale]


def estimate_label(name: str) -> str:
    """A quantity of diagnostic accuracy."""
    return {
        "sensitivity": _("Sensitivity"),
        "specificity": _("Specificity"),
        "positive_predictive_value": _("Positive predictive value"),
        "negative_predictive_value": _("Negative predictive value"),
        "positive_likelihood_ratio": _("Positive likelihood ratio"),
        "negative_likelihood_ratio": _("Negative likelihood ratio"),
        "accuracy": _("Accuracy"),
    }[name]


def reason_label(reason: str) -> str:
    """Why an estimate does not exist."""
    return {
        "no_units": _("nobody to compute it from"),
        "empty_group": _("one of the groups is empty"),
        "over_nothing": _("a ratio over nothing"),
        "zero_cell": _("no interval with a count of zero"),
        "one_cluster": _("one participant alone"),
        "one_reader_one_category": _("one reader always says the same"),
        "one_category": _("everybody has the same answer"),
        "always_or_never": _("always right, or never: there are no odds"),
        "too_few": _("too few to compute it"),
        "no_variation": _("no variation to compute it from"),
        "complete_separation": _("the groups do not overlap: there is no interval"),
        "not_converged": _("the model does not converge"),
        "unstable": _("no interval: too many samples have no value"),
        "undefined": _("it has no value"),
    }.get(reason, reason)


def vessel_label(kind: str) -> str:
    """A kind of vessel."""
    return {"artery": _("Artery"), "vein": _("Vein")}.get(kind, _("Other, or more than one"))


def segment_label(segment: str) -> str:
    """A segment of the nerve."""
    return {code.value: code.label for code in SEGMENTS}.get(segment, segment)


def value_label(name: str, value: str) -> str:
    """A value of a baseline characteristic."""
    choices: Any = {"sex": Sex, "affected": Side, "affected_side": Side}[name]
    return str(dict(choices.choices).get(value, value or ABSENT))


def table_label(name: str) -> str:
    """A count of the table of four, or beside it."""
    return {
        "true_positive": _("Read yes, compression"),
        "false_positive": _("Read yes, no compression"),
        "false_negative": _("Read no, compression"),
        "true_negative": _("Read no, no compression"),
        "indeterminate": _("Indeterminate read"),
        "missing": _("Missing read"),
    }[name]


def share(estimate: dict[str, Any]) -> str:
    """A proportion with its interval, in percent; else why there is none."""
    return _written(estimate, PERCENT, 1, "%")


def plain(estimate: dict[str, Any], decimals: int = 2) -> str:
    """Any other estimate with its interval."""
    return _written(estimate, 1, decimals, "")


def _written(estimate: dict[str, Any], times: int, decimals: int, unit: str) -> str:
    value, low, high = (estimate[name] for name in ("value", "low", "high"))
    if value is None:
        return f"{ABSENT} ({reason_label(estimate['reason'])})"
    text = f"{number(value * times, decimals)}{unit}"
    if low is None or high is None:
        why = reason_label(estimate["reason"])
        return f"{text} ({why})" if why else text
    separator = _("%(low)s to %(high)s") % {
        "low": number(low * times, decimals),
        "high": number(high * times, decimals),
    }
    return f"{text} ({separator})"


def p_label(test: dict[str, Any]) -> str:
    """A p value with the name of its test."""
    if test["p"] is None:
        return f"{ABSENT} ({reason_label(test['reason'])})"
    p = "< 0.001" if test["p"] < 0.001 else f"= {test['p']:.3f}"
    return _("p %(p)s, %(test)s") % {"p": p, "test": test_label(test["method"])}


def test_label(method: str) -> str:
    """The name of a test."""
    return {
        "Fisher's exact test": _("Fisher's exact test"),
        "exact McNemar test": _("exact McNemar test"),
        "Wilcoxon signed-rank test": _("Wilcoxon signed-rank test"),
        "Spearman": _("Spearman's test"),
    }.get(method, method)


def side_of(record: str) -> str:
    """The side that a record names, in words; nothing where it names none."""
    side = record.partition("/")[2]
    return str(Side(side).label) if side else ""
