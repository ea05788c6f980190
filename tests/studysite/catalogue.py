"""The translations as files: what the source says, what the .po holds, what the .mo holds."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
PO = ROOT / "studysite" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
APPS = ("studysite", "enrollment", "imaging", "reports")
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
CALLS |= {"said", "told"}
LITERAL = r'("(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\')'


@dataclass(frozen=True)
class Entry:
    """One entry of the .po; a plural has several texts."""

    message: str
    texts: tuple[str, ...]
    fuzzy: bool


def entries(path: Path = PO) -> list[Entry]:
    """Every living entry of a .po but its header."""
    found = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        parts = re.findall(r'^(msg\w+(?:\[\d\])?) ((?:".*"\s*)+)', "\n".join(lines), re.MULTILINE)
        words = {key: "".join(map(ast.literal_eval, text.splitlines())) for key, text in parts}
        if words.get("msgid"):
            texts = tuple(text for key, text in words.items() if key.startswith("msgstr"))
            found.append(Entry(words["msgid"], texts, "#, fuzzy" in block))
    return found


def compiled() -> dict[str, str]:
    """What the .mo says, plural forms under their singular."""
    with PO.with_suffix(".mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {(key if isinstance(key, str) else key[0]): text for key, text in catalogue.items()}


def in_source() -> set[str]:
    """Every message that our Python and our templates mark for translation."""
    python = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    templates = (path for app in APPS for path in (ROOT / app).rglob("*.html"))
    said = {word for path in python for word in _in_python(path)}
    return said | {word for path in templates for word in _in_template(path)}


def _in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        first = node.args[0] if node.args else None
        if name in CALLS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _in_template(path: Path) -> Iterator[str]:
    source = templatize(path.read_text(encoding="utf-8"))
    for literal in re.findall(rf"_\(u?{LITERAL}|gettext\(u?{LITERAL}", source):
        yield ast.literal_eval(literal[0] or literal[1])
