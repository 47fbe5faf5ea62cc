"""Groups stand apart only beyond chance, however many are looked at."""

import numpy as np

from candor.analytics import Histogram
from candor.apps.scores.registry import MEASURES
from candor.apps.scores.tiers import tiers_of

NPS = MEASURES["nps"]


def group(promoters: int, detractors: int) -> Histogram:
    return Histogram.from_counts({10: promoters, 2: detractors})


def test_the_one_that_differs_stands_apart() -> None:
    found = tiers_of(NPS, [group(190, 10), *[group(100, 100)] * 40, group(5, 0)], least_n=30)
    assert found == ("higher", *["same"] * 40, "too_few")


def test_a_lone_group_has_nothing_to_stand_apart_from() -> None:
    assert tiers_of(NPS, [group(190, 10)], least_n=30) == ("same",)
    assert tiers_of(NPS, [], least_n=30) == ()


def test_rates_are_not_held_against_each_other() -> None:
    counts = [Histogram.from_counts({1: 9}), Histogram.from_counts({1: 9000})]
    assert tiers_of(MEASURES["complaint_rate"], counts, least_n=30) == ("same", "same")


def test_where_all_are_the_same_it_rarely_finds_one_that_is_not() -> None:
    draw = np.random.default_rng(7)
    found_any = 0
    for _ in range(200):
        promoters = draw.binomial(60, 0.5, size=20)
        found = tiers_of(NPS, [group(int(n), 60 - int(n)) for n in promoters], least_n=30)
        found_any += bool({"higher", "lower"} & set(found))
    assert found_any <= 20, "5 % expected of 200 looks at 20 groups each"
