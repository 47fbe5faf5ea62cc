"""Which language a comment is written in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNDETERMINED = "und"
LEAST_CHARACTERS = 20
LEAST_PROBABILITY = 0.70

# Languages in which companies write to customers. Without the limit a short Spanish sentence is Extremaduran and a short
# English one Nigerian Pidgin. "zxx" (no linguistic content) stays in, to catch keyboard noise.
_CANDIDATES = """
af ar bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk kn ko lt lv mk ml mr ms mt
ne nl no pa pl pt ro ru sk sl sq sr sv sw ta te th tl tr uk ur uz vi zh zu zxx
"""

_NOT_PROSE = re.compile(r"https?://\S+|www\.\S+|[^\s@]{1,64}@[^\s@]{1,255}|\[[a-z-]+\]|\b[Xx]{2,}\b|[\d_]+")
_SPACES = re.compile(r"\s+")


def detect_language(text: str) -> str:
    """Name the language of a text, or decline to.

    Addresses, numbers and masks are taken out first: they belong to no language. The identifier is py3langid
    (Lui & Baldwin 2012, *langid.py*), which is deterministic and needs no network.

    Args:
        text: One comment, of any length.

    Returns:
        A two-letter ISO 639-1 code, or ``"und"`` (undetermined, ISO 639-2) when fewer than 20 characters of prose are
        left or the most probable language has less than 0.70 of the probability.

    Examples:
        >>> detect_language("The card never arrived and nobody answered the phone.")
        'en'
        >>> detect_language("Nach drei Wochen hat mir noch niemand geantwortet.")
        'de'
        >>> detect_language("ok thanks")
        'und'
    """
    prose = _SPACES.sub(" ", _NOT_PROSE.sub(" ", text)).strip()
    if len(prose) < LEAST_CHARACTERS:
        return UNDETERMINED
    if prose.isupper():
        prose = prose.lower()  # the identifier reads capitals as another alphabet
    code, probability = _identifier().classify(prose)
    is_told = code != "zxx" and probability >= LEAST_PROBABILITY
    return str(code) if is_told else UNDETERMINED


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_CANDIDATES.split())
    return identifier
