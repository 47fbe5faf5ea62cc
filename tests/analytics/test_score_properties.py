"""What must hold for every score, whatever the counts."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from candor import analytics as cx

settings.register_profile("scores", deadline=None, max_examples=80)
settings.load_profile("scores")

few = st.integers(0, 400)
three = st.tuples(few, few, few).filter(lambda counts: sum(counts) > 0)
cells = st.lists(st.integers(0, 60), min_size=5, max_size=5).filter(lambda counts: sum(counts) > 0)


def _nps(counts, **options):
    return cx.net_promoter_score(detractors=counts[0], passives=counts[1], promoters=counts[2], **options)


@given(three)
def test_nps_lies_in_its_interval_and_the_interval_on_the_scale(counts):
    score = _nps(counts)
    assert -1 <= score.low <= score.value <= score.high <= 1


@given(three)
def test_turning_the_scale_round_turns_nps_round(counts):
    score, turned = _nps(counts), _nps(counts[::-1])
    assert (turned.value, turned.low, turned.high) == pytest.approx((-score.value, -score.high, -score.low))


@given(three)
def test_one_more_promoter_never_lowers_the_interval(counts):
    assume(sum(counts) != 29)  # there the method changes
    score, more = _nps(counts), _nps((counts[0], counts[1], counts[2] + 1))
    assert more.value >= score.value
    # The far end stays put within a hair when nearly all are promoters and n grows.
    assert more.low >= score.low - 1e-9


@given(three, st.integers(1, 300))
def test_passives_draw_nps_towards_zero(counts, passives):
    score, more = _nps(counts), _nps((counts[0], counts[1] + passives, counts[2]))
    assert abs(more.value) <= abs(score.value) + 1e-12


@given(three)
def test_a_surer_interval_is_a_wider_one(counts):
    narrow, wide = _nps(counts, level=0.8), _nps(counts, level=0.99)
    assert wide.low <= narrow.low + 1e-12
    assert wide.high >= narrow.high - 1e-12


@given(three, st.integers(2, 20))
def test_the_same_answers_many_times_over_are_surer(counts, times):
    once, often = _nps(counts), _nps(tuple(times * count for count in counts))
    assert often.value == pytest.approx(once.value)
    assert often.high - often.low < once.high - once.low


@given(st.integers(0, 500), st.integers(1, 500))
def test_shares_lie_in_their_interval_and_mirror(favourable, n):
    assume(favourable <= n)
    for interval in (cx.top_box_share, cx.top_box_share_jeffreys, cx.top_box_share_clopper_pearson):
        share, rest = interval(favourable=favourable, n=n), interval(favourable=n - favourable, n=n)
        assert 0 <= share.low <= share.value <= share.high <= 1
        assert (rest.low, rest.high) == pytest.approx((1 - share.high, 1 - share.low), abs=1e-9)


@given(st.integers(0, 10_000), st.floats(1e-3, 1e6))
def test_rates_lie_in_their_interval_and_scale_with_exposure(events, exposure):
    rate, halved = (
        cx.event_rate(events=events, exposure=exposure),
        cx.event_rate(events=events, exposure=2 * exposure),
    )
    assert rate.low <= rate.value <= rate.high
    assert halved.high == pytest.approx(rate.high / 2)


@given(cells)
def test_means_lie_in_their_interval_and_the_interval_on_the_scale(counts):
    mean = cx.mean_of(cx.Histogram.from_counts(dict(enumerate(counts, 1))), scale=range(1, 6))
    assert 1 - 1e-9 <= mean.low <= mean.value + 1e-9
    assert mean.value - 1e-9 <= mean.high <= 5 + 1e-9


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_nothing(answers, random):
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert cx.Histogram.from_answers(answers) == cx.Histogram.from_answers(shuffled)


@given(
    st.lists(st.tuples(st.integers(0, 10), st.floats(0.01, 10)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_the_order_of_weighted_answers_changes_nothing_to_the_last_digit(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    first, second = (
        cx.Histogram.from_answers([a for a, _ in order], weights=[w for _, w in order])
        for order in (rows, shuffled)
    )
    assert first == second
    assert cx.nps_of(first) == cx.nps_of(second)


@given(st.lists(st.dictionaries(st.integers(0, 10), st.integers(0, 30)), max_size=6))
def test_a_year_is_the_sum_of_its_months(months):
    months = [cx.Histogram.from_counts(counts) for counts in months]
    year = cx.total_of(months)
    assert year.n == sum(month.n for month in months)
    assert cx.nps_of(year) == cx.nps_of(cx.total_of(months[::-1]))


@given(three, three)
def test_swapping_the_sides_of_a_comparison_turns_it_round(now, before):
    there = cx.compare_net_promoter_counts(now=now, before=before)
    back = cx.compare_net_promoter_counts(now=before, before=now)
    assert (back.change, back.low, back.high) == pytest.approx((-there.change, -there.high, -there.low))
    assert back.p_value == pytest.approx(there.p_value)
    turned = {"higher": "lower", "lower": "higher"}
    assert back.verdict == turned.get(there.verdict, there.verdict)


@given(three)
def test_nothing_differs_from_itself(counts):
    same = cx.compare_net_promoter_counts(now=counts, before=counts)
    assert same.change == 0
    assert same.verdict == "no_clear_change"


@given(
    st.lists(three, min_size=1, max_size=8),
    st.integers(0, 60),
)
def test_a_table_of_units_agrees_with_each_unit_by_itself(units, least_n):
    table = cx.net_promoter_table(
        detractors=[u[0] for u in units],
        passives=[u[1] for u in units],
        promoters=[u[2] for u in units],
        least_n=least_n,
    )
    for place, counts in enumerate(units):
        alone, row = _nps(counts, least_n=least_n), table.estimate(place)
        assert (row.value, row.low, row.high) == pytest.approx(
            (alone.value, alone.low, alone.high), abs=1e-12
        )
        assert (row.n, row.status) == (alone.n, alone.status)
