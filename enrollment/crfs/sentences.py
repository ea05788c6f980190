"""What each finding says. Existing words stay: pages, API and tests rest on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def sentence_for(code: str, parameters: Mapping[str, Any]) -> str:
    """The sentence of a built-in finding in the reader's language."""
    words = {
        "unknown_item": _("This form has no such item."),
        "required": _("This answer is required."),
        "not_asked": _("This question is not asked here."),
        "not_a_code": _("This is not one of the answers."),
        "not_codes": _("This is not among the answers."),
        "not_text": _("This answer is written as text."),
        "not_whole": _("This is not a whole number."),
        "not_a_number": _("This is not a number."),
        "not_a_tick": _("This is neither yes nor no."),
        "too_high": _("This is more than %(high)g."),
        "too_low": _("This is less than %(low)g."),
        "outside": _("This lies outside %(low)g to %(high)g."),
        "unlikely_too_high": _("This is unlikely: more than %(high)g."),
        "unlikely_too_low": _("This is unlikely: less than %(low)g."),
        "unlikely_outside": _("This is unlikely: outside %(low)g to %(high)g."),
        "not_a_date": _("This is not a date; write YYYY-MM-DD."),
        "not_a_moment": _("This is not a time; write YYYY-MM-DD and HH:MM."),
        "day_missing": _("This date needs its day; write YYYY-MM-DD."),
        "future": _("This date lies in the future."),
        "too_long": _("This text is longer than 2,000 characters."),
        "computed": _("This is computed from the other answers and differs from what they give."),
    }
    return words[code] % parameters if code in words else code
