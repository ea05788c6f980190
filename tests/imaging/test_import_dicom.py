"""The way in from a shell."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from enrollment.models import Participant
from imaging.models import Held, Intake
from studysite.core.models import Act, Site, User


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "scan.dcm"
    path.write_text("Dear radiologist, see attached.")
    return path


def bring(*words: object) -> str:
    said = StringIO()
    call_command("import_dicom", *map(str, words), stdout=said)
    return said.getvalue()


@pytest.mark.django_db(databases=["default", "vault"])
def test_what_is_no_scan_is_refused_with_its_reason(enrolled: Participant, text: Path) -> None:
    said = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("import_dicom", str(text), "--participant", enrolled.number, stdout=said)
    assert refusal.value.returncode == 3
    assert said.getvalue() == "refused: File 1 is not a DICOM file: it lacks the DICM mark.\n"
    assert Held.objects.count() == 1


@pytest.mark.django_db(databases=["default", "vault"])
def test_nobody_s_account_stands_for_the_command_line(enrolled: Participant, text: Path) -> None:
    with pytest.raises(CommandError):
        bring(text)
    by = User.objects.get(username="command-line")
    assert (Intake.objects.get().by, by.has_usable_password()) == (by, False)
    assert Act.objects.filter(subject="command-line", by=None).count() == 1


@pytest.mark.django_db(databases=["default", "vault"])
@pytest.mark.parametrize("words", [("--participant", "XA-999"), ("--by", "nobody"), ()])
def test_nobody_s_scan_is_refused(words: tuple[str, ...], text: Path) -> None:
    for code in ("AA", "BB"):
        Site.objects.create(code=code, name=code)
    with pytest.raises(CommandError) as refusal:
        bring(text, *words)
    assert refusal.value.returncode == 3


def test_no_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        bring(tmp_path / "nothing")
    assert refusal.value.returncode == 2


def test_a_mistyped_path_beside_a_good_one_is_not_passed_over(text: Path) -> None:
    with pytest.raises(CommandError, match="nowhere does not exist") as refusal:
        bring(text, text.parent / "nowhere")
    assert refusal.value.returncode == 2


@pytest.mark.django_db(databases=["default", "vault"])
def test_a_file_that_cannot_be_read_is_one_sentence(
    enrolled: Participant, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(CommandError, match=r"scan\.dcm cannot be read: Permission") as refusal:
        bring(text)
    assert refusal.value.returncode == 3
