"""What a theme discovery learned, small enough to keep and enough to place new comments."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from candor.text.corpus import CommentId
from candor.text.errors import UnreadableModel
from candor.text.tokens import phrases, tokenise
from candor.text.vectors import Bag, Floats, Vocabulary, project, weigh

LEAST_SIMILARITY = 0.20
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a comment belongs.

    Attributes:
        comment_id: The comment.
        key: The theme it is nearest to, or None when no published theme is near.
        similarity: Cosine with that theme's centre, 0 to 1; 0 when `key` is None.
    """

    comment_id: CommentId
    key: str | None
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class ThemeModel:
    """Vocabulary, axes and centres.

    Attributes:
        language: The language whose stop words and stems it was learned with.
        vocabulary: V terms and weights.
        axes: (V, d), in single precision, so that a stored model places as the fresh one does.
        centres: (K, d) unit rows, one for each group, withheld groups too.
        keys: K keys; None where the group is withheld.
    """

    language: str
    vocabulary: Vocabulary
    axes: Floats
    centres: Floats
    keys: tuple[str | None, ...]

    def nearest(self, bags: Sequence[Bag]) -> tuple[list[int | None], list[float]]:
        """The nearest group of each bag, None where none is near, and the cosine with its centre."""
        if not bags:
            return [], []
        similarities = project(weigh(bags, self.vocabulary), self.axes) @ self.centres.T
        best = similarities.argmax(axis=1)
        cosines = similarities[np.arange(len(bags)), best].round(9).tolist()
        near = [
            int(group) if cosine >= LEAST_SIMILARITY else None
            for group, cosine in zip(best, cosines, strict=True)
        ]
        return near, cosines

    def to_bytes(self) -> bytes:
        """The model as a compressed NPZ archive of arrays and one JSON text; nothing in it can run."""
        header = {
            "format": _FORMAT,
            "language": self.language,
            "terms": self.vocabulary.terms,
            "keys": self.keys,
        }
        file = io.BytesIO()
        np.savez_compressed(
            file,
            header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8),
            weights=self.vocabulary.weights,
            axes=self.axes.astype(np.float32),
            centres=self.centres,
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read back what `to_bytes` wrote.

        Raises:
            UnreadableModel: The bytes are something else, or of another version.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                header = json.loads(arrays["header"].tobytes())
                if header["format"] != _FORMAT:
                    raise UnreadableModel(
                        f"This model has format {header['format']}; format {_FORMAT} is needed."
                    )
                return cls(
                    language=header["language"],
                    vocabulary=Vocabulary(tuple(header["terms"]), arrays["weights"]),
                    axes=arrays["axes"].astype(np.float64),
                    centres=arrays["centres"],
                    keys=tuple(header["keys"]),
                )
        except (KeyError, TypeError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            if isinstance(error, UnreadableModel):
                raise
            raise UnreadableModel("These bytes are no theme model.") from error


def assign(model: ThemeModel, comments: Iterable[tuple[CommentId, str]]) -> tuple[Placement, ...]:
    """Place comments in the themes of an earlier discovery, without a new one.

    Comments that were part of the discovery are placed where it placed them.

    Args:
        model: From `discover_themes`.
        comments: Ids and texts.

    Returns:
        One placement for each comment, in the order given.
    """
    ids, bags = list[CommentId](), list[Bag]()
    for comment_id, text in comments:
        ids.append(comment_id)
        bags.append(Bag(stem for stem, _ in phrases(tokenise(text, language=model.language))))
    groups, cosines = model.nearest(bags)
    keys = [None if group is None else model.keys[group] for group in groups]
    return tuple(
        Placement(comment_id, key, 0.0 if key is None else cosine)
        for comment_id, key, cosine in zip(ids, keys, cosines, strict=True)
    )
