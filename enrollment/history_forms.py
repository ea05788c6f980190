"""The form of the page that takes in answers from before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.history_sheet import LARGEST_BYTES
from enrollment.services.history import forms_for_sheets
from studysite.core.webforms import ReasonField, StudyForm


class SheetForm(StudyForm):
    """A form, its sheet, and where the answers come from. `content` is a sheet that was sent
    before."""

    form = forms.ChoiceField(label=gettext_lazy("Form"))
    file = forms.FileField(
        label=gettext_lazy("CSV file, UTF-8"),
        help_text=gettext_lazy(
            "The columns of a CSV export: whose form at which visit, and one for each item by its "
            "name in the codebook."
        ),
    )
    content = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    reason = ReasonField(label=gettext_lazy("Where these answers come from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.key, each.title) for each in forms_for_sheets()]
        self.fields["form"].choices = choices  # type: ignore[attr-defined]
        sent = self.data if self.is_bound else self.initial
        self.fields["file"].required = not sent.get("content")

    def clean(self) -> dict[str, Any]:
        """The file is not too large to be read."""
        given = super().clean() or {}
        file = given.get("file")
        if file and file.size > LARGEST_BYTES:
            self.add_error("file", _("The file is larger than 2 MB; take it in in parts."))
        return given

    def sheet(self) -> dict[str, Any]:
        """What the services take."""
        given = self.cleaned_data
        if "bytes" not in given:
            file = given["file"]
            given["bytes"] = file.read() if file else given["content"].encode()
        return {"form": given["form"], "content": given["bytes"], "reason": given["reason"]}

    def again(self) -> SheetForm:
        """The same with the sheet in it, for the second step."""
        sheet = self.sheet()
        kept = {"form": sheet["form"], "reason": sheet["reason"]}
        return SheetForm(initial={**kept, "content": sheet["content"].decode("utf-8-sig")})
