"""Estimates of groups, and which of them can't be told apart."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from candor.analytics import Estimate, Histogram, pooled_standard_errors, tiers

from .measures import Measure


@dataclass(frozen=True, slots=True)
class Result:
    """The score of one group."""

    group: str
    estimate: Estimate

    def facts(self) -> dict[str, object]:
        """For JSON: natural units, NPS in −1…1 and shares in 0…1."""
        found = self.estimate
        facts: dict[str, object] = {
            "group": self.group,
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "n": found.n,
            "method": found.method,
            "status": found.status,
        }
        if found.n_effective is not None:
            facts |= {"n_effective": found.n_effective, "design_effect": found.design_effect}
        return facts


def estimate_groups(
    measure: Measure, groups: Mapping[str, Histogram], *, level: float, least_n: int
) -> list[Result]:
    """One result a group, in the order of their names."""
    return [
        Result(name or "(none)", measure.estimate(answers, level=level, least_n=least_n))
        for name, answers in sorted(groups.items())
    ]


def tier_groups(measure: Measure, groups: Mapping[str, Histogram], *, least_n: int) -> dict[str, int]:
    """Tier of every group with enough answers; 1 is the highest."""
    shown = [name for name in sorted(groups) if groups[name].n >= max(least_n, 2)]
    if len(shown) < 2:
        return {}
    values = np.unique(np.concatenate([groups[name].values for name in shown]))
    worth = np.array([measure.worth(float(value)) for value in values])
    counts = np.zeros((len(shown), len(values)))
    for place, name in enumerate(shown):
        counts[place, np.searchsorted(values, groups[name].values)] = groups[name].effective_counts
    scale, column = np.unique(worth, return_inverse=True)
    cells = np.zeros((len(shown), len(scale)))
    np.add.at(cells.T, column.reshape(-1), counts.T)
    if len(scale) < 2:
        return {name or "(none)": 1 for name in shown}
    means = cells @ scale / cells.sum(axis=1)
    found = tiers(means, pooled_standard_errors(cells, scale))
    return {name or "(none)": int(tier) for name, tier in zip(shown, found.tier, strict=True)}
