"""A definition as JSON and back. What has its default is left out, so that the digest of a released
version stays when definitions learn something new."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

from enrollment.crfs.definition import Check, Code, Form, Item, ItemType, Place, Section, Severity
from enrollment.crfs.expression import as_expression

T = TypeVar("T")


def as_data(value: Any) -> Any:
    """A definition, or a part of one, as JSON's own types."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: as_data(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) != field.default
        }
    if isinstance(value, tuple | list):
        return [as_data(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def text_of(form: Form) -> str:
    """The canonical text of a definition."""
    return json.dumps(as_data(form), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def digest_of(form: Form) -> str:
    """The digest of the whole definition: a released version never changes."""
    return hashlib.sha256(text_of(form).encode()).hexdigest()


def form_from(data: dict[str, Any]) -> Form:
    """A definition out of JSON. Raises KeyError, TypeError or ValueError for anything else."""
    plain = dict(data)
    items = tuple(_item(each) for each in plain.pop("items"))
    sections = tuple(_plain(Section, each) for each in plain.pop("sections", ()))
    checks = tuple(_check(each) for each in plain.pop("checks", ()))
    place = Place(plain.pop("place", Place.VISIT))
    return Form(**plain, items=items, sections=sections, checks=checks, place=place)


def _plain(kind: type[T], data: dict[str, Any]) -> T:
    needed = {f.name for f in fields(kind) if f.default is MISSING}  # type: ignore[arg-type]
    if missing := needed - set(data):
        raise KeyError(sorted(missing)[0])
    return kind(**data)


def _item(data: dict[str, Any]) -> Item:
    plain = dict(data)
    plain["type"] = ItemType(plain["type"])
    plain["codes"] = tuple(_plain(Code, code) for code in plain.get("codes", ()))
    if "likely" in plain:
        plain["likely"] = tuple(plain["likely"])
    if "show_if" in plain:
        name, values = plain["show_if"]
        plain["show_if"] = (name, tuple(values))
    plain["formula"] = as_expression(plain.get("formula"))
    return _plain(Item, plain)


def _check(data: dict[str, Any]) -> Check:
    plain = dict(data)
    plain["severity"] = Severity(plain["severity"])
    plain["when"] = as_expression(plain["when"])
    return _plain(Check, plain)
