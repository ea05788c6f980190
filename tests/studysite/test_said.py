"""Sentences that are kept are said in the reader's language, old ones as they are."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from django.utils.translation import gettext_lazy, override

from imaging.told import Told, told
from studysite.core.errors import Invalid
from studysite.core.said import both, kept, said, say, within, word

VISIT = both(en="Baseline", zh="基线")


def in_chinese(sentence: str) -> str:
    with override("zh-hans"):
        return say(sentence)


def test_a_sentence_is_said_in_both_languages() -> None:
    sentence = said("Scan not done: %(scan)s", scan=VISIT)
    assert say(sentence) == "Scan not done: Baseline"
    assert in_chinese(sentence) == "扫描未完成：基线"


def test_what_is_kept_holds_the_words_and_the_values() -> None:
    data = json.loads(said("Consent version %(version)s", version=2))
    assert data == {"say": "Consent version %(version)s", "with": {"version": 2}}


def test_a_value_may_be_a_sentence_or_the_word_of_a_choice() -> None:
    inner = said("left measured")
    with override("zh-hans"):
        outer = said(
            "%(state)s, decided by %(who)s", state=word(gettext_lazy("Withdrawn")), who=inner
        )
    assert say(outer) == "Withdrawn, decided by left measured"
    assert in_chinese(outer) == "已退出，由左侧已测量决定"


def test_a_sentence_from_before_is_shown() -> None:
    assert say("Form severity at baseline, revision 2") == "Form severity at baseline, revision 2"
    assert in_chinese("Arrival opened") == "已开始接收"
    assert in_chinese("") == ""


@pytest.mark.parametrize(
    "typed",
    ['{"say":', '{"say":"%(x)s"}', '{"say":"%d","with":{}}', '{"say":1,"with":[]}', '{"say":{}}'],
)
def test_a_text_that_only_looks_kept_breaks_no_page(typed: str) -> None:
    assert isinstance(in_chinese(typed), str)
    assert in_chinese(said("Screen failure: %(why)s", why=typed)).startswith("筛选失败")


def test_the_pure_packages_sentence_is_english_and_keeps_its_words() -> None:
    sentence = told("%(file)s holds no file.", file="scan.zip")
    assert sentence == "scan.zip holds no file."
    assert in_chinese(kept(sentence)) == in_chinese(sentence) == "scan.zip中没有文件。"
    assert in_chinese(kept(sentence.but(file=told("The file")))) == "该文件中没有文件。"
    assert kept("plain") == "plain"


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])  # noqa: S301
def test_it_survives_being_copied_and_sent(twin: object) -> None:
    sentence = told("%(file)s: %(why)s.", file=told("The file"), why="100 %")
    again = twin(sentence)  # type: ignore[operator]
    assert (again, again.words) == (sentence, sentence.words)
    assert Told.from_json(json.loads(json.dumps(sentence.to_json()))) == sentence


def test_a_sentence_too_long_for_its_column_is_kept_in_english() -> None:
    sentence = said("Screen failure: %(why)s", why="x" * 600)
    assert within(sentence, 500) == ("Screen failure: " + "x" * 600)[:500]
    assert within(sentence, 1000) == sentence


def test_an_error_says_itself_to_its_reader_and_keeps_its_words() -> None:
    error = Invalid(said("Scan not done: %(scan)s", scan=VISIT))
    assert str(error) == "Scan not done: Baseline"
    with override("zh-hans"):
        assert str(error) == "扫描未完成：基线"
    assert error.sentence.startswith('{"say":')
