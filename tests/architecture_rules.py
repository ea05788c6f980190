"""The house's rules, each a function that returns what breaks it, one line a find.

`test_architecture.py` holds the project to them, and shows for each that it finds a planted break.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

PACKAGES = ("studysite", "enrollment", "imaging", "reports")
PURE = ("imaging/nerve", "imaging/dicom", "imaging/render", "reports/statistics")
FRAMEWORKS = {"django", "rest_framework", "celery", *PACKAGES}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "managers", "constants"}
SIGNAL_MODULES = ("django.dispatch", "django.core.signals", "django.db.models.signals")
MODEL_WRITES = {"save", "delete"}
ROW_WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "update"}
LONGEST_FILE_LINES = 300
# An auditor is given this one file and nothing else.
IN_ONE_FILE = {"studysite/core/audit/verify.py"}

Rule = Callable[[Path], list[str]]


def sources(root: Path, *folders: str) -> Iterator[Path]:
    """Python files of the project's packages, or of these folders, without migrations."""
    for folder in folders or PACKAGES:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def _trees(root: Path, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sources(root, *folders):
        yield str(path.relative_to(root)), ast.parse(path.read_text(encoding="utf-8"))


def _imported(node: ast.AST) -> list[str]:
    """The modules an import statement names, most exact form; none for a relative import."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def vague_file_names(root: Path) -> list[str]:
    """A file is named after a noun of the trial, not after its being of use."""
    return [
        str(path.relative_to(root))
        for path in sources(root, *PACKAGES, "tests")
        if path.stem.strip("_") in VAGUE_NAMES or path.parent.name in VAGUE_NAMES
    ]


def imports_inside_functions(root: Path) -> list[str]:
    """What a file needs is told at its head."""
    return [
        f"{name}:{inner.lineno}"
        for name, tree in _trees(root)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def signals(root: Path) -> list[str]:
    """What happens is called by name; nothing is overheard."""
    return [
        f"{name}:{node.lineno} {module}"
        for name, tree in _trees(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in _imported(node)
        if module.startswith(SIGNAL_MODULES)
        or re.match(r"(django|celery)\..*signals(\.|$)", module)
    ]


def swallowed_exceptions(root: Path) -> list[str]:
    """Only errors that can be named are caught; a catch-all tidies up and raises on."""
    return [
        f"{name}:{node.lineno}"
        for name, tree in _trees(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node.type)
        if not isinstance(node.body[-1], ast.Raise)
    ]


def _catches_all(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(
        each is None or (isinstance(each, ast.Name) and each.id in {"Exception", "BaseException"})
        for each in kinds
    )


def long_files(root: Path) -> list[str]:
    """A file of more than 300 lines is two nouns."""
    found = []
    for path in sources(root, *PACKAGES, "tests"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE_LINES and str(path.relative_to(root)) not in IN_ONE_FILE:
            found.append(f"{path.relative_to(root)}: {lines} lines")
    return found


def frameworks_in_pure_packages(root: Path) -> list[str]:
    """The numerics know no Django, and none of the apps but the pure packages."""
    pure = (*(folder.replace("/", ".") for folder in PURE), "imaging.told")
    return [
        f"{name}:{node.lineno} {module}"
        for name, tree in _trees(root, *PURE)
        for node in ast.walk(tree)
        for module in _imported(node)
        if module.split(".")[0] in FRAMEWORKS and not module.startswith(pure)
    ]


def sentences_that_cannot_be_translated(root: Path) -> list[str]:
    """A sentence that is kept for a later reader is made by `said` or `told` from literal words:
    `about(number, said("Form %(form)s saved", form=…))`, never an f-string."""
    return [
        f"{name}:{node.lineno} {ast.unparse(node)}"
        for name, tree in _trees(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _keeps_plain_words(node)
    ]


def _keeps_plain_words(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first, second = ([*call.args, None, None])[:2]
    if name in ("said", "told"):
        return not (isinstance(first, ast.Constant) and isinstance(first.value, str))
    details = [word.value for word in call.keywords if name == "acting" and word.arg == "detail"]
    found = [second, *details] if name in ("about", "progress") else details
    return any(
        isinstance(one, ast.JoinedStr)
        or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        for one in found
    )


def services_that_are_not_acts(root: Path) -> list[str]:
    """A service is keyword-only and names the person who acts."""
    return [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in _trees(root)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(map(_is_service, node.decorator_list))
        if node.args.args or "by" not in {argument.arg for argument in node.args.kwonlyargs}
    ]


def _is_service(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "service"


def writes_outside_services(root: Path) -> list[str]:
    """Pages, API, tasks and commands call services; none of them writes a row."""
    return [
        f"{name}:{node.lineno} .{node.func.attr}()"
        for name, tree in _trees(root)
        if re.search(r"(^|/)(views|api|tasks|commands)(_\w+)?(\.py|/)", name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if _writes_rows(node.func)
    ]


def _writes_rows(called: ast.Attribute) -> bool:
    if called.attr in MODEL_WRITES:
        return True
    owners = {part.attr for part in ast.walk(called.value) if isinstance(part, ast.Attribute)}
    return called.attr in ROW_WRITES and "objects" in owners


def generic_api_views(root: Path) -> list[str]:
    """An address of the API is one act or one look; none creates, updates or destroys at large."""
    generic = re.compile(r"rest_framework\.(viewsets|generics|mixins|routers)\b|.*ModelSerializer$")
    return [
        f"{name}:{node.lineno} {module}"
        for name, tree in _trees(root)
        for node in ast.walk(tree)
        for module in _imported(node)
        if generic.match(module)
    ]


def migrations_that_cannot_be_undone(root: Path) -> list[str]:
    """A migration says in its name what it does, and what it runs it can take back."""
    found = []
    for folder in PACKAGES:
        for path in sorted((root / folder).rglob("migrations/0*.py")):
            name = str(path.relative_to(root))
            if re.match(r"\d{4}_(auto|initial$|alter_|remove_)", path.stem):
                found.append(name)
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += [
                f"{name}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") in {"RunPython", "RunSQL"}
                and len(node.args) + len(node.keywords) < 2
            ]
    return found


def rooms_not_in_the_plan(entries: set[str], plan: set[str]) -> list[str]:
    """The house has the rooms that STYLE names; a new one is a decision."""
    return sorted(entries - plan)


def pins_without_a_reason(requirements: str) -> list[str]:
    """Every requirement is pinned and says what it is for."""
    return [
        line
        for line in requirements.splitlines()
        if line.strip() and not line.startswith(("#", "-r ", "-c "))
        if not re.fullmatch(r"[\w.-]+(\[[\w,-]+\])?==[\w.]+(\s*;[^#]+)?\s+# \S.*", line)
    ]


def copyleft_licences(licences: Mapping[str, str]) -> list[str]:
    """No GPL or AGPL among what runs; the lesser GPL is a library's licence and is fine."""
    strict = re.compile(r"(?<!L)GPL|(?<!Lesser )General Public License|Affero", re.IGNORECASE)
    return [
        f"{name}: {licence}" for name, licence in sorted(licences.items()) if strict.search(licence)
    ]
