"""Pages of lists that may be long: counted as far as a person reads, and no further."""

from __future__ import annotations

from typing import Any, Protocol

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNTED = 1000
FURTHEST_PAGE = 100_000


class LongList(Protocol):
    """Rows of more than one query, found as far as they are asked for."""

    def counted(self, at_most: int) -> int:
        """How many there are, counted no further than that."""

    def __getitem__(self, part: slice) -> list[Any]:
        """Those from one place to another."""


class LongPage(Page):
    """A page that knows whether another follows by having looked."""

    paginator: LongPaginator

    def __init__(self, rows: list[Any], number: int, paginator: LongPaginator) -> None:
        super().__init__(rows[: paginator.per_page], number, paginator)
        self._followed = len(rows) > paginator.per_page

    def has_next(self) -> bool:
        """Whether there are rows beyond this page."""
        return self._followed

    def next_page_number(self) -> int:
        """The page after this one."""
        if not self._followed:
            raise EmptyPage
        return self.number + 1

    def end_index(self) -> int:
        """The number of this page's last row."""
        return self.start_index() + len(self.object_list) - 1 if self.object_list else 0


class LongPaginator(Paginator):
    """A paginator for lists of which counting the whole would cost more than showing a page: of a
    query, or of several."""

    def __init__(self, rows: QuerySet[Any] | LongList, per_page: int) -> None:
        super().__init__(rows, per_page)  # type: ignore[arg-type]

    @cached_property
    def count(self) -> int:
        """How many there are; beyond what is counted, one more than that."""
        rows: Any = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: COUNTED + 1].count()
        return int(rows.counted(COUNTED + 1))

    @property
    def is_longer(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > COUNTED

    @property
    def shown(self) -> str:
        """How many there are, as a page says it."""
        return f"{COUNTED}+" if self.is_longer else str(self.count)

    def validate_number(self, number: Any) -> int:
        """A page's number; in a list that was not counted to its end, any."""
        if not self.is_longer:
            return super().validate_number(number)
        text = str(number)
        if not text.isdecimal() or not 1 <= int(text[:8]) <= FURTHEST_PAGE:
            return 1
        return int(text[:8])

    def page(self, number: Any) -> LongPage:
        """A page, and a look at whether one follows."""
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        return LongPage(list(self.object_list[first : first + self.per_page + 1]), number, self)
