"""The outcomes' figures: each drawn twice, with links for the page and without for paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from reports.catalog import outcome_flow_tables as flow_tables
from reports.catalog.amounts import number
from reports.catalog.outcome_tables import Doc, Where
from reports.catalog.plots import forest, points, roc, stard
from reports.catalog.plots.frame import Links
from reports.catalog.sheet import Figure
from reports.outcomes import words

Draw = Callable[[Links], str]
PLOTTED = "csa_mean_mm2"


def _figure(name: str, alt: str, caption: str, draw: Draw, links: Links) -> Figure:
    on_page = mark_safe(draw(links)) if links else ""
    return Figure(name, on_page, draw(None).encode(), alt, caption)


def participant(record: str) -> str:
    """Where a subject number, or a side of one, leads."""
    return reverse("enrollment:participant", args=[record.partition("/")[0]])


def _people(where: Where | None) -> Links:
    return participant if where else None


def flow(doc: Doc, where: Where | None) -> Figure:
    """The STARD diagram."""
    entrance = doc["flow"]["entrance"]

    def line(name: str, found: Mapping[str, Any]) -> stard.Count:
        return stard.Count(flow_tables.flow_label(name), found["n"], found["cell"])

    out = [line("screen_failed", entrance["screen_failed"])]
    out += [
        stard.Count(row["criterion"], row["n"], row["cell"]) for row in entrance["by_criterion"]
    ]
    out += [line(name, entrance[name]) for name in ("left_before", "on_the_way")]
    trunk = [
        (stard.Box([line("screened", entrance["screened"])]), stard.Box(out)),
        (stard.Box([line("enrolled", entrance["enrolled"])]), None),
    ]
    arms = [g for g in doc["flow"]["groups"] if g["key"] != "all"] or doc["flow"]["groups"]
    columns = [
        ("" if group["key"] == "all" else words.group_label(group["key"]), _boxes(group, line))
        for group in arms
    ]
    label = _("Flow of participants and of nerve sides (STARD)")
    return _figure(
        "flow",
        label,
        label,
        lambda links: stard.draw(trunk, columns, label, links),
        where,
    )


def _boxes(group: Mapping[str, Any], line: Callable[..., stard.Count]) -> list[stard.Box]:
    people, sides = group["people"], group["sides"]
    return [
        stard.Box([line(name, people[name]) for name in ("enrolled", "left", "revoked")]),
        stard.Box([line(name, people[name]) for name in ("scanned", "measured", "refused")]),
        stard.Box([line("read", people["read"])]),
        stard.Box(
            [line(n, people[n]) for n in ("operated", "not_operated", "no_surgery_recorded")]
        ),
        stard.Box([line(n, sides[n]) for n in ("with_reference", "indeterminate", "missing")]),
        stard.Box([line("analysed", sides["analysed"])]),
    ]


def accuracy(doc: Doc, where: Where | None) -> Figure:
    """Sensitivity, specificity and accuracy of every group."""
    lines = []
    for quantity, cell in (
        ("sensitivity", "true_positive"),
        ("specificity", "true_negative"),
        ("accuracy", "units"),
    ):
        for shape, group in enumerate(doc["diagnostic"]["groups"]):
            found = group["estimates"][quantity]["exact"]
            key = group["units"] if cell == "units" else group["table"][cell]
            lines.append(
                forest.Line(
                    f"{words.estimate_label(quantity)}, {_short(group['key'])}",
                    words.share(found),
                    found["value"],
                    found["low"],
                    found["high"],
                    shape,
                    key["cell"] if key["n"] else "",
                )
            )
    label = _("Diagnostic accuracy against surgery")
    caption = _("Value with its exact interval (95 %); the shape of the mark tells the group.")
    axis = _("Percent")
    return _figure(
        "accuracy", label, caption, lambda links: forest.draw(lines, label, axis, links), where
    )


def _short(key: str) -> str:
    return words.group_label(key).partition(" (")[0].partition("（")[0]


def sides(doc: Doc, where: Where | None) -> Figure:
    """Mean CSA of both sides of each participant."""
    arms, pairs = _arms(doc["sizes"]), []
    for place, group in enumerate(arms):
        found = next(row for row in group["measures"] if row["measure"] == PLOTTED)
        for record, affected, unaffected in found["points"]:
            title = _("%(number)s: unaffected %(first)s, affected %(second)s mm²") % {
                "number": record,
                "first": number(unaffected, 2),
                "second": number(affected, 2),
            }
            pairs.append((record, unaffected, affected, title, place))
    label = _("Mean CSA of the unaffected and the affected side")
    caption = _("One line a participant; dashed where the affected side is the larger one.")
    names = (_("Unaffected"), _("Affected"), words.measure_label(PLOTTED))
    groups = [_short(group["key"]) for group in arms]
    return _figure(
        "sides",
        label,
        caption,
        lambda links: points.sides(pairs, label, names, groups, links),
        _people(where),
    )


def severity(doc: Doc, where: Where | None) -> Figure:
    """Mean CSA of the affected side against the scale by which a spasm is severe."""
    scale = doc["severity"]["adjusted"]["scale"]
    arms, dots = _arms(doc["severity"]["correlation"]), []
    for place, group in enumerate(arms):
        found = next(r for r in group["rows"] if (r["scale"], r["measure"]) == (scale, PLOTTED))
        for record, size, grade in found["points"]:
            title = _("%(number)s: %(size)s mm², grade %(grade)s") % {
                "number": record,
                "size": number(size, 2),
                "grade": number(grade, 0),
            }
            dots.append(points.Point(record, size, grade, title, place))
    label = _("Mean CSA of the affected side and severity before treatment")
    caption = _("One mark a participant; marks in one place lie beside each other.")
    axes = (words.measure_label(PLOTTED), words.scale_label(scale))
    groups = [_short(group["key"]) for group in arms]
    return _figure(
        "severity",
        label,
        caption,
        lambda links: points.scatter(dots, label, axes, groups, links),
        _people(where),
    )


def curves(doc: Doc, where: Where | None) -> Figure:
    """ROC curves of every measure, of everybody."""
    found = doc["severity"]["roc"][0]["measures"]
    lines = [
        roc.Curve(
            f"{_name(row['measure'])}: {words.plain(row['area'])}",
            row["curve"],
            row["severe"]["cell"] if row["severe"]["n"] else "",
        )
        for row in found
    ]
    label = _("ROC curves for a severe spasm")
    caption = _("A smaller nerve is taken for the more severe spasm; areas with DeLong's interval.")
    axes = (_("False-positive rate"), _("True-positive rate"))
    return _figure("roc", label, caption, lambda links: roc.draw(lines, label, axes, links), where)


def repeats(doc: Doc, where: Where | None) -> Figure:
    """Bland and Altman's plot of the mean CSA measured twice."""
    found = next(r for r in doc["agreement"]["measurements"] if r["measure"] == PLOTTED)
    dots = [
        points.Point(
            record,
            (first + second) / 2,
            first - second,
            f"{record}: {number(first, 2)}, {number(second, 2)} mm²",
        )
        for record, first, second in found["points"]
    ]
    limits = tuple(found[name]["value"] for name in ("lower", "bias", "upper"))
    label = _("First less newest measurement of the mean CSA")
    caption = _("Solid: the mean difference; dashed: the limits of agreement.")
    axes = (_("Mean of both, mm²"), _("Difference, mm²"))
    return _figure(
        "repeats",
        label,
        caption,
        lambda links: points.agreement(dots, label, axes, (limits[0], limits[1], limits[2]), links),
        _people(where),
    )


def _arms(groups: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The arms, or everybody where arms are not told apart."""
    return [group for group in groups if group["key"] != "all"] or groups


def _name(measure: str) -> str:
    """A measure without its unit."""
    return words.measure_label(measure).replace("，", ", ").rpartition(", ")[0]
