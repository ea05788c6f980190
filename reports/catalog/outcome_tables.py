"""The outcomes' tables as rows of text, in the reader's language; counts lead to their records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from reports.catalog.amounts import ABSENT
from reports.catalog.sheet import Cell, Table, heads
from reports.outcomes import words

Doc = Mapping[str, Any]
# From the key of a count to the address of its records; nothing on paper.
Where = Callable[[str], str]


def count(given: Mapping[str, Any], where: Where) -> Cell:
    """A count, leading to whom it counted; nobody is nowhere to go."""
    return Cell(str(given["n"]), where(given["cell"]) if given["n"] else "")


def along(cells: Sequence[Cell], url: str = "") -> list[Cell]:
    """A row whose derived numbers lead where its first count does, or to `url`: they were computed
    from those records."""
    led = url or next((cell.url for cell in cells if cell.url), "")
    return [Cell(cell.text, led) if _is_derived(cell) else cell for cell in cells]


def _is_derived(cell: Cell) -> bool:
    """A mean, an estimate or a p value, as against a name, a count, or a reason for none."""
    return not cell.url and "." in cell.text and not cell.text.startswith(ABSENT)


def labels_of(doc: Doc) -> list[str]:
    """The groups' names, in the document's order."""
    return [words.group_label(key) for key in doc["groups"]]


def accuracy_counts(doc: Doc, where: Where, name: str = "groups") -> Table:
    """The table of four of each group, and what stands beside it."""
    groups = doc["diagnostic"][name]
    rows = [
        [
            Cell(words.group_label(group["key"])),
            count(group["operated"], where),
            count(group["controls"], where),
            *(count(each, where) for each in group["table"].values()),
        ]
        for group in groups
    ]
    names = [words.table_label(each) for each in groups[0]["table"]] if groups else []
    columns = [_("Group"), _("Operated sides"), _("Control sides"), *names]
    return Table(_("Sides with a reference, by what was read"), heads(columns), rows)


def accuracy(doc: Doc, where: Where, name: str = "groups") -> Table:
    """Every quantity with its exact interval, a column a group."""
    groups = doc["diagnostic"][name]
    urls = [where(group["units"]["cell"]) for group in groups]

    def led(said: Sequence[str]) -> list[Cell]:
        return [along([Cell(one)], url)[0] for one, url in zip(said, urls, strict=True)]

    rows = []
    for quantity in groups[0]["estimates"] if groups else ():
        ratio = quantity.endswith("ratio")
        for how in ("exact", "wilson"):
            if how == "wilson" and ratio:
                continue
            found = [group["estimates"][quantity][how] for group in groups]
            method = (
                _("exact") if how == "exact" and not ratio else _("log method")
                if ratio else _("Wilson")
            )  # fmt: skip
            said = [words.plain(one) if ratio else words.share(one) for one in found]
            rows.append([Cell(words.estimate_label(quantity)), Cell(method), *led(said)])
    for quantity in ("sensitivity", "specificity"):
        found = [group["indeterminate_as_wrong"][quantity]["exact"] for group in groups]
        label = _("%(quantity)s, indeterminate counted as wrong") % {
            "quantity": words.estimate_label(quantity)
        }
        rows.append([Cell(label), Cell(_("exact")), *led([words.share(one) for one in found])])
    columns = [_("Quantity"), _("Interval"), *(words.group_label(g["key"]) for g in groups)]
    return Table(
        _("Diagnostic accuracy with its intervals (95 %)"),
        heads(columns, numbers_from=2),
        rows,
        note=_(
            "Exact: Clopper and Pearson. Predictive values hold for this sample's share of "
            "compressions alone."
        ),
    )


def parts(doc: Doc, where: Where, part: str) -> Table:
    """Sensitivity by kind of vessel, or by segment, as surgery found them."""
    label = words.vessel_label if part == "vessels" else words.segment_label
    rows = [
        along(
            [
                Cell(label(row["value"])),
                Cell(words.group_label(group["key"])),
                count(row["units"], where),
                count(row["read"], where),
                count(row["found"], where),
                Cell(words.share(row["sensitivity"]["exact"])),
            ]
        )
        for group in doc["diagnostic"]["groups"]
        for row in group[part]
    ]
    titles = {
        "vessels": _("Sensitivity by kind of vessel"),
        "segments": _("Sensitivity by segment"),
    }
    columns = [
        _("Found at surgery"),
        _("Group"),
        _("Sides"),
        _("Read"),
        _("Found by reading"),
        _("Sensitivity (exact)"),
    ]
    return Table(titles[part], heads(columns, numbers_from=2), rows, _("No compression was found."))


def readers(doc: Doc, where: Where) -> Table:
    """Single readers, and all of them with each patient as a cluster."""
    rows = []
    for group in doc["diagnostic"]["readers"]:
        label = words.group_label(group["key"])
        for reader in group["readers"]:
            cells = []
            for quantity in ("sensitivity", "specificity"):
                found = reader[quantity]
                estimate = Cell(words.share(found["exact"]))
                cells += [
                    count(found["right"], where),
                    *along([count(found["units"], where), estimate]),
                ]
            rows.append([Cell(reader["reader"]), Cell(label), *cells])
        if group["readers"]:
            pooled = [words.share(group["pooled"][q]) for q in ("sensitivity", "specificity")]
            cells = [
                Cell(_("All readers")), Cell(label), Cell(ABSENT), Cell(ABSENT), Cell(pooled[0]),
                Cell(ABSENT), Cell(ABSENT), Cell(pooled[1]),
            ]  # fmt: skip
            rows.append(along(cells, where(f"accuracy.{group['key']}.units")))
    columns = [
        _("Reader"), _("Group"), _("Right, compression"), _("Sides with compression"),
        _("Sensitivity"), _("Right, no compression"), _("Sides without"), _("Specificity"),
    ]  # fmt: skip
    return Table(
        _("Single readers against the reference"),
        heads(columns, numbers_from=2),
        rows,
        _("No locked read of a side with a reference."),
        note=_(
            "All readers: the sides and readers of one patient are a cluster; Wilson's interval at "
            "the effective number of answers."
        ),
    )


def comparisons(doc: Doc, where: Where) -> Table:
    """Between the arms, and between the techniques on the same sides."""
    found, rows = doc["diagnostic"], []
    between, paired = found["between"], found["paired"]
    everybody = where(found["groups"][0]["units"]["cell"])
    if between:
        for quantity, row in between["measures"].items():
            rows.append(
                along(
                    [
                        Cell(words.estimate_label(quantity)),
                        Cell(
                            _("%(first)s less %(second)s")
                            % {
                                "first": words.group_label(between["first"]),
                                "second": words.group_label(between["second"]),
                            }
                        ),
                        Cell(words.share(row["difference"])),
                        Cell(words.p_label(row["test"])),
                    ],
                    everybody,
                )
            )
    if paired and any(_pairs(row) for row in paired["measures"].values()):
        for quantity, row in paired["measures"].items():
            said = _("Same sides in both techniques (n = %(n)d)") % {"n": _pairs(row)}
            rows.append(
                along(
                    [
                        Cell(words.estimate_label(quantity)),
                        Cell(said),
                        Cell(words.share(row["difference"])),
                        Cell(words.p_label(row["test"])),
                    ],
                    everybody,
                )
            )
    columns = [_("Quantity"), _("Compared"), _("Difference, interval (95 %)"), _("Test")]
    return Table(
        _("Differences"),
        heads(columns, numbers_from=2),
        rows,
        _("There are not two arms to compare."),
        note=_("Between arms: Newcombe's interval. Paired: Newcombe's paired interval."),
    )


def _pairs(row: Mapping[str, Any]) -> int:
    return sum(each["n"] for each in row["pairs"].values())
