"""Many rows, some at a time, so that neither memory nor a query has to hold all of them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_parts(rows: Iterable[T], most: int) -> Iterator[list[T]]:
    """The rows in order, at most so many together; nothing for none.

    >>> list(in_parts("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    source = iter(rows)
    while part := list(islice(source, most)):
        yield part
