"""Long lists: how many rows there are is counted up to a bound, so that a page of a million rows costs what a page of a thousand does."""

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from . import wording

MOST = 10_000  # rows that are counted and can be turned to page by page; whoever looks for one beyond narrows the list


def count_up_to_bound(rows: "QuerySet[Any]") -> int:
    """Rows, counted up to one more than the bound."""
    return rows.order_by().values("pk")[: MOST + 1].count()


def is_beyond_bound(count: int) -> bool:
    """Whether there are more rows than were counted."""
    return count > MOST


def bounded_words(count: int) -> str:
    """How many rows: "1,240", "more than 10,000"."""
    if is_beyond_bound(count):
        return _("more than %(n)s") % {"n": wording.number(MOST)}
    return wording.number(count)


class BoundedPaginator(Paginator[Any]):
    """Pages over the first `MOST` rows."""

    @cached_property
    def counted(self) -> int:
        """Rows, counted up to one more than the bound."""
        return count_up_to_bound(cast("QuerySet[Any]", self.object_list))

    @cached_property
    def count(self) -> int:
        """Rows that can be turned to."""
        return min(self.counted, MOST)

    @property
    def has_more(self) -> bool:
        """Whether there are rows beyond the bound."""
        return is_beyond_bound(self.counted)

    @property
    def total_words(self) -> str:
        """How many rows: "1,240", "more than 10,000"."""
        return bounded_words(self.counted)


def page_of(rows: "QuerySet[Any]", request: HttpRequest, *, size: int) -> "Page[Any]":
    """The page of a list that the address asks for, the nearest one where there is none such."""
    return BoundedPaginator(rows, size).get_page(request.GET.get("page"))
