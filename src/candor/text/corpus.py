"""Comments as they are counted: by content, each distinct text once, in an order that only the content decides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from candor.text.errors import RepeatedId
from candor.text.naming import Surfaces
from candor.text.tokens import phrases, tokenise
from candor.text.vectors import Bag

CommentId = int | str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Comments read.

    Attributes:
        bags: One count of stems and pairs of stems for each distinct text, in the order of a hash of the content.
        ids: For each bag the ids of all comments with that text; texts that differ only in capitals, punctuation,
            numbers, stop words or endings are the same.
        wordless: Ids of comments in which no word was left.
        surfaces: What people wrote for each stem.
    """

    bags: tuple[Bag, ...]
    ids: tuple[tuple[CommentId, ...], ...]
    wordless: tuple[CommentId, ...]
    surfaces: Surfaces

    @property
    def n_read(self) -> int:
        """How many comments have words."""
        return sum(map(len, self.ids))


def read_corpus(comments: Iterable[tuple[CommentId, str]], *, language: str) -> Corpus:
    """Tokenise comments and put those with the same content together.

    Raises:
        RepeatedId: Two comments have the same id.
    """
    ids_of: defaultdict[str, list[CommentId]] = defaultdict(list)
    forms_of: dict[str, list[tuple[str, str]]] = {}
    seen = set[CommentId]()
    for comment_id, text in comments:
        if comment_id in seen:
            raise RepeatedId(comment_id)
        seen.add(comment_id)
        tokens = tokenise(text, language=language)
        content = " ".join(token.stem for token in tokens)
        ids_of[content].append(comment_id)
        # Of equal contents the alphabet chooses the wording, so that the order of the comments can't.
        forms = list(phrases(tokens))
        forms_of[content] = min(forms_of.get(content, forms), forms)
    wordless = ids_of.pop("", [])
    contents = sorted(ids_of, key=_digest)
    surfaces = Surfaces()
    for content in contents:
        for stem, surface in forms_of[content]:
            surfaces.add(stem, surface)
    return Corpus(
        bags=tuple(Counter(stem for stem, _ in forms_of[content]) for content in contents),
        ids=tuple(tuple(in_order(ids_of[content])) for content in contents),
        wordless=tuple(in_order(wordless)),
        surfaces=surfaces,
    )


def in_order(ids: Iterable[CommentId]) -> list[CommentId]:
    """Numbers by size, then texts by the alphabet."""
    return sorted(ids, key=lambda one: (isinstance(one, str), one if isinstance(one, int) else 0, str(one)))


def _digest(content: str) -> bytes:
    return blake2b(content.encode(), digest_size=16).digest()
