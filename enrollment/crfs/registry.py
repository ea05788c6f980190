"""Every case report form in every version.

The newest definitions are Python; a released version is a file in `released/` beside its digest in
`SHA256SUMS` and never changes, so that data show as they were captured.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from enrollment.crfs import (
    adverse_event,
    demographics,
    deviation,
    follow_up,
    image_quality,
    mri_safety,
    nerve_measurement,
    neurovascular_read,
    scan,
    severity,
    surgical_finding,
    withdrawal,
)
from enrollment.crfs.definition import Form
from enrollment.crfs.written import form_from
from studysite.core.errors import NotThere

RELEASED = Path(__file__).parent / "released"
SUMS = "SHA256SUMS"
FORMS: dict[str, Form] = {
    module.FORM.key: module.FORM
    for module in (
        demographics,
        mri_safety,
        severity,
        scan,
        image_quality,
        neurovascular_read,
        nerve_measurement,
        surgical_finding,
        follow_up,
        adverse_event,
        deviation,
        withdrawal,
    )
}


def form_of(key: str, version: str = "") -> Form:
    """The form of that key in a version; without one, in the newest."""
    if key not in FORMS:
        raise NotThere(_("There is no form %(key)s.") % {"key": key})
    found = versions_of(key).get(version) if version else FORMS[key]
    if found is None:
        sentence = _("There is no version %(version)s of the form %(key)s.")
        raise NotThere(sentence % {"version": version, "key": key})
    return found


def versions_of(key: str) -> dict[str, Form]:
    """Every version of a form, the oldest first; the newest may not be released yet."""
    known = {form.version: form for form in released().values() if form.key == key}
    known.setdefault(FORMS[key].version, FORMS[key])
    return dict(sorted(known.items(), key=lambda pair: order_of(pair[0])))


def order_of(version: str) -> tuple[int, ...]:
    """What versions are sorted by: 1.10 comes after 1.9."""
    return tuple(int(part) for part in version.split("."))


def name_of(form: Form) -> str:
    """The name of a released version's file."""
    return f"{form.key}-{form.version}.json"


@cache
def released() -> dict[str, Form]:
    """Every released version by the name of its file."""
    return {
        name: form_from(json.loads((RELEASED / name).read_text(encoding="utf-8")))
        for name in sums_in(RELEASED)
    }


def sums_in(folder: Path) -> dict[str, str]:
    """What the lock file says: file names and their digests."""
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def broken(folder: Path, pattern: str = "*.json") -> list[str]:
    """Where released files and their lock differ, one sentence each."""
    locked = sums_in(folder)
    there = {path.name for path in folder.glob(pattern)}
    found = [f"{name} is not in the lock file." for name in sorted(there - set(locked))]
    found += [f"{name} was released and is gone." for name in sorted(set(locked) - there)]
    for name in sorted(there & set(locked)):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != locked[name]:
            found.append(f"{name} was released and has changed: it needs a new version.")
    return found
