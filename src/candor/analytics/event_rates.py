"""Rates of events: complaints per order, escalations per thousand calls."""

import numpy as np
from scipy.special import gammaincinv

from candor.analytics import inputs
from candor.analytics.errors import BadCounts
from candor.analytics.estimates import Estimate, empty_estimate, require_level, status_of
from candor.analytics.inputs import FloatArray

__all__ = ["event_rate", "garwood_limits"]


def event_rate(*, events: int, exposure: float, level: float = 0.95, least_n: int = 0) -> Estimate:
    """Events per unit of exposure (complaints per order, per thousand loans) with Garwood's exact interval.

    ``n`` of the result is the number of events: that is what makes the rate sure. Wide means wider than the rate
    itself (fewer than about 18 events). Assumes that events come independently; repeats by one angry customer do not.

    Source: Garwood, F. (1936) Biometrika 28:437.

    >>> rate = event_rate(events=10, exposure=1000)
    >>> rate.value, round(rate.low, 6), round(rate.high, 6)
    (0.01, 0.004795, 0.01839)
    """
    require_level(level)
    inputs.whole("events", events)
    exposed = float(inputs.counts("exposure", exposure))
    if exposed == 0:
        if events:
            raise BadCounts("exposure", exposure, expected="above 0 where there are events")
        return empty_estimate("Garwood exact", level=level, least_n=least_n)
    low, high = garwood_limits(np.asarray(float(events)), np.asarray(exposed), level=level)
    status = status_of(
        n=max(events, 1) if least_n == 0 else events,
        low=float(low),
        high=float(high),
        scale_width=4 * events / exposed,
        least_n=least_n,
    )
    return Estimate(
        value=events / exposed,
        low=float(low),
        high=float(high),
        n=events,
        method="Garwood exact",
        status=status,
        level=level,
        least_n=least_n,
    )


def garwood_limits(
    events: FloatArray, exposure: FloatArray, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Exact Poisson limits of a rate, for one group or for thousands.

    Source: Garwood (1936) Biometrika 28:437.
    """
    events, exposure = inputs.counts("events", events), inputs.positive("exposure", exposure)
    inputs.alike(events=events, exposure=exposure)
    tail = (1 - level) / 2
    low = np.where(events > 0, gammaincinv(np.maximum(events, 1e-300), tail), 0.0) / exposure
    return low, gammaincinv(events + 1, 1 - tail) / exposure
