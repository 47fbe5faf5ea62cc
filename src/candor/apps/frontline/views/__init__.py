"""The web face of the frontline: the board of ideas, notes, and pulses."""

from .ideas import (
    answer_idea,
    board,
    comment,
    follow,
    idea,
    let_in,
    merge,
    name_owner,
    part,
    post,
    remove_comment,
    restore_comment,
    turn_away,
    vote,
)
from .notes import guess, note
from .pulses import answer, close, drop, export, open_, pulse, pulses, write

__all__ = [
    "answer",
    "answer_idea",
    "board",
    "close",
    "comment",
    "drop",
    "export",
    "follow",
    "guess",
    "idea",
    "let_in",
    "merge",
    "name_owner",
    "note",
    "open_",
    "part",
    "post",
    "pulse",
    "pulses",
    "remove_comment",
    "restore_comment",
    "turn_away",
    "vote",
    "write",
]
