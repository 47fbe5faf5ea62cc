"""What can be wrong with what this room is given.

TextError
├── RepeatedId
├── UnreadableModel
└── UnequalLengths
"""

from __future__ import annotations


class TextError(ValueError):
    """Something that the caller handed over can't be read."""

    code = "text_error"


class RepeatedId(TextError):
    """Two comments carry the same id."""

    code = "repeated_id"

    def __init__(self, comment_id: object) -> None:
        super().__init__(f"Two comments have the id {comment_id!r}.")
        self.comment_id = comment_id


class UnreadableModel(TextError):
    """The bytes are not a model of this kind and version."""

    code = "unreadable_model"


class UnequalLengths(TextError):
    """There are not as many scores as texts."""

    code = "unequal_lengths"

    def __init__(self, *, texts: int, scores: int) -> None:
        super().__init__(f"{texts} texts and {scores} scores were given; each text needs one score.")
