"""manage.py export_study, as INTERFACES.md has it."""

from __future__ import annotations

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from enrollment.journey import State
from reports.exports.formats import FORMATS
from studysite.core.models import Act
from studysite.core.roles import Action
from tests.conftest import Enter


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_file_comes_whole_with_its_digest_and_on_record(
    form: str, enter: Enter, tmp_path: Path
) -> None:
    enter(State.ENROLLED)
    path, out, err = tmp_path / "study", StringIO(), StringIO()
    call_command("export_study", "--format", form, "--out", str(path), stdout=out, stderr=err)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in out.getvalue()
    assert err.getvalue() == ""
    assert [each.name for each in tmp_path.iterdir()] == ["study"]
    assert digest in Act.objects.get(action=Action.EXPORT.value).detail


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_an_empty_study_exports(form: str, db: None, tmp_path: Path) -> None:
    call_command("export_study", "--format", form, "--out", str(tmp_path / "x"), stdout=StringIO())
    assert (tmp_path / "x").stat().st_size > 1000


def test_a_place_that_cannot_be_written_is_one_sentence(enter: Enter, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="cannot be written") as refusal:
        call_command("export_study", "--format", "odm132", "--out", str(tmp_path / "file" / "x"))
    assert refusal.value.returncode == 3
    assert not Act.objects.filter(action=Action.EXPORT.value).exists()


def test_an_unknown_format_is_wrong_usage(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("export_study", "--format", "pdf", "--out", str(tmp_path / "x"))
