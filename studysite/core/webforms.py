"""Forms of pages: a rule of the study that was not kept is shown where the person entered it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms

from studysite.core.errors import NotPermitted, NotThere, StudyError


class StudyForm(forms.Form):
    """A form whose service may refuse: the input is kept, the answer has the refusal's status."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refusal: StudyError | None = None

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Run a service inside; its refusal becomes the sentence at its field or on top."""
        try:
            yield
        except (NotPermitted, NotThere):
            raise
        except StudyError as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: StudyError) -> None:
        """Show a refusal."""
        self.refusal = refusal
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        if self.refusal is not None:
            return self.refusal.status
        return 422 if self.is_bound and self.errors else 200


class DayField(forms.DateField):
    """A whole date, written and read as YYYY-MM-DD in every language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)


class ReasonField(forms.CharField):
    """A reason that stays on record."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, **kwargs)
