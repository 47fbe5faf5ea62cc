"""What unequal weights cost: the design effect and the effective n."""

from dataclasses import dataclass

from candor.analytics import inputs
from candor.analytics.errors import BadWeights

__all__ = ["Weighting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting:
    """What weights do to a sample: ``n`` answers, their sum of weights and of squared weights.

    >>> w = Weighting(n=100, total=100.0, squared=125.0)
    >>> w.effective_n, w.design_effect
    (80.0, 1.25)
    """

    n: int
    total: float
    squared: float

    def __post_init__(self) -> None:
        inputs.whole("n", self.n)
        inputs.weights([self.total, self.squared])
        if self.n and (self.total <= 0 or self.squared <= 0):
            raise BadWeights(self.total, expected="a sum above 0 where there are answers")
        if self.total**2 > self.n * self.squared * (1 + 1e-9):
            raise BadWeights(
                self.squared, expected="a sum of squared weights of at least (sum of weights)² / n"
            )

    @property
    def effective_n(self) -> float:
        """Kish: how many answers of equal weight would tell as much."""
        return self.total**2 / self.squared if self.n else 0.0

    @property
    def design_effect(self) -> float:
        """``n / effective_n``: what unequal weights cost."""
        return self.n / self.effective_n if self.n else 1.0
