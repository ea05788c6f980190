"""All outcomes as one document, `outcomes/1`: plain values, each count under the key of its
records. Pure: the same rows, filters and design give the same document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reports.outcomes import agreement, diagnostic, flow, sizes
from reports.outcomes.baseline import baseline
from reports.outcomes.cells import Cells
from reports.outcomes.filters import Filters
from reports.outcomes.records import Row, masked, stripped
from reports.outcomes.units import Unit, reader_units_of, units_of

SCHEMA = "outcomes/1"
ALL = "all"


@dataclass(frozen=True)
class Design:
    """What the protocol says that outcomes rest on. `arms`: key and technique, in order."""

    arms: tuple[tuple[str, str], ...]
    reading_design: str
    randomised: bool
    controls: str
    severe_scale: str
    severe_at_least: int
    baseline_visit: str


@dataclass(frozen=True)
class Group:
    """Participants told apart by arm, or all of them."""

    key: str
    rows: Sequence[Row]
    units: Sequence[Unit]


def analyse(
    rows: Sequence[Row], filters: Filters, design: Design, *, blinded: bool
) -> dict[str, Any]:
    """The document. `blinded`: nothing in it is computed from an arm or a technique. Raises
    ValueError for a filter that picks out an arm although arms are withheld."""
    if blinded and filters.tells_arms:
        raise ValueError("Arms are withheld until the study is locked.")
    kept = [stripped(masked(row) if blinded else row) for row in rows if filters.keeps(row)]
    kept.sort(key=lambda row: row.number)
    cells = Cells()
    groups = list(_groups(kept, filters, design, blinded=blinded))
    return {
        "schema": SCHEMA,
        "blinded": blinded,
        "design": asdict(design) | {"arms": [list(arm) for arm in design.arms]},
        "filters": filters.chosen(),
        "groups": [group.key for group in groups],
        "flow": {
            "entrance": flow.entrance(cells, kept),
            "groups": [flow.arm(cells, g.key, g.rows, g.units) for g in groups],
        },
        "baseline": [baseline(cells, g.key, g.rows, design.baseline_visit) for g in groups],
        "diagnostic": _diagnostic(cells, kept, groups, filters, design, blinded=blinded),
        "agreement": {
            "readers": [agreement.between_readers(cells, g.key, g.rows) for g in groups],
            "within": [agreement.within_readers(cells, g.key, g.rows) for g in groups],
            "measurements": agreement.between_measurements(cells, kept),
        },
        "sizes": [{"key": g.key, "measures": sizes.by_side(cells, g.key, g.rows)} for g in groups],
        "severity": _severity(cells, kept, groups, design),
        "records": cells.records,
    }


def _groups(
    rows: Sequence[Row], filters: Filters, design: Design, *, blinded: bool
) -> Iterator[Group]:
    """Everybody, then each arm; while blinded, everybody alone."""
    technique = filters.technique
    yield Group(ALL, rows, units_of(rows, design.controls, technique))
    for arm, _technique in () if blinded else design.arms:
        if filters.arm in ("", arm):
            these = [row for row in rows if row.arm == arm]
            yield Group(arm, these, units_of(these, design.controls, technique))


def _diagnostic(
    cells: Cells,
    rows: Sequence[Row],
    groups: Sequence[Group],
    filters: Filters,
    design: Design,
    *,
    blinded: bool,
) -> dict[str, Any]:
    by_group = [diagnostic.accuracy(cells, group.key, group.units) for group in groups]
    found: dict[str, Any] = {"groups": by_group}
    found["readers"] = [
        diagnostic.readers(
            cells,
            group.key,
            reader_units_of(group.rows, design.controls, filters.technique, filters.reader),
        )
        for group in groups
    ]
    if blinded:
        return found | {"techniques": [], "between": None, "odds_ratio": None, "paired": None}
    techniques = [technique for _arm, technique in design.arms]
    every = units_of(rows, design.controls)
    found["techniques"] = [
        diagnostic.accuracy(cells, f"technique-{each}", [u for u in every if u.technique == each])
        for each in dict.fromkeys(techniques)
    ]
    two = len(by_group) == 3 and len(set(techniques)) == 2
    reads = reader_units_of(rows, design.controls)
    return found | {
        "between": diagnostic.between(by_group[2], by_group[1]) if two else None,
        "odds_ratio": diagnostic.odds_of_right(reads, techniques[1]) if two else None,
        "paired": diagnostic.paired(cells, every, techniques[1], techniques[0]) if two else None,
    }


def _severity(
    cells: Cells, rows: Sequence[Row], groups: Sequence[Group], design: Design
) -> dict[str, Any]:
    visit, scale = design.baseline_visit, design.severe_scale
    return {
        "visit": visit,
        "correlation": [
            {"key": g.key, "rows": sizes.against_severity(cells, g.key, g.rows, visit)}
            for g in groups
        ],
        "adjusted": {"scale": scale, "measures": sizes.adjusted(rows, visit, scale)},
        "roc": [
            {
                "key": g.key,
                "measures": sizes.roc(cells, g.key, g.rows, visit, scale, design.severe_at_least),
            }
            for g in groups
        ],
    }
