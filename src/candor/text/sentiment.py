"""The tone of a comment, learned from the scores that customers gave with their own comments.

A weak prior, and labelled as one: general word lists called four in ten angry tweets positive in our trial, below always
saying "negative". So tone is learned only from the company's own pairs of score and text, tested on comments that it has not
seen, and refused when it does not clearly beat guessing. Those who score and write are not all who write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from candor.text.corpus import read_corpus
from candor.text.errors import UnequalLengths
from candor.text.tokens import phrases, tokenise
from candor.text.vectors import Bag, Floats, Vocabulary, learn_vocabulary, weigh

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Tone = Literal["negative", "neutral", "positive"]
ToneStatus = Literal["ok", "too_few", "too_weak"]

TONES: Final[tuple[Tone, ...]] = ("negative", "neutral", "positive")
LEAST_LABELS = 200
LEAST_PER_TONE = 20
LEAST_MACRO_F1 = 0.55
LEAST_GAIN = 0.15  # macro-F1 over always naming the most frequent tone
FOLDS = 5
_PENALTY = (
    4.0  # inverse strength of the ridge; between 1 and 10 nothing changed by more than 0.01 in macro-F1
)


@dataclass(frozen=True, slots=True)
class ToneJudgement:
    """What tone a comment probably has; None when none of its words is known."""

    tone: Tone | None
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class ToneModel:
    """A linear model of tone.

    Attributes:
        language: Language of the comments it was learned from.
        vocabulary: V terms and weights.
        tones: The T tones it tells apart.
        coefficients: (T, V).
        intercepts: T.
    """

    language: str
    vocabulary: Vocabulary
    tones: tuple[Tone, ...]
    coefficients: Floats
    intercepts: Floats

    def judge(self, texts: Iterable[str]) -> tuple[ToneJudgement, ...]:
        """The most probable tone of each text, in the order given. A weak prior: show it as one, never as a score."""
        bags = [Bag(stem for stem, _ in phrases(tokenise(text, language=self.language))) for text in texts]
        if not bags:
            return ()
        matrix = weigh(bags, self.vocabulary)
        probabilities = _softmax(np.asarray(matrix @ self.coefficients.T) + self.intercepts)
        has_words = np.diff(matrix.indptr) > 0
        return tuple(
            ToneJudgement(self.tones[int(row.argmax())], round(float(row.max()), 6))
            if known
            else ToneJudgement(None, 0.0)
            for row, known in zip(probabilities, has_words, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneReport:
    """How well tone could be learned.

    Attributes:
        status: ``ok``; ``too_few`` (fewer than 200 different labelled comments, or fewer than two tones with 20);
            ``too_weak`` (held-out macro-F1 below 0.55, or less than 0.15 above always naming the most frequent tone).
        n: Different labelled comments.
        labels: How many of each tone.
        macro_f1: Mean over the tones of F1 in five-fold cross-validation, 0 to 1; None when too few.
        baseline_macro_f1: The same for always naming the most frequent tone.
        f1: F1 of each tone.
        model: Learned from all of them; None unless the status is ``ok``.
    """

    status: ToneStatus
    n: int
    labels: dict[Tone, int]
    macro_f1: float | None = None
    baseline_macro_f1: float | None = None
    f1: dict[Tone, float] | None = None
    model: ToneModel | None = None


def learn_tone(
    texts: Sequence[str],
    scores: Sequence[float],
    *,
    negative_to: float,
    positive_from: float,
    language: str = "en",
) -> ToneReport:
    """Learn tone from comments and the scores given with them.

    Each score becomes a tone: at most `negative_to` negative, at least `positive_from` positive, between them neutral. For
    the 0–10 recommend question that is 6 and 9, for a 1–5 scale 2 and 4. Comments with the same content are counted
    once, with the mean of their scores, so that no copy is in training and test at the same time. The model is a ridge
    logistic regression on TF-IDF, tones weighted equally; the same pairs in any order give the same model.

    Args:
        texts: Comments.
        scores: One score for each.
        negative_to: Highest score that counts as negative.
        positive_from: Lowest score that counts as positive.
        language: ISO 639-1 code of the comments.

    Raises:
        UnequalLengths: Not as many scores as texts.
        ValueError: `negative_to` is not below `positive_from`.

    Examples:
        >>> learn_tone(["Great", "Bad"], [10, 0], negative_to=6, positive_from=9).status
        'too_few'
    """
    if len(texts) != len(scores):
        raise UnequalLengths(texts=len(texts), scores=len(scores))
    if negative_to >= positive_from:
        raise ValueError(f"negative_to ({negative_to}) must be below positive_from ({positive_from})")
    bags, means = _distinct_pairs(texts, scores, language)
    tones = [_tone(mean, negative_to, positive_from) for mean in means]
    counts = Counter(tones)
    kept = tuple(tone for tone in TONES if counts[tone] >= LEAST_PER_TONE)
    labels: dict[Tone, int] = {tone: counts[tone] for tone in TONES}
    if len(bags) < LEAST_LABELS or len(kept) < 2:
        return ToneReport(status="too_few", n=len(bags), labels=labels)
    usable = [place for place, tone in enumerate(tones) if tone in kept]
    bags = [bags[place] for place in usable]
    truth = np.array([kept.index(tones[place]) for place in usable])
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # so that the number of cores can't change the last digit of a sum
        return _judged(bags, truth, kept, labels, language)


def _judged(
    bags: list[Bag],
    truth: npt.NDArray[np.intp],
    kept: tuple[Tone, ...],
    labels: dict[Tone, int],
    language: str,
) -> ToneReport:
    f1 = _f1_by_tone(truth, _held_out(bags, truth, len(kept)), len(kept))
    most_frequent = np.full_like(truth, np.bincount(truth).argmax())
    macro_f1, baseline = float(f1.mean()), float(_f1_by_tone(truth, most_frequent, len(kept)).mean())
    is_good = macro_f1 >= LEAST_MACRO_F1 and macro_f1 >= baseline + LEAST_GAIN
    return ToneReport(
        status="ok" if is_good else "too_weak",
        n=len(bags),
        labels=labels,
        macro_f1=round(macro_f1, 6),
        baseline_macro_f1=round(baseline, 6),
        f1={tone: round(float(value), 6) for tone, value in zip(kept, f1, strict=True)},
        model=_fitted(bags, truth, kept, language) if is_good else None,
    )


def _distinct_pairs(
    texts: Sequence[str], scores: Sequence[float], language: str
) -> tuple[list[Bag], list[float]]:
    corpus = read_corpus(enumerate(texts), language=language)
    means = [float(np.mean(sorted(scores[int(one)] for one in ids))) for ids in corpus.ids]
    return list(corpus.bags), means


def _tone(score: float, negative_to: float, positive_from: float) -> Tone:
    if score <= negative_to:
        return "negative"
    return "positive" if score >= positive_from else "neutral"


def _held_out(bags: Sequence[Bag], truth: npt.NDArray[np.intp], tones: int) -> npt.NDArray[np.intp]:
    """Each comment's tone as told by a model that has not seen it; the fold follows from the hash order within its tone."""
    fold = np.empty(len(bags), dtype=np.intp)
    for tone in range(tones):
        places = np.flatnonzero(truth == tone)
        fold[places] = np.arange(len(places)) % FOLDS
    told = np.empty(len(bags), dtype=np.intp)
    for held in range(FOLDS):
        training = [bag for bag, one in zip(bags, fold, strict=True) if one != held]
        testing = [bag for bag, one in zip(bags, fold, strict=True) if one == held]
        vocabulary = learn_vocabulary(training)
        coefficients, intercepts = _regression(weigh(training, vocabulary), truth[fold != held])
        told[fold == held] = (np.asarray(weigh(testing, vocabulary) @ coefficients.T) + intercepts).argmax(
            axis=1
        )
    return told


