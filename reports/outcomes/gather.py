"""Rows for the outcomes from the database, in a fixed number of queries for any study. Of a
measurement its few numbers are fetched, never its profile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from enrollment.journey import WAY, State
from enrollment.models import Enrolment, FormEntry, Participant, ScreenFailure, Withdrawal
from enrollment.models.forms import EntryState
from enrollment.partial_date import PartialDate
from enrollment.protocol.definition import Protocol
from enrollment.protocol.outcome_plan import SEVERITY_SCORES
from enrollment.usable import DATA, IMAGES, in_main_analysis, usable
from imaging.models import Adjudication, Measurement, MeasurementState, Read
from reports.outcomes.analysis import Design
from reports.outcomes.records import MEASURES, SIDES, Row, Surgery, Verdict
from reports.outcomes.records import Read as ReadRow

DAYS_A_YEAR = 365.25
Rows = QuerySet[Participant]


def technique_of(techniques: Iterable[str]) -> str:
    """The parts of a technique as one word."""
    return "+".join(techniques)


def design_of(protocol: Protocol) -> Design:
    """What the outcomes take from the protocol."""
    visits = [v.key for v in protocol.visits if "severity" in v.forms and not v.unscheduled]
    return Design(
        arms=tuple((arm.key, technique_of(arm.techniques)) for arm in protocol.arms),
        reading_design=protocol.reading_design,
        randomised=protocol.allocation.randomised,
        controls=protocol.outcomes.controls,
        severe_scale=protocol.outcomes.severe_scale,
        severe_at_least=protocol.outcomes.severe_at_least,
        baseline_visit=visits[0] if visits else "",
    )


def rows_of(people: Rows, protocol: Protocol) -> list[Row]:
    """One row each of these participants, by number."""
    parts = _Parts(people, protocol)
    columns = ("pk", "number", "site__code", "state", "screened_on", "year_of_birth", "sex",
               "affected_side", "onset")  # fmt: skip
    return [parts.row(*values) for values in people.order_by("number").values_list(*columns)]


class _Parts:
    """What belongs to each participant, by primary key."""

    def __init__(self, people: Rows, protocol: Protocol) -> None:
        mine = people.order_by().values("pk")
        self.techniques = {a.key: technique_of(a.techniques) for a in protocol.arms}
        self.arms = dict(
            Enrolment.objects.filter(participant__in=mine).values_list("participant", "arm")
        )
        leaving = Withdrawal.objects.filter(participant__in=mine)
        self.left = {
            pk: (kind, reached)
            for pk, kind, reached in leaving.values_list("participant", "kind", "left_in_state")
        }
        self.data = set(usable(people, DATA).values_list("pk", flat=True))
        self.images = set(usable(people, IMAGES).values_list("pk", flat=True))
        self.main = set(in_main_analysis(people).values_list("pk", flat=True))
        failures = ScreenFailure.objects.filter(participant__in=mine)
        self.failed = dict(failures.values_list("participant", "criteria"))
        self.surgery, self.severity = _forms(mine)
        self.reads, self.again, self.open = _reads(mine)
        self.verdicts = _verdicts(mine)
        self.sizes, self.measured = _measurements(mine)

    def row(
        self, pk: int, number: str, site: str, state: str, screened_on: date, born: int,
        sex: str, affected: str, onset: str,
    ) -> Row:  # fmt: skip
        """One participant."""
        kind, left_in = self.left.get(pk, ("", ""))
        reached = left_in or state
        arm = self.arms.get(pk, "")
        failed = self.failed.get(pk) or {}
        nerves, repeats = self.sizes.get(pk, ({}, {}))
        return Row(
            number=number, site=site, reached=reached, arm=arm,
            technique=self.techniques.get(arm, ""), enrolled=pk in self.arms, left=kind,
            failed=(*failed.get("failed", ()), *failed.get("unknown", ())),
            data_may_stay=pk in self.data, images_may_stay=pk in self.images,
            left_out=pk in self.data and pk not in self.main,
            screened_on=screened_on.isoformat(), sex=sex, affected=affected,
            age=screened_on.year - born, duration=_years(onset, screened_on),
            scanned=_at_least(reached, State.SCANNED), measurement=self.measured.get(pk, ""),
            reads_open=self.open.get(pk, 0), reads=tuple(self.reads.get(pk, ())),
            again=tuple(self.again.get(pk, ())), verdicts=self.verdicts.get(pk, ()),
            surgery=self.surgery.get(pk), nerves=nerves, repeats=repeats,
            severity=self.severity.get(pk, {}),
        )  # fmt: skip


def _at_least(reached: str, step: State) -> bool:
    order = [state.value for state in WAY]
    return reached in order and order.index(reached) >= order.index(step.value)


def _years(onset: str, until: date) -> float | None:
    """From the middle of the onset as written; None where it is not known."""
    try:
        written = PartialDate.parse(onset)
    except ValueError:
        return None
    middle = written.earliest + (written.latest - written.earliest) / 2
    return round((until - middle).days / DAYS_A_YEAR, 2)


def _forms(mine: Any) -> tuple[dict[int, Surgery], dict[int, dict[str, Any]]]:
    """Surgical findings, and severity scores by visit and scale."""
    forms = ("surgical_finding", "severity")
    entries = FormEntry.objects.filter(
        participant__in=mine, form__in=forms, state=EntryState.SUBMITTED
    )
    surgery: dict[int, Surgery] = {}
    severity: dict[int, dict[str, Any]] = defaultdict(dict)
    found = entries.order_by("pk").values_list("participant", "form", "visit", "answers")
    for pk, form, visit, answers in found.iterator(chunk_size=500):
        if form == "surgical_finding":
            surgery[pk] = _surgery(answers)
        else:
            severity[pk][visit] = _scores(answers)
    return surgery, dict(severity)


def _surgery(answers: dict[str, Any]) -> Surgery:
    names = ("side", "compression", "vessel", "segment")
    said = {name: str(answers.get(name) or "") for name in names}
    return Surgery(answers.get("operated") == "yes", **said)


def _scores(answers: dict[str, Any]) -> dict[str, float]:
    given = {scale: answers.get(item) for scale, item in SEVERITY_SCORES.items()}
    return {scale: float(score) for scale, score in given.items() if score not in (None, "")}


def _nvc(answers: dict[str, Any]) -> dict[str, str]:
    return {side: str(answers.get(f"{side}_nvc") or "") for side in SIDES}


Reads = dict[int, list[ReadRow]]


def _reads(mine: Any) -> tuple[Reads, Reads, dict[int, int]]:
    """Locked reads, those of cases that their reader read once more, and how many are open."""
    done: Reads = defaultdict(list)
    again: Reads = defaultdict(list)
    open_: dict[int, int] = defaultdict(int)
    columns = ("participant", "reader__username", "techniques", "session", "repeat", "locked_at",
               "answers")  # fmt: skip
    rows = Read.objects.filter(participant__in=mine).order_by("reading_id").values_list(*columns)
    for pk, reader, techniques, session, repeat, locked_at, answers in rows.iterator(
        chunk_size=500
    ):
        read = ReadRow(reader, technique_of(techniques), _nvc(answers), session)
        if locked_at is not None:
            # A case that its reader reads once more tells of the reader, not of the case.
            (again if repeat else done)[pk].append(read)
        elif not repeat:
            open_[pk] += 1
    for found in (*done.values(), *again.values()):
        found.sort(key=lambda row: (row.session, row.reader))
    return dict(done), dict(again), dict(open_)


def _verdicts(mine: Any) -> dict[int, tuple[Verdict, ...]]:
    """The answers that count, one a session: of the technique that its reads were in."""
    techniques: dict[tuple[int, int], str] = {}
    reads = Read.objects.filter(participant__in=mine).order_by("-reading_id")
    for pk, session, read_in in reads.values_list("participant", "session", "techniques"):
        techniques[pk, session] = technique_of(read_in)
    found: dict[int, tuple[Verdict, ...]] = {}
    done = Adjudication.objects.filter(participant__in=mine, at__isnull=False)
    rows = done.order_by("session").values_list("participant", "session", "answers")
    for pk, session, answers in rows:
        technique = techniques.get((pk, session), "")
        found[pk] = (*found.get(pk, ()), Verdict(technique, _nvc(answers)))
    return found


def _measurements(
    mine: Any,
) -> tuple[dict[int, tuple[dict[str, Any], dict[str, Any]]], dict[int, str]]:
    """Of each participant the newest finished measurement; and per nerve the first and the newest
    of that series, where it was measured more than once."""
    names = [(side, name) for side in SIDES for name in ("status", *MEASURES)]
    fields = [f"result__nerves__{side}__{name}" for side, name in names]
    rows = (
        Measurement.objects.filter(series__participant__in=mine)
        .exclude(state=MeasurementState.ASKED)
        .order_by("finished_at", "pk")
        .values_list("series__participant", "series", "state", *fields)
    )
    history: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    states: dict[int, str] = {}
    for pk, series, state, *values in rows.iterator(chunk_size=500):
        history[pk].append((series, _nerves(dict(zip(names, values, strict=True)))))
        states[pk] = state
    return {pk: _newest(done) for pk, done in history.items()}, states


def _nerves(values: dict[tuple[str, str], Any]) -> dict[str, Any]:
    return {
        side: {
            name: float(values[side, name]) for name in MEASURES if values[side, name] is not None
        }
        for side in SIDES
        if values[side, "status"] == "measured"
    }


def _newest(done: list[tuple[int, dict[str, Any]]]) -> tuple[dict[str, Any], dict[str, Any]]:
    series, nerves = done[-1]
    repeats = {}
    for side in SIDES:
        same = [each[side] for of, each in done if of == series and side in each]
        if len(same) > 1:
            repeats[side] = (same[0], same[-1])
    return nerves, repeats
