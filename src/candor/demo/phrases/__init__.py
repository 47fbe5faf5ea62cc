"""Phrase books as plain text, read once: a section per aspect and tone, a clause per line."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

Piece = str | tuple[str, ...]
Clause = tuple[Piece, ...]
Book = dict[str, tuple[Clause, ...]]

_CHOICE: Final = re.compile(r"\[([^\]]*)\]")


@cache
def book(language: str) -> Book:
    """The phrase book of a language: "<aspect> <tone>" to its clauses."""
    name = {"en": "english.txt", "es": "spanish.txt"}[language]
    sections: dict[str, list[Clause]] = {}
    section: list[Clause] = []
    for raw in (files(__package__) / name).read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        heading = re.fullmatch(r"\[(\w+ \w+)\]", line)
        if heading:
            section = sections.setdefault(heading[1], [])
        elif line and not line.startswith("#"):
            section.append(parse(line))
    return {key: tuple(clauses) for key, clauses in sections.items()}


def parse(line: str) -> Clause:
    """A line as fixed text and choices in turn: ``"so [very|] kind"``."""
    pieces: list[Piece] = []
    for number, part in enumerate(_CHOICE.split(line)):
        if number % 2:
            pieces.append(tuple(part.split("|")))
        elif part:
            pieces.append(part)
    return tuple(pieces)
