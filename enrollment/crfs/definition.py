"""What a case report form is made of: data, from which page, API, PDF and export are made."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from enrollment.partial_date import PartialDate


class ItemType(StrEnum):
    """How an answer is written."""

    CODE = "code"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    TEXT = "text"


@dataclass(frozen=True)
class Code:
    """One answer of a code list."""

    value: str
    label_en: str
    label_zh: str

    @property
    def label(self) -> str:
        """The answer in the reader's language."""
        return self.label_zh if (get_language() or "").startswith("zh") else self.label_en


@dataclass(frozen=True)
class Item:
    """One question. `show_if` is (item, values): asked only when that item has one of them."""

    name: str
    question_en: str
    question_zh: str
    type: ItemType
    codes: tuple[Code, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = True
    show_if: tuple[str, tuple[str, ...]] | None = None
    help_en: str = ""
    help_zh: str = ""

    @property
    def question(self) -> str:
        """The question in the reader's language."""
        return self.question_zh if (get_language() or "").startswith("zh") else self.question_en

    @property
    def help(self) -> str:
        """The help text in the reader's language."""
        return self.help_zh if (get_language() or "").startswith("zh") else self.help_en

    def asked(self, answers: Mapping[str, Any]) -> bool:
        """Whether the question is asked, given the other answers."""
        return self.show_if is None or answers.get(self.show_if[0]) in self.show_if[1]


@dataclass(frozen=True)
class Form:
    """A case report form in one version."""

    key: str
    version: str
    title_en: str
    title_zh: str
    items: tuple[Item, ...]

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_zh if (get_language() or "").startswith("zh") else self.title_en

    @property
    def sha256(self) -> str:
        """The digest of the whole definition: a released version never changes."""
        content = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def item(self, name: str) -> Item:
        """The item of that name; KeyError when there is none."""
        return {item.name: item for item in self.items}[name]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer."""

    item: str
    sentence: str


YES_NO = (Code("yes", "Yes", "是"), Code("no", "No", "否"))
YES_NO_UNKNOWN = (*YES_NO, Code("unknown", "Unknown", "不详"))
SIDES = (Code("left", "Left", "左侧"), Code("right", "Right", "右侧"))
VESSELS = (
    Code("aica", "AICA", "小脑前下动脉"),
    Code("pica", "PICA", "小脑后下动脉"),
    Code("va", "Vertebral artery", "椎动脉"),
    Code("vein", "Vein", "静脉"),
    Code("several", "More than one", "多支血管"),
    Code("other", "Other", "其他"),
)
SEGMENTS = (
    Code("rexp", "Root exit point", "出脑点"),
    Code("as", "Attached segment", "附着段"),
    Code("rdp", "Root detachment point", "分离点"),
    Code("cp", "Distal cisternal", "脑池远段"),
)


def check(form: Form, answers: Mapping[str, Any], *, complete: bool) -> list[Problem]:
    """Every problem of a set of answers; `complete` asks for the required ones too."""
    problems = [
        Problem(name, _("This form has no such item."))
        for name in answers
        if name not in {item.name for item in form.items}
    ]
    for item in form.items:
        answer = answers.get(item.name)
        if answer in (None, ""):
            if complete and item.required and item.asked(answers):
                problems.append(Problem(item.name, _("This answer is required.")))
        elif not item.asked(answers):
            problems.append(Problem(item.name, _("This question is not asked here.")))
        elif sentence := _wrong(item, answer):
            problems.append(Problem(item.name, sentence))
    return problems


def _wrong(item: Item, answer: Any) -> str:
    """The sentence that says what is wrong with an answer, or nothing."""
    if item.type is ItemType.CODE:
        known = {code.value for code in item.codes}
        return "" if answer in known else _("This is not one of the answers.")
    if item.type in {ItemType.INTEGER, ItemType.DECIMAL}:
        return _wrong_number(item, answer)
    if not isinstance(answer, str):
        return _("This answer is written as text.")
    if item.type is ItemType.DATE:
        return _wrong_date(answer, whole=True)
    if item.type is ItemType.PARTIAL_DATE:
        return _wrong_date(answer, whole=False)
    return "" if len(answer) <= 2000 else _("This text is longer than 2,000 characters.")


def _wrong_number(item: Item, answer: Any) -> str:
    kinds = (int,) if item.type is ItemType.INTEGER else (int, float)
    number = not isinstance(answer, bool) and isinstance(answer, kinds)
    if not number or not math.isfinite(answer):
        return _("This is not a whole number.") if kinds == (int,) else _("This is not a number.")
    low, high = item.minimum, item.maximum
    if (low is not None and answer < low) or (high is not None and answer > high):
        return _outside(low, high)
    return ""


def _outside(low: float | None, high: float | None) -> str:
    if low is None:
        return _("This is more than %(high)g.") % {"high": high}
    if high is None:
        return _("This is less than %(low)g.") % {"low": low}
    return _("This lies outside %(low)g to %(high)g.") % {"low": low, "high": high}


def _wrong_date(answer: str, *, whole: bool) -> str:
    try:
        span = PartialDate.parse(answer)
    except ValueError:
        return _("This is not a date; write YYYY-MM-DD.")
    if whole and span.earliest != span.latest:
        return _("This date needs its day; write YYYY-MM-DD.")
    return _("This date lies in the future.") if span.earliest > timezone.localdate() else ""
