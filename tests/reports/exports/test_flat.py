"""CSV and Dataset-JSON: a file a form, a row a filled form, nothing that a spreadsheet computes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from odmlib.dataset_json_1_1 import DatasetJSON

from enrollment.crfs.registry import FORMS
from enrollment.models import FormEntry, Participant
from enrollment.services.enrolment import withdraw
from enrollment.services.forms import save_form
from reports.exports.captured import forms_shown
from reports.exports.scope import everything
from reports.exports.tables import TABLES
from studysite.core.models import AuditEvent
from tests.reports import factory
from tests.reports.exports.conftest import Export


def table(path: Path, name: str) -> list[dict[str, str]]:
    with ZipFile(path) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


@pytest.fixture
def corrected(cast: factory.Cast, finished: Participant) -> Participant:
    """A case with an answer that was changed, and one that looks like a formula."""
    entry = FormEntry.objects.get(participant=finished, form="demographics")
    save_form(
        by=cast.coordinator, participant=finished, form="demographics", visit="screening",
        answers=entry.answers | {"other_treatment": '=HYPERLINK("x")', "handedness": "left"},
        seen_revision=entry.revision, submit=True, reason="+ as in the source",
    )  # fmt: skip
    return finished


def test_every_form_and_record_has_its_file_with_a_codebook(
    corrected: Participant, export: Export
) -> None:
    path = export("csv")
    with ZipFile(path) as archive:
        names = set(archive.namelist())
        about = json.loads(archive.read("about.json"))
    files = {f"{key}.csv" for key in (*FORMS, *(each.key for each in TABLES), "changes")}
    assert files | {"codebook.csv", "records.csv", "about.json", "audit.csv", "README.txt"} == names
    assert about["audit_checkpoint"].count(" ") == 4
    assert len(about["dataset_sha256"]) == 64
    described = {(row["file"], row["column"]) for row in table(path, "records.csv")}
    for name in files:
        with ZipFile(path) as archive:
            head = next(csv.reader(io.StringIO(archive.read(name).decode())))
        assert {(name, column) for column in head} <= described
        assert len(set(head)) == len(head)


def test_a_row_is_a_form_as_it_stands_and_a_change_says_why(
    corrected: Participant, export: Export
) -> None:
    path = export("csv")
    (row,) = table(path, "demographics.csv")
    assert (row["participant"], row["form_version"], row["revision"]) == (
        corrected.number, "1.0", "2",
    )  # fmt: skip
    assert (row["handedness"], row["year_of_birth"]) == ("left", "1975")
    changes = table(path, "changes.csv")
    (change,) = [row for row in changes if row["item"] == "handedness" and row["revision"] == "2"]
    assert (change["before"], change["after"]) == ("right", "left")
    assert change["reason"] == "'+ as in the source"
    assert len(table(path, "audit.csv")) == AuditEvent.objects.count()
    assert {row["arm"] for row in table(path, "enrolments.csv")} == {"3d"}


def test_no_cell_begins_as_a_formula(corrected: Participant, export: Export) -> None:
    path = export("csv")
    (row,) = table(path, "demographics.csv")
    assert row["other_treatment"] == '\'=HYPERLINK("x")'
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith(".csv"):
                continue
            for cells in csv.reader(io.StringIO(archive.read(name).decode())):
                bad = [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
                assert bad == []


def test_dataset_json_is_what_the_standard_asks(corrected: Participant, export: Export) -> None:
    path = export("dataset-json")
    with ZipFile(path) as archive:
        names = set(archive.namelist()) - {"about.json"}
        assert names == {
            f"{key}.json"
            for key in (*forms_shown(everything()), *(each.key for each in TABLES), "changes")
        }
        for name in names:
            read = DatasetJSON.from_json(archive.read(name).decode())
            assert read.datasetJSONVersion == "1.1.0"
            assert read.records == len(read.rows)
            assert {len(row) for row in read.rows} <= {len(read.columns)}
        demographics = DatasetJSON.from_json(archive.read("demographics.json").decode())
    row = dict(zip(demographics.column_names, demographics.rows[0], strict=True))
    assert (row["handedness"], row["year_of_birth"]) == ("left", 1975)
    assert [column.keySequence for column in demographics.columns[:4]] == [1, 2, 3, None]


def test_a_column_of_the_wrong_kind_is_found() -> None:
    """Control: the reader of the standard refuses what is not of it."""
    with pytest.raises((TypeError, ValueError)):
        DatasetJSON.from_dict(
            {"columns": [{"itemOID": "I", "name": "N", "label": "L", "dataType": "sort of"}]}
        )


@pytest.mark.parametrize("form", ["csv", "dataset-json"])
def test_whoever_lets_no_data_stay_is_counted_and_has_no_answers(
    form: str, cast: factory.Cast, finished: Participant, export: Export
) -> None:
    withdraw(
        by=cast.investigator, participant=finished, kind="withdrawn", on=finished.screened_on,
        decided_by="participant", data_may_stay=False, images_may_stay=False, reason="Moved",
    )  # fmt: skip
    path = export(form)
    with ZipFile(path) as archive:
        suffix = ".csv" if form == "csv" else ".json"
        assert finished.number not in archive.read(f"demographics{suffix}").decode()
        assert finished.number not in archive.read(f"criteria{suffix}").decode()
        assert finished.number in archive.read(f"leavings{suffix}").decode()


def test_whoever_lets_no_images_stay_has_answers_and_nothing_that_came_of_them(
    cast: factory.Cast, finished: Participant, export: Export
) -> None:
    withdraw(
        by=cast.investigator, participant=finished, kind="withdrawn", on=finished.screened_on,
        decided_by="participant", data_may_stay=True, images_may_stay=False, reason="Moved",
    )  # fmt: skip
    with ZipFile(export("csv")) as archive:
        for name in ("nerve_measurement", "neurovascular_read", "series", "reads"):
            assert finished.number not in archive.read(f"{name}.csv").decode()
        for name in ("demographics", "surgical_finding", "leavings"):
            assert finished.number in archive.read(f"{name}.csv").decode()
