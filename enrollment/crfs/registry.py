"""Every case report form, by its key."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.crfs import (
    demographics,
    mri_safety,
    neurovascular_read,
    severity,
    surgical_finding,
)
from enrollment.crfs.definition import Form
from studysite.core.errors import NotThere

FORMS: dict[str, Form] = {
    module.FORM.key: module.FORM
    for module in (demographics, mri_safety, severity, neurovascular_read, surgical_finding)
}


def form_of(key: str) -> Form:
    """The form of that key."""
    if key not in FORMS:
        raise NotThere(_("There is no form %(key)s.") % {"key": key})
    return FORMS[key]
