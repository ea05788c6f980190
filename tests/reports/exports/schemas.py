"""The standards' own schemas, as odmlib ships them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from lxml import etree

FILES = {"odm132": "odm/1.3.2/ODM1-3-2.xsd", "odm2": "odm/2.0/ODM.xsd"}


@cache
def schema(name: str) -> etree.XMLSchema:
    """The schema of a format."""
    return etree.XMLSchema(etree.parse(str(files("odmlib") / "schemas" / FILES[name])))


def problems(name: str, content: bytes) -> list[str]:
    """What the schema says against a document."""
    found = schema(name)
    found.validate(etree.fromstring(content, etree.XMLParser(huge_tree=True)))
    return [f"{error.line}: {error.message}" for error in found.error_log]
