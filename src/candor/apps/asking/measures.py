"""The bridge from the log to `analytics`."""

from collections.abc import Hashable, Mapping

from candor.analytics import Estimate, ExpectationGap, expectation_gap, top_box_share


def response_rate(*, answered: int, arrived: int, least_n: int) -> Estimate:
    """The share of requests that arrived and are old enough which were answered, with Wilson's interval; what came back is in neither number."""
    return top_box_share(favourable=answered, n=arrived, least_n=least_n)


def gap(
    expected: Mapping[Hashable, float], met: Mapping[Hashable, float], *, highest: float | None, least_n: int
) -> ExpectationGap:
    """Met less expected over the pairs, with what was lost of them."""
    return expectation_gap(expected, met, highest=highest, least_pairs=least_n)
