"""A released version is frozen by its digest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from enrollment.crfs import registry
from enrollment.crfs.registry import FORMS, RELEASED, broken, form_of, order_of, versions_of
from enrollment.crfs.written import digest_of, form_from, text_of
from enrollment.protocol.loader import FOLDER
from studysite.core.errors import NotThere


def test_no_released_version_has_changed() -> None:
    assert broken(RELEASED) == []


def test_no_released_protocol_file_has_changed() -> None:
    """Change the protocol by an amendment, then run `manage.py release_forms`."""
    assert broken(FOLDER, "*.toml") == []


@pytest.mark.parametrize("key", FORMS)
def test_a_definition_that_was_released_is_as_it_was_released(key: str) -> None:
    """Change a form by giving it a new version, then run `manage.py release_forms`."""
    form = FORMS[key]
    name = registry.name_of(form)
    assert (RELEASED / name).read_text(encoding="utf-8") == text_of(form)
    assert registry.sums_in(RELEASED)[name] == digest_of(form)


def test_a_released_file_reads_as_the_same_definition() -> None:
    assert {form.key for form in registry.released().values()} == set(FORMS)
    for key, form in FORMS.items():
        assert form_of(key, form.version) == form
        assert digest_of(form_of(key, form.version)) == digest_of(form)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RELEASED, tmp_path / "released"))


def test_a_changed_a_lost_and_a_stray_file_are_found(folder: Path) -> None:
    changed = folder / "scan-1.0.json"
    changed.write_text(changed.read_text().replace('"T"', '"mT"'))
    (folder / "deviation-1.0.json").unlink()
    (folder / "stray-1.0.json").write_text("{}")
    assert broken(folder) == [
        "stray-1.0.json is not in the lock file.",
        "deviation-1.0.json was released and is gone.",
        "scan-1.0.json was released and has changed: it needs a new version.",
    ]


def test_releasing_again_changes_nothing_and_a_changed_version_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "enrollment.management.commands.release_forms"
    monkeypatch.setattr(f"{command}.RELEASED", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    call_command("release_forms")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    form = FORMS["scan"]
    monkeypatch.setitem(FORMS, "scan", form_from({**_data(form), "title_en": "Examination"}))
    with pytest.raises(CommandError, match=r"scan 1\.0 was released and has changed"):
        call_command("release_forms")
    monkeypatch.setitem(FORMS, "scan", form_from({**_data(form), "version": "1.1"}))
    call_command("release_forms")
    assert (folder / "scan-1.1.json").is_file()
    assert broken(folder) == []


def _data(form: registry.Form) -> dict[str, object]:
    data = registry.json.loads(text_of(form))
    assert isinstance(data, dict)
    return data


def test_versions_are_in_their_own_order_and_an_unknown_one_is_not_there() -> None:
    assert sorted(["1.10", "1.9", "2.0"], key=order_of) == ["1.9", "1.10", "2.0"]
    assert next(iter(versions_of("severity"))) == "1.0"
    with pytest.raises(NotThere, match=r"no version 9\.9"):
        form_of("severity", "9.9")
