"""Customer effort, and indexes of several items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from candor.analytics import cell_means, inputs
from candor.analytics.errors import BadParameter, BadWeights, EmptySample
from candor.analytics.estimates import Estimate, Status, empty_estimate, estimate_of, worst_of
from candor.analytics.scores import mean_score, top_box_share

__all__ = ["EffortScore", "effort_score", "index_of_answers", "index_score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortScore:
    """Customer effort: share of easy answers and mean ease, both with high meaning easy."""

    easy_share: Estimate
    mean_ease: Estimate

    @property
    def n(self) -> int:
        """Answers."""
        return self.easy_share.n

    @property
    def method(self) -> str:
        """How it was made, in words."""
        return f"{self.easy_share.method}; {self.mean_ease.method}"

    @property
    def status(self) -> Status:
        """The worse of the two."""
        return worst_of(self.easy_share.status, self.mean_ease.status)


def effort_score(
    *,
    counts: Mapping[float, int],
    easy_is_high: bool = True,
    easy_cells: int = 3,
    level: float = 0.95,
    least_n: int = 0,
) -> EffortScore:
    """Customer effort score: share of the ``easy_cells`` easiest answers, and the mean.

    The seven-point item of 2013 ("made it easy", agree) counts 5–7 as easy; the item of 2010 asked how much
    effort it took, so there low is easy: store that polarity with the question and pass ``easy_is_high=False``.
    The mean is then turned round on the same scale (1 becomes 7).

    Args:
        counts: Answers of every cell of the scale, also of those that nobody chose: its ends are taken from them.
        easy_is_high: Whether high answers mean easy.
        easy_cells: How many cells count as easy; 2 on a five-point scale, whose third is the middle.
        level: Of both intervals.
        least_n: Answers below which the score is ``too_few``.

    Raises:
        EmptySample: No cell.
        BadParameter: No cell, or all, count as easy.
        BadCounts: A count that is no whole number, 0 or more.

    Sources: Dixon, Freeman & Toman (2010) Harvard Business Review 88(7); intervals: :func:`top_box_share`, :func:`mean_score`.

    >>> score = effort_score(counts={1: 2, 2: 3, 3: 5, 4: 10, 5: 20, 6: 30, 7: 30})
    >>> score.easy_share.value, score.mean_ease.value
    (0.8, 5.53)
    """
    scale = sorted(counts)
    if not scale:
        raise EmptySample("cells: give the scale, with 0 for cells nobody chose")
    if not (0 < easy_cells < len(scale) and easy_cells == int(easy_cells)):
        raise BadParameter(
            "easy_cells",
            easy_cells,
            expected=f"a whole number, fewer than the {len(scale)} cells, and 1 or more",
        )
    ends = scale[0] + scale[-1]
    eased = dict(counts) if easy_is_high else {ends - value: n for value, n in counts.items()}
    easiest = sorted(eased)[-easy_cells:]
    return EffortScore(
        easy_share=top_box_share(
            favourable=sum(eased[value] for value in easiest),
            n=sum(counts.values()),
            level=level,
            least_n=least_n,
        ),
        mean_ease=mean_score(counts=eased, level=level, least_n=least_n),
    )


def index_score(
    *, item_means: Sequence[float], item_weights: Sequence[float], lowest: float = 1, highest: float = 10
) -> float:
    """Weighted index of several items on one scale, stretched to 0…1 (the form used by the ACSI).

    A value without doubt: use :func:`index_of_answers` wherever the answers themselves are at hand.

    Source: Fornell et al. (1996) Journal of Marketing 60(4).

    >>> round(index_score(item_means=[7.9, 7.1, 7.2], item_weights=[0.42, 0.30, 0.28]), 6)
    0.718222
    """
    means, weights = inputs.finite("item_means", item_means), inputs.weights(item_weights)
    inputs.same_length(item_means=means, item_weights=weights)
    if weights.sum() <= 0:
        raise BadWeights(float(weights.sum()))
    if not lowest < highest:
        raise BadParameter("highest", highest, expected=f"above lowest ({lowest})")
    if ((means < lowest) | (means > highest)).any():
        raise BadParameter("item_means", means.tolist(), expected=f"between {lowest} and {highest}")
    return float((weights @ means / weights.sum() - lowest) / (highest - lowest))


def index_of_answers(
    *,
    answers: Sequence[Sequence[float]],
    item_weights: Sequence[float],
    lowest: float = 1,
    highest: float = 10,
    level: float = 0.95,
    least_n: int = 0,
) -> Estimate:
    """Index of several items with its interval, from one row of answers a person (rows × items), in 0…1.

    Each person's own index is formed first, so that items which move together widen the interval as they should.
    Student's interval, cut off at 0 and 1. Rows with a missing item must be left out by the caller.

    Source: Fornell et al. (1996) Journal of Marketing 60:7.
    """
    table = inputs.finite("answers", answers)
    if table.size == 0:
        return empty_estimate("Student t of personal indexes", level=level, least_n=least_n)
    each = np.array(
        [
            index_score(item_means=row, item_weights=item_weights, lowest=lowest, highest=highest)
            for row in table
        ]
    )
    low, high = cell_means.t_limits(np.ones(len(each)), each, level=level)
    return estimate_of(
        float(each.mean()),
        float(np.maximum(low, 0)),
        float(np.minimum(high, 1)),
        n=len(each),
        method="Student t of personal indexes",
        scale_width=1.0,
        level=level,
        least_n=least_n,
    )
