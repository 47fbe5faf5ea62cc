"""Feedback under an address that anybody may have typed: the entrances at which that is so say here which theirs is."""

from collections.abc import Callable, Collection

_askers: list[Callable[[Collection[int]], set[int]]] = []


def register_unconfirmed(asker: Callable[[Collection[int]], set[int]]) -> None:
    """Add who knows, by ids of feedback, which of it came under an address that nobody confirmed; called from AppConfig.ready, twice is once."""
    if asker not in _askers:
        _askers.append(asker)


def unconfirmed_among(ids: Collection[int]) -> set[int]:
    """Which of the feedback came under an address that nobody confirmed."""
    return set[int]().union(*(asker(ids) for asker in _askers)) if ids else set()