def _fitted(
    bags: Sequence[Bag], truth: npt.NDArray[np.intp], kept: tuple[Tone, ...], language: str
) -> ToneModel:
    vocabulary = learn_vocabulary(bags)
    coefficients, intercepts = _regression(weigh(bags, vocabulary), truth)
    return ToneModel(language, vocabulary, kept, coefficients, intercepts)


def _regression(matrix: csr_array[Any], truth: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """One row of coefficients for each tone, for two tones as well."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_PENALTY, class_weight="balanced", max_iter=500).fit(matrix, truth)
    coefficients, intercepts = np.asarray(model.coef_), np.asarray(model.intercept_)
    if len(coefficients) == 1:
        coefficients, intercepts = (
            np.vstack([-coefficients, coefficients]) / 2,
            np.concatenate([-intercepts, intercepts]) / 2,
        )
    return coefficients, intercepts


def _f1_by_tone(truth: npt.NDArray[np.intp], told: npt.NDArray[np.intp], tones: int) -> Floats:
    hits = np.bincount(truth[truth == told], minlength=tones)
    total = np.bincount(truth, minlength=tones) + np.bincount(told, minlength=tones)
    f1: Floats = 2 * hits / np.maximum(total, 1)
    return f1


def _softmax(values: Floats) -> Floats:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares
