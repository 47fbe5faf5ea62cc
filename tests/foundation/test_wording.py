"""Numbers in words: units, decimals that the interval can bear, honest changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.analytics.estimates import Comparison, Estimate
from candor.foundation import wording
from candor.foundation.wording import scale_of


def estimate(value: float, low: float, high: float, *, n: int = 400, status: str = "ok") -> Estimate:
    return Estimate(value=value, low=low, high=high, n=n, method="Wilson", status=status, least_n=30)  # type: ignore[arg-type]


def comparison(change: float, low: float, high: float, verdict: str) -> Comparison:
    return Comparison(
        change=change,
        low=low,
        high=high,
        n_now=400,
        n_before=400,
        p_value=0.01,
        verdict=verdict,  # type: ignore[arg-type]
        method="Newcombe",
    )


@pytest.mark.parametrize(
    ("kind", "value", "low", "high", "expected"),
    [
        ("nps", 0.4211, 0.38, 0.46, "42"),
        ("nps", -0.081, -0.0812, -0.0808, "−8"),
        ("nps", -0.001, -0.04, 0.04, "0"),
        ("share", 0.634, 0.52, 0.74, "63%"),
        ("share", 0.0042, 0.002, 0.008, "0.4%"),
        ("mean", 4.2168, 4.1, 4.35, "4.2"),
        ("mean", 4.2168, 4.19, 4.24, "4.22"),
        ("rate", 0.0124, 0.011, 0.014, "12.4"),
        ("money", 12400.4, 9000, 15000, "12,400"),
    ],
)
def test_a_value_is_shown_as_finely_as_its_interval_allows(
    kind: str, value: float, low: float, high: float, expected: str
) -> None:
    assert wording.estimate_text(estimate(value, low, high), scale_of(kind)) == expected


@given(value=st.floats(-1, 1), half=st.floats(0.0001, 0.5))
def test_nps_never_has_decimals_nor_a_minus_zero(value: float, half: float) -> None:
    text = wording.estimate_text(estimate(value, value - half, value + half), scale_of("nps"))
    assert "." not in text
    assert text not in {"−0", "-0"}


def test_an_estimate_that_may_not_be_shown_gives_no_number() -> None:
    for status in ("too_few", "suppressed", "not_comparable"):
        hidden = estimate(0.5, 0.1, 0.9, n=7, status=status)
        assert wording.estimate_text(hidden, scale_of("share")) == ""
        assert wording.too_few_text(hidden)
    assert (
        wording.too_few_text(estimate(0.5, 0.1, 0.9, n=7, status="too_few"))
        == "Too few answers to tell (7 of at least 30)"
    )


@pytest.mark.parametrize(
    ("kind", "change", "text", "could"),
    [
        ("nps", comparison(0.04, 0.01, 0.07, "higher"), "up 4", "could be 1 to 7"),
        ("share", comparison(-0.08, -0.13, -0.03, "lower"), "down 8 points", "could be 3 to 13"),
        (
            "share",
            comparison(0.01, -0.04, 0.06, "no_clear_change"),
            "no clear change",
            "could be 4 down to 6 up",
        ),
        ("nps", comparison(0.3, -0.1, 0.7, "too_few"), "too few answers to compare", ""),
    ],
)
def test_a_change_is_said_with_its_interval_and_claims_no_direction_without_evidence(
    kind: str, change: Comparison, text: str, could: str
) -> None:
    assert wording.change_text(change, scale_of(kind)) == text
    assert wording.could_text(change, scale_of(kind)) == could


def test_counts_are_words_up_to_ten() -> None:
    assert [wording.count_words(n) for n in (0, 3, 10, 11, 1240)] == ["no", "three", "ten", "11", "1,240"]


def test_answers_know_one_and_many() -> None:
    assert wording.answers_text(1) == "1 answer"
    assert wording.answers_text(1240) == "1,240 answers"
