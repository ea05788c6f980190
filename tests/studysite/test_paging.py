"""Long lists are paged without being counted to their end."""

from __future__ import annotations

import pytest

from studysite.core import paging
from studysite.core.models import Site
from studysite.core.paging import LongPaginator

SITES = 7


@pytest.fixture
def paginator(db: None, monkeypatch: pytest.MonkeyPatch) -> LongPaginator:
    """Seven sites, three a page, of which five are counted."""
    monkeypatch.setattr(paging, "COUNTED", 5)
    for number in range(SITES):
        Site.objects.create(code=f"S{number}", name="A site")
    return LongPaginator(Site.objects.order_by("code"), 3)


def test_what_is_counted_ends_where_nobody_reads_on(paginator: LongPaginator) -> None:
    assert (paginator.is_longer, paginator.shown) == (True, "5+")


def test_every_row_is_on_some_page(paginator: LongPaginator) -> None:
    page, codes = paginator.get_page(1), []
    while True:
        codes += [site.code for site in page]
        if not page.has_next():
            break
        page = paginator.get_page(page.next_page_number())
    assert codes == [f"S{number}" for number in range(SITES)]
    assert (page.number, page.start_index(), page.end_index()) == (3, 7, 7)


@pytest.mark.parametrize("asked", ["nonsense", "-1", "0", "9" * 30, None])
def test_a_page_that_is_none_is_the_first(paginator: LongPaginator, asked: str | None) -> None:
    assert paginator.get_page(asked).number == 1


def test_a_short_list_is_counted(db: None) -> None:
    Site.objects.create(code="S0", name="A site")
    paginator = LongPaginator(Site.objects.order_by("code"), 3)
    assert (paginator.is_longer, paginator.shown, paginator.num_pages) == (False, "1", 1)
    assert not paginator.get_page(1).has_next()
