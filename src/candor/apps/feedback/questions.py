"""The words of questions: answers bear the key that their source gave a question; who knows its words registers here."""

from collections.abc import Callable, Iterable

_books: list[Callable[[str, Iterable[str]], dict[str, str]]] = []


def register_words(book: Callable[[str, Iterable[str]], dict[str, str]]) -> None:
    """Add who knows the words of questions, by source and key; called from AppConfig.ready, twice is once."""
    if book not in _books:
        _books.append(book)


def words_of(source: str, keys: Iterable[str]) -> dict[str, str]:
    """The words of the questions that somebody knows; those of the others are their keys."""
    wanted = list(keys)
    found: dict[str, str] = {}
    for book in _books:
        found = book(source, wanted) | found
    return found
