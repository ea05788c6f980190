"""How one definition differs from another: added, taken out, changed, place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# What tells the members of a list apart, wherever they stand in it.
NAMES = ("name", "key", "value", "version")


@dataclass(frozen=True)
class Change:
    """One place: its path, what stood there and what stands there now. None for nothing."""

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def changes(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[Change]:
    """Every difference of two pieces of JSON; members of a list are matched by their name."""
    if before == after:
        return []
    one, other = _members(before), _members(after)
    if one is None or other is None or before is None or after is None:
        return [Change(path, before, after)]
    return [
        change
        for name in dict.fromkeys([*one, *other])
        for change in changes(one.get(name), other.get(name), (*path, name))
    ]


def _members(value: Any) -> dict[str, Any] | None:
    """A piece of JSON by the names of its members; None where it has none."""
    if isinstance(value, Mapping):
        return {str(key): each for key, each in value.items()}
    if isinstance(value, list):
        named = [(_name(each), each) for each in value]
        if all(name for name, _each in named) and len(dict(named)) == len(named):
            return dict(named)
    return None


def _name(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    return str(next((value[name] for name in NAMES if name in value), ""))


def flat(value: Any) -> Iterator[str]:
    """A piece of JSON in few words, for a cell of a table."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield f"{key}: {'; '.join(flat(each))}"
    elif isinstance(value, list | tuple):
        yield ", ".join("; ".join(flat(each)) for each in value)
    elif value is not None:
        yield str(value)
