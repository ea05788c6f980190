"""The whole site is there in Simplified Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.studysite.catalogue import PO, compiled, entries, in_source


def test_a_catalogue_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.po"
    path.write_text(
        'msgid ""\nmsgstr "Language: x\\n"\n\n#: a.py\n#, fuzzy\nmsgid ""\n"One "\n"two"\n'
        'msgstr ""\n\nmsgid "%s file"\nmsgid_plural "%s files"\nmsgstr[0] "%s 个文件"\n',
        encoding="utf-8",
    )
    first, second = entries(path)
    assert (first.message, first.texts, first.fuzzy) == ("One two", ("",), True)
    assert second.texts == ("%s 个文件",)


def test_every_message_of_the_source_is_in_the_catalogue() -> None:
    assert in_source() - {entry.message for entry in entries()} == set()


def test_the_catalogue_holds_nothing_that_no_source_says() -> None:
    assert {entry.message for entry in entries()} - in_source() == set()


def test_no_entry_is_fuzzy() -> None:
    assert [entry.message for entry in entries() if entry.fuzzy] == []


def test_every_entry_is_translated() -> None:
    missing = [entry.message for entry in entries() if not all(entry.texts)]
    assert missing == []


def test_placeholders_survive_translation() -> None:
    pattern = re.compile(r"%\(\w+\)[sdg]|%[sdg]|\{\w*\}")
    for entry in entries():
        for text in filter(None, entry.texts):
            assert sorted(pattern.findall(text)) == sorted(pattern.findall(entry.message))


def test_the_compiled_catalogue_is_up_to_date() -> None:
    expected = {entry.message: entry.texts[0] for entry in entries() if all(entry.texts)}
    assert {key: text for key, text in compiled().items() if key} == expected


@pytest.mark.parametrize("word", ["Coordinator", "Investigator", "Monitor", "Sign in"])
def test_a_word_is_chinese(word: str) -> None:
    assert re.fullmatch(r"[\u4e00-\u9fff]+", compiled()[word])


def test_the_file_names_no_machine() -> None:
    assert not re.search(r"^#: /", PO.read_text(encoding="utf-8"), re.MULTILINE)
