"""Any definition is written and read back as itself, renders, and holds any answers to itself."""

from __future__ import annotations

import json
from typing import Any

from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enrollment.answers import shown
from enrollment.codebook import row_of
from enrollment.crfs.checking import check, completed, find, sentence_of
from enrollment.crfs.code_lists import YES_NO
from enrollment.crfs.definition import (
    CODED,
    Check,
    Code,
    Form,
    Item,
    ItemType,
    Place,
    Section,
    Severity,
)
from enrollment.crfs.difference import changes
from enrollment.crfs.expression import Record
from enrollment.crfs.written import as_data, digest_of, form_from, text_of
from enrollment.entry import AnswersForm

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=12)
BOUNDS = st.one_of(st.none(), st.integers(-50, 50))
CODES = st.lists(WORDS, min_size=1, max_size=4, unique=True).map(
    lambda words: tuple(Code(f"c{n}", word, word) for n, word in enumerate(words))
)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A definition with gates, sections, computed items and checks."""
    items = [Item("gate", "Gate", "门", ItemType.CODE, codes=YES_NO)]
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(list(ItemType)))
        low, high = draw(BOUNDS), draw(BOUNDS)
        items.append(
            Item(
                f"i{number}",
                draw(WORDS),
                draw(WORDS),
                kind,
                codes=draw(CODES) if kind in CODED else (),
                unit=draw(st.sampled_from(["", "mm²"])),
                minimum=low,
                maximum=None if low is None or high is None else max(low, high),
                likely=(draw(BOUNDS), None),
                required=draw(st.booleans()),
                show_if=draw(st.sampled_from([None, ("gate", ("yes",))])),
                section=draw(st.sampled_from(["", "s"])),
                critical=draw(st.booleans()),
            )
        )
    names = [item.name for item in items]
    formula = ("count", *(("item", name) for name in names))
    items.append(Item("sum", "Sum", "和", ItemType.INTEGER, formula=formula))
    rule = ("and", ("given", ("item", draw(st.sampled_from(names)))), ("ge", ("item", "sum"), 2))
    severity = draw(st.sampled_from(list(Severity)))
    return Form(
        "drawn",
        draw(st.sampled_from(["1.0", "2.3"])),
        draw(WORDS),
        draw(WORDS),
        tuple(items),
        sections=(Section("s", draw(WORDS), draw(WORDS), chosen=draw(st.booleans())),),
        checks=(Check("two", draw(st.sampled_from(names)), severity, rule, "Two.", "二。"),),
        place=draw(st.sampled_from(list(Place))),
        repeating=draw(st.booleans()),
    )


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-99, 99), st.floats(allow_nan=True), st.text(max_size=9),
    st.sampled_from(["yes", "no", "c0", "2020", "2020-02-30", "2020-03-01", "2020-03-01T08:00"]),
    st.lists(st.sampled_from(["c0", "c1", "zz"]), max_size=3),
)  # fmt: skip
ANSWERS = st.dictionaries(
    st.sampled_from(["gate", "sum", "zz", *(f"i{n}" for n in range(6))]), VALUES
)


@FEW
@given(forms())
def test_any_definition_is_read_back_as_it_was_written(form: Form) -> None:
    again = form_from(json.loads(text_of(form)))
    assert again == form
    assert digest_of(again) == digest_of(form)
    assert changes(as_data(form), as_data(again)) == []
    assert all(row_of(form, item)["item"] == item.name for item in form.items)


@FEW
@given(forms(), ANSWERS)
def test_any_answers_are_held_to_any_definition(form: Form, answers: dict[str, Any]) -> None:
    given_ = completed(form, answers, Record())
    for finding in find(form, given_, complete=True):
        assert finding.sentence
        assert finding.item in {*given_, *(item.name for item in form.items)}
        stored = json.loads(json.dumps(finding.stored()))
        assert sentence_of(form, stored["code"], stored["parameters"]) == finding.sentence
    # Computed items never stand in the way, whatever was sent for them.
    assert "sum" not in {finding.item for finding in check(form, given_, complete=True)}
    assert completed(form, given_, Record()) == given_


@FEW
@given(forms(), ANSWERS)
def test_any_definition_renders_and_what_was_right_comes_back(
    form: Form, answers: dict[str, Any]
) -> None:
    wrong = {finding.item for finding in check(form, answers, complete=False)}
    right = {
        name: answer
        for name, answer in answers.items()
        if name not in wrong and answer not in (None, "", []) and name != "sum"
    }
    page = AnswersForm(form, answers=right, revision=0, changing=False)
    html = render_to_string("enrollment/_questions.html", {"form": page})
    assert all(f'name="{item.name}"' in html for item in form.items if not item.computed)
    kept = page.answers()
    assert kept == {name: right[name] for name in kept}
    shown(form, right)
