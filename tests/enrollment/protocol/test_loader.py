"""The protocol file says what the registry says, and a broken one is refused with a sentence."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils.translation import override

from enrollment.crfs.registry import FORMS
from enrollment.protocol.amendment import merged
from enrollment.protocol.loader import FOLDER, ProtocolError, current, load, parse, versions
from studysite.core.models import User

CONTENT = (FOLDER / "nct04645277.toml").read_bytes()


def test_the_protocol_is_that_of_the_registry() -> None:
    protocol = current()
    assert protocol.registry_id == "NCT04645277"
    assert [arm.key for arm in protocol.arms] == ["2d", "3d"]
    assert sum(arm.target for arm in protocol.arms) == 60
    assert [item.key for item in protocol.criteria] == [
        *(f"I{number}" for number in range(1, 8)),
        *(f"E{number}" for number in range(1, 6)),
        "C1",
    ]
    limits = protocol.limits
    assert (limits.minimum_age_years, limits.maximum_age_years) == (20, 60)
    assert limits.minimum_duration_years == 1


def test_each_form_of_a_visit_and_each_item_of_a_criterion_exists() -> None:
    protocol = current()
    assert {form for visit in protocol.visits for form in visit.forms} <= set(FORMS)
    for criterion in protocol.criteria:
        form, dot, item = criterion.source.partition(".")
        if dot:
            assert FORMS[form].item(item)


def test_names_follow_the_readers_language() -> None:
    with override("zh-hans"):
        assert current().visit("screening").label == "筛选"
    with override("en"):
        assert current().visit("screening").label == "Screening"


def test_the_consent_form_of_a_day_is_the_newest_released() -> None:
    assert current().current_consent(date(2020, 10, 31)) is None
    document = current().current_consent(date(2020, 11, 1))
    assert document is not None
    assert document.version == "1.0"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'key = "3d"', b'key = "2d"', "same key"),
        (b'version = "1.0"', b'version = "first"', "what does not belong: .*first"),
        (b"target = 30", b"target = 0", "target of at least one"),
        (b'method = "assigned"', b'method = "dice"', "assigned"),
        (b'visit = "baseline"', b'visit = "nowhere"', "visit that the protocol lacks"),
        (b'source = "duration"', b'source = "guess"', "unknown kind or source"),
        (b'kind = "inclusion"', b'kind = "perhaps"', "unknown kind or source"),
        (b'acronym = "MRI-HFS"', b"", "lacks 'acronym'"),
        (b"[limits]", b"[limits", "not readable TOML"),
        (b"[limits]", b"[limits]\nheight = 3", "what does not belong: .*height"),
        (b"target = 30", b'target = "thirty"', "what does not belong"),
        (b"field_strength_tesla = [", b"field_strength_tesla = [1.0, ", "what does not belong"),
        (b"MRI-HFS", b"\xff\xfe", "not readable TOML"),
    ],
)
def test_a_broken_protocol_is_refused_with_a_sentence(
    old: bytes, new: bytes, sentence: str
) -> None:
    assert old in CONTENT
    with pytest.raises(ProtocolError, match=sentence):
        parse(CONTENT.replace(old, new))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("calm = [1]", "no subscale calm"),
        ("mobility = [31]", "no item 31"),
        ('mobility = ["1"]', "no item 1"),
        ("mobility = [1, 2]\nadl = [2]", "belongs to one subscale"),
        ("7 = [1]", "no subscale 7"),
    ],
)
def test_subscales_that_the_instrument_lacks_are_refused(table: str, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        parse(CONTENT + f"\n[hfs_30_subscales]\n{table}\n".encode())


def test_the_site_names_the_items_of_a_subscale() -> None:
    named = parse(CONTENT + b"\n[hfs_30_subscales]\nmobility = [3, 5]\n")
    assert named.hfs_30_subscales == {"mobility": (3, 5)}
    assert parse(CONTENT).hfs_30_subscales == {}


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("repeat_share = 1.5", "share of 0 to 1"),
        ("repeat_share = -0.1", "share of 0 to 1"),
        ('repeat_seed = ""', "and its seed"),
        ("washout_days = -1", "not below nothing"),
        ("repeat_after_days = -1", "not below nothing"),
        ("training_cases = -1", "not below nothing"),
        ('discrepancy = ["mood"]', "answers that the read asks of each side"),
        ("discrepancy = []", "answers that the read asks of each side"),
        ("colour = 3", "what does not belong"),
        ('washout_days = "sixty"', "what does not belong"),
    ],
)
def test_a_reading_plan_that_cannot_be_is_refused(table: str, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        parse(CONTENT + f"\n[reading]\n{table}\n".encode())


def test_a_file_says_of_the_reading_plan_what_it_wants_otherwise() -> None:
    plan = parse(CONTENT + b"\n[reading]\nwashout_days = 60\nrepeat_share = 0.2\n").reading
    assert (plan.washout_days, plan.repeat_share, plan.repeat_after_days) == (60, 0.2, 28)


def test_the_digest_is_that_of_the_file() -> None:
    assert parse(CONTENT).sha256 != parse(CONTENT + b"\n# amended\n").sha256


def test_an_amendment_says_only_what_is_new() -> None:
    first, second, third = versions("nct04645277").values()
    assert (second.visit("month_12").window_days, first.visit("month_12").window_days) == (45, 30)
    assert second.visit("month_12").forms == first.visit("month_12").forms
    assert second.visit("baseline").scales == ("smc", "cohen_albert", "jrs", "hfs_7", "hfs_36")
    assert (second.form_versions["follow_up"], second.form_versions["scan"]) == ("1.1", "1.0")
    assert (second.arms, second.criteria, second.scans) == (first.arms, first.criteria, first.scans)
    for name in ("arms", "criteria", "visits", "form_versions"):
        assert getattr(third, name) == getattr(second, name)
    limits = {scan.key: scan.repetition_ms for scan in third.scans}
    assert (limits["t2_3d"], limits["tof_3d"]) == ((3.0, 4000.0), (10.0, 60.0))
    assert len({version.sha256 for version in (first, second, third)}) == 3


@pytest.mark.parametrize("name", ["nothing", "../secret"])
def test_an_amendment_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(ProtocolError, match="no protocol"):
        parse(f'amends = "{name}"\nversion = "2.0"\n'.encode())


def test_rows_are_laid_over_each_other_by_their_name() -> None:
    before = {"a": 1, "rows": [{"key": "x", "n": 1, "m": 2}, {"key": "y", "n": 3}], "list": [1, 2]}
    after = {"rows": [{"key": "z", "n": 9}, {"key": "x", "n": 7}], "list": [3]}
    assert merged(before, after) == {
        "a": 1,
        "rows": [{"key": "x", "n": 7, "m": 2}, {"key": "y", "n": 3}, {"key": "z", "n": 9}],
        "list": [3],
    }


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("typo", None, "there is no such protocol file"),
        ("broken", b"id = 3", "PROTOCOL=.*broken: The protocol file lacks"),
    ],
)
def test_the_study_does_not_start_on_a_protocol_that_cannot_be_used(
    name: str, content: bytes | None, sentence: str, tmp_path: Path, settings: Any
) -> None:
    settings.PROTOCOL = str(tmp_path / name)
    if content:
        (tmp_path / f"{name}.toml").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        apps.get_app_config("enrollment").ready()


def test_the_bar_names_the_registry_s_number_wherever_the_file_lies(
    client: Client, coordinator: User, tmp_path: Path, settings: Any
) -> None:
    file = FOLDER / "nct04645277.toml"
    (tmp_path / "elsewhere.toml").write_bytes(file.read_bytes())
    settings.PROTOCOL = str(tmp_path / "elsewhere")
    page = client.get("/accounts/login/").content.decode()
    assert "NCT04645277" in page
    assert "elsewhere" not in page.lower()


@pytest.mark.parametrize("told", ['controls = "some"', 'severe_scale = "guess"', 'colour = "red"'])
def test_outcomes_that_say_something_unknown_are_refused(told: str) -> None:
    content = (FOLDER / "nct04645277.toml").read_bytes() + f"\n[outcomes]\n{told}\n".encode()
    with pytest.raises(ProtocolError, match="outcomes"):
        parse(content)


def test_outcomes_may_be_told_before_the_lock_where_the_protocol_says_so() -> None:
    content = (FOLDER / "nct04645277.toml").read_bytes()
    assert parse(content).outcomes.blinded_until_lock
    told = content + b"\n[outcomes]\nblinded_until_lock = false\n"
    assert not parse(told).outcomes.blinded_until_lock


def test_an_amendment_gives_a_sequence_rules_for_each_scanner() -> None:
    second = load("nct04645277-1.2")
    scan = next(plan for plan in second.scans if plan.key == "t2_3d")
    first = next(plan for plan in load("nct04645277").scans if plan.key == "t2_3d")
    assert (scan.repetition_ms, first.repetition_ms) == ((3.0, 4000.0), None)
    assert scan.maximum_slice_mm == first.maximum_slice_mm
    assert scan.scanners[0].field_strength_tesla == (6.9, 7.1)
    assert second.form_versions["follow_up"] == "1.1"
