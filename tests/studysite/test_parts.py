"""The parts of a page, each alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.utils.translation import override
from django.views import defaults

from studysite.core.errors import OutOfOrder
from tests.studysite.urls_components import job


@pytest.fixture(autouse=True)
def _sheet() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.studysite.urls_components"):
        yield


def shown(template: str, **context: Any) -> str:
    """A part's HTML with its runs of space made one."""
    return " ".join(render_to_string(template, context, RequestFactory().get("/?q=a")).split())


def without_token(html: str) -> str:
    """A page without its anti-forgery tokens, which are new each time."""
    return re.sub(r'"[A-Za-z0-9]{64}"', '""', html)


@pytest.mark.parametrize(
    ("state", "asks"), [("queued", True), ("running", True), ("done", False), ("failed", False)]
)
def test_a_job_asks_for_itself_until_it_ends(state: str, asks: bool) -> None:
    assert ("hx-get" in shown("_job.html", job=job(state, 0.5, ""))) is asks


def test_a_failed_job_is_tried_again_by_those_who_may() -> None:
    failed = job("failed", 0.5, "No path.")
    assert "Try again" in shown("_job.html", job=failed, my_actions={"retry_job"})
    assert "Try again" not in shown("_job.html", job=failed, my_actions=set())


def test_progress_is_a_number_in_every_language() -> None:
    with override("zh-hans"):
        assert 'value="0.42"' in shown("_job.html", job=job("running", 0.42, ""))


def test_a_zero_is_a_value_and_nothing_is_a_dash() -> None:
    html = shown("_kv.html", items=[("Weight", 0, "kg"), ("Onset", None)])
    assert '<dd>0<span class="unit">kg</span></dd>' in html
    assert '<dd><span class="muted">—</span></dd>' in html


def test_a_state_is_its_word_and_its_key() -> None:
    html = shown("_state.html", state="not_met", label="Not met")
    assert html == '<span class="state" data-state="not_met">Not met</span>'


def test_a_field_shows_its_unit_and_escapes_its_words() -> None:
    form = forms.Form({})
    form.fields["x"] = forms.CharField(help_text="<b>", required=False)
    html = shown("_field.html", field=form["x"], unit="mm²")
    assert '<span class="field-unit">mm²</span>' in html
    assert "&lt;b&gt;" in html
    assert "(optional)" in html


def test_a_hidden_field_is_kept() -> None:
    form = forms.Form({})
    form.fields["revision"] = forms.IntegerField(widget=forms.HiddenInput, initial=3)
    assert 'type="hidden"' in shown("_form.html", form=form)


def test_the_pages_of_a_list_keep_its_filter() -> None:
    html = shown("_pagination.html", page_obj=Paginator(range(100), 40).page(2))
    assert "41 to 80 of 100" in html
    assert "?q=a&amp;page=3" in html


def test_a_list_of_one_page_has_no_pages() -> None:
    assert shown("_pagination.html", page_obj=Paginator(range(3), 40).page(1)) == ""


def test_a_step_says_its_state_in_words() -> None:
    steps = [SimpleNamespace(label="Screened", state="done")]
    assert 'Screened<span class="visually-hidden">: done</span>' in shown(
        "_stepper.html", steps=steps
    )


def test_a_room_is_shown_to_those_who_may_enter_it() -> None:
    assert "Participants" in shown("_nav.html", my_actions={"see_participants"})
    assert "Participants" not in shown("_nav.html", my_actions={"see_worklist"})


def test_a_page_inside_a_room_marks_the_room() -> None:
    html = shown("_nav.html", my_actions={"see_participants"}, room="enrollment")
    assert '<a href="/participants/" aria-current="page">' in html


def test_a_refusal_is_read_as_its_sentence() -> None:
    html = shown("error.html", error=OutOfOrder("<Not> yet."))
    assert "<p data-sentence>&lt;Not&gt; yet.</p>" in html


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The server failed"), ("zh-hans", "服务器出错")]
)
def test_a_crash_has_a_page_without_a_request(language: str, words: str) -> None:
    with override(language):
        answer = defaults.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert f'<html lang="{language}">' in answer.content.decode()
    assert words in answer.content.decode()


def test_what_is_missing_and_what_is_hidden_look_the_same() -> None:
    request = RequestFactory().get("/x")
    missing = defaults.page_not_found(request, Exception("no row")).content.decode()
    hidden = defaults.page_not_found(request, Exception("other site")).content.decode()
    assert without_token(missing) == without_token(hidden)
    assert "There is no such page or record" in missing
