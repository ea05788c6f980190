"""What a case report form is made of: data, from which page, API, PDF, codebook and export are
made. `written.py` writes a definition as JSON, `checking.py` holds answers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language

from enrollment.crfs.expression import Expression


class ItemType(StrEnum):
    """How an answer is written."""

    CODE = "code"
    CODES = "codes"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    DATETIME = "datetime"
    TEXT = "text"
    BOOLEAN = "boolean"


NUMBERS = frozenset({ItemType.INTEGER, ItemType.DECIMAL})
CODED = frozenset({ItemType.CODE, ItemType.CODES})


class Severity(StrEnum):
    """A hard check refuses; a soft one asks for a reason and opens a query."""

    HARD = "hard"
    SOFT = "soft"


class Place(StrEnum):
    """Where the answers of a form are kept, and with that, which service writes them."""

    VISIT = "visit"
    LOG = "log"
    SERIES = "series"
    MEASUREMENT = "measurement"
    READ = "read"
    LEAVING = "leaving"


def in_language(english: str, chinese: str) -> str:
    """The text in the reader's language."""
    return chinese if chinese and (get_language() or "").startswith("zh") else english


@dataclass(frozen=True)
class Code:
    """One answer of a code list."""

    value: str
    label_en: str
    label_zh: str

    @property
    def label(self) -> str:
        """The answer in the reader's language."""
        return in_language(self.label_en, self.label_zh)


@dataclass(frozen=True)
class Item:
    """One question.

    `show_if` is (item, values): asked only when that item has one of them. `minimum` and `maximum`
    refuse, `likely` (low, high) only asks. An item with a `formula` is computed and never entered.
    `coming`: the day may lie in the future. `critical`: always verified against its source.
    """

    name: str
    question_en: str
    question_zh: str
    type: ItemType
    codes: tuple[Code, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    likely: tuple[float | None, float | None] = (None, None)
    required: bool = True
    show_if: tuple[str, tuple[str, ...]] | None = None
    section: str = ""
    formula: Expression = None
    coming: bool = False
    critical: bool = False
    help_en: str = ""
    help_zh: str = ""

    @property
    def question(self) -> str:
        """The question in the reader's language."""
        return in_language(self.question_en, self.question_zh)

    @property
    def help(self) -> str:
        """The help text in the reader's language."""
        return in_language(self.help_en, self.help_zh)

    @property
    def computed(self) -> bool:
        """Whether the answer follows from others."""
        return self.formula is not None

    def asked(self, answers: Mapping[str, Any]) -> bool:
        """Whether the question is asked, given the other answers."""
        if self.show_if is None:
            return True
        name, values = self.show_if
        answer = answers.get(name)
        given = answer if isinstance(answer, list) else [_as_code(answer)]
        return any(each in values for each in given)


@dataclass(frozen=True)
class Section:
    """A group of items under a heading. `chosen`: only where the protocol's visit names it, as an
    instrument is. `rule` says how its score treats what is missing."""

    key: str
    title_en: str
    title_zh: str
    chosen: bool = False
    rule_en: str = ""
    rule_zh: str = ""

    @property
    def title(self) -> str:
        """The heading in the reader's language."""
        return in_language(self.title_en, self.title_zh)

    @property
    def rule(self) -> str:
        """The rule in the reader's language."""
        return in_language(self.rule_en, self.rule_zh)


@dataclass(frozen=True)
class Check:
    """A condition that answers must not meet, within the form or across forms and visits. The
    sentence stands at `item`."""

    key: str
    item: str
    severity: Severity
    when: Expression
    sentence_en: str
    sentence_zh: str

    @property
    def sentence(self) -> str:
        """What is wrong, in the reader's language."""
        return in_language(self.sentence_en, self.sentence_zh)


@dataclass(frozen=True)
class Form:
    """A case report form in one version."""

    key: str
    version: str
    title_en: str
    title_zh: str
    items: tuple[Item, ...]
    sections: tuple[Section, ...] = ()
    checks: tuple[Check, ...] = ()
    place: Place = Place.VISIT
    repeating: bool = False

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return in_language(self.title_en, self.title_zh)

    def item(self, name: str) -> Item:
        """The item of that name; KeyError when there is none."""
        return {item.name: item for item in self.items}[name]

    def section(self, key: str) -> Section | None:
        """The section of that key."""
        return {section.key: section for section in self.sections}.get(key)

    def narrowed(self, chosen: tuple[str, ...]) -> Form:
        """The form as a visit uses it: without the instruments that the protocol does not choose
        there. Key and version stay."""
        left_out = {each.key for each in self.sections if each.chosen and each.key not in chosen}
        items = tuple(item for item in self.items if item.section not in left_out)
        names = {item.name for item in items}
        return replace(
            self,
            items=items,
            sections=tuple(each for each in self.sections if each.key not in left_out),
            checks=tuple(check for check in self.checks if check.item in names),
        )


def _as_code(answer: Any) -> Any:
    """A tick opens a question as yes or no."""
    return {True: "yes", False: "no"}.get(answer, answer) if isinstance(answer, bool) else answer
