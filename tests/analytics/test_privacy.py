"""Privacy: what may be shown, tried by attackers that know who is in which group."""

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from statsmodels.stats.proportion import proportion_confint

from candor.analytics.disclosure import ViewScore, attack, revealed_groups
from candor.analytics.errors import BadCounts, BadParameter, MissingColumns
from candor.analytics.privacy import (
    Thresholds,
    may_compare_waves,
    protect_scores,
    protect_views,
    shown_mean,
    shown_share,
    views_of,
)


def mean_of(people, answers):
    return sum(answers[person] for person in people) / len(people)


# Attackers


def test_six_less_five_gives_away_one_answer_exactly():
    # n = 6 mean 7.5; without one, n = 5 mean 8.6 → that one said 2.0
    views = [ViewScore(people=frozenset("abcdef"), mean=7.5), ViewScore(people=frozenset("abcde"), mean=8.6)]
    leaks = attack(views, lowest=0, highest=10)
    assert [sorted(leak.people) for leak in leaks] == [["f"]]
    assert (leaks[0].low, leaks[0].high) == pytest.approx((2.0, 2.0), abs=1e-6)
    assert leaks[0].is_exact
    assert revealed_groups(["abcdef", "abcde"]) == frozenset("f")


def test_the_same_pair_is_not_shown_together():
    found = protect_views({"team": "abcdef", "without f": "abcde"})
    assert found.shown == ("team",)
    assert found.reasons_for_logs == {"without f": "reveals_few"}


def test_rounding_helps_and_does_not_save():
    views = [
        ViewScore(people=frozenset(range(6)), mean=7.5, rounding=0.05),
        ViewScore(people=frozenset(range(5)), mean=8.6, rounding=0.05),
    ]
    (leak,) = attack(views, lowest=0, highest=10)
    assert (leak.low, leak.high) == pytest.approx((2.0 - 0.55, 2.0 + 0.55), abs=1e-6)
    assert not leak.is_exact
    # whoever knows that answers are whole points has it all the same
    (leak,) = attack(views, lowest=0, highest=10, step=1)
    assert (leak.low, leak.high) == (2, 2)


def test_three_views_that_are_harmless_in_pairs_betray_together():
    # all less north less south is the one in the middle
    views = {"all": range(21), "north": range(10), "south": range(10, 20)}
    sets = [frozenset(people) for people in views.values()]
    for pair in combinations(sets, 2):
        assert revealed_groups(pair) is None
    assert revealed_groups(sets) == frozenset({20})
    assert protect_views(views).shown == ("all", "north")


def test_an_attack_through_halves_is_seen_too():
    # (A∪B) + (B∪C) − (A∪C) = 2·B: nobody published B, and B has two people
    a, b, c = range(6), range(6, 8), range(8, 14)
    views = [{*a, *b}, {*b, *c}, {*a, *c}]
    assert revealed_groups(views) == frozenset(b)
    answers = {person: 1 + person % 5 for person in range(14)}
    leaks = attack(
        [ViewScore(people=frozenset(v), mean=mean_of(v, answers)) for v in views], lowest=1, highest=5
    )
    assert any(leak.people == frozenset(b) for leak in leaks) or len(set(b)) > 1
    assert len(protect_views({str(i): v for i, v in enumerate(views)}).shown) == 2


def test_everybody_of_one_mind_is_an_answer_known():
    five = ViewScore(people=frozenset("abcde"), mean=5.0)
    leaks = attack([five], lowest=1, highest=5)
    assert leaks[0].people == frozenset("abcde")
    assert (leaks[0].low, leaks[0].high) == pytest.approx((5, 5), abs=1e-6)
    assert attack([ViewScore(people=frozenset("abcde"), mean=4.0)], lowest=1, highest=5) == ()


def test_an_attacker_with_nothing_learns_nothing_and_lies_are_refused():
    assert attack([], lowest=1, highest=5) == ()
    assert revealed_groups([]) is None
    impossible = [ViewScore(people=frozenset("ab"), mean=1.0), ViewScore(people=frozenset("ba"), mean=5.0)]
    with pytest.raises(BadParameter):
        attack(impossible, lowest=1, highest=5)


# Protection


def lattice(seed, n=60, teams=6):
    random = np.random.default_rng(seed)
    people = {
        person: {
            "team": f"T{random.choice(teams, p=random.dirichlet(np.ones(teams)))}",
            "role": "nurse" if random.random() < 0.8 else "doctor",
            "site": str(random.integers(0, 3)),
        }
        for person in range(n)
    }
    return views_of(people, dimensions=["team", "role", "site"], deepest=2)


def determined(sets, group):
    """Independent of the library: is the indicator of the group in the span of the views?"""
    people = sorted(set().union(*sets) | group)
    rows = np.array([[float(person in view) for person in people] for view in sets])
    goal = np.array([float(person in group) for person in people])
    solved = np.linalg.lstsq(rows.T, goal, rcond=None)[0]
    return np.abs(rows.T @ solved - goal).max() < 1e-8


@pytest.mark.parametrize("seed", range(12))
def test_no_few_people_are_isolated_in_a_lattice_of_three_dimensions(seed):
    views = lattice(seed)
    found = protect_views(views)
    shown = [views[name] for name in found.shown]
    assert found.shown[0] == "all"
    assert set(found.shown) | set(found.hidden) == set(views)
    # every pair of visible aggregates
    for one, other in combinations(shown, 2):
        for group in (one - other, other - one) if one <= other or other <= one else ():
            assert not 0 < len(group) < 5
    # every hidden small view, and every single person
    for name in found.hidden:
        if len(views[name]) < 5:
            assert not determined(shown, views[name]), name
    for person in range(0, 60, 7):
        assert not determined(shown, frozenset({person}))
    assert revealed_groups(shown) is None


def test_an_unprotected_lattice_is_full_of_leaks():
    views = lattice(3)
    large = [people for people in views.values() if len(people) >= 5]
    assert revealed_groups(large) is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.frozensets(st.integers(0, 11), min_size=1), min_size=1, max_size=7), st.integers(2, 5))
def test_whatever_the_views_no_few_people_are_isolated(sets, least):
    views = {f"v{i}": people for i, people in enumerate(sets)}
    found = protect_views(views, least=least)
    shown = [views[name] for name in found.shown]
    if not shown:
        return
    for size in range(1, least):
        for group in combinations(range(12), size):
            assert not determined(shown, frozenset(group)), group


@settings(max_examples=40, deadline=None)
@given(st.lists(st.frozensets(st.integers(0, 14), min_size=1), min_size=2, max_size=6), st.randoms())
def test_order_and_names_of_people_change_nothing(sets, random):
    views = {f"v{i}": people for i, people in enumerate(sets)}
    turned = dict(random.sample(sorted(views.items()), len(views)))
    renamed = {name: frozenset(f"p{person}" for person in people) for name, people in turned.items()}
    assert protect_views(turned) == protect_views(views)
    assert protect_views(renamed).shown == protect_views(views).shown


def test_greedy_choice_keeps_the_most_important_first():
    views = {"department": range(8), "six": range(6), "two": range(6, 8)}
    assert protect_views(views).shown == ("department",)
    assert protect_views(views, first=["six"]).shown == ("six",)
    with pytest.raises(MissingColumns):
        protect_views(views, first=["seven"])


def test_pages_shown_before_count_as_known():
    # another page has shown everybody but one; now a filter would show all
    found = protect_views({"all": range(30)}, already={"without ann": range(29)})
    assert found.reasons_for_logs == {"all": "reveals_few"}
    assert not found.was_revealed
    again = protect_views({"all": range(30)}, already={"all of last week": range(30)})
    assert again.shown == ("all",)


def test_what_is_out_is_out_and_does_not_block_the_rest():
    found = protect_views({"all": range(30), "north": range(15)}, already={"slip": range(3)})
    assert found.was_revealed
    assert found.shown == ("all", "north")


def test_a_window_that_slides_over_answers_is_differenced_like_any_filter():
    # answers 0–99 were shown; a day later three old ones drop out and four new ones come in
    found = protect_views({"today": range(3, 104)}, already={"yesterday": range(100)})
    assert found.shown == ("today",)  # (old three) and (new four) are only known as a difference of sums
    slower = protect_views({"today": range(104)}, already={"yesterday": range(100)})
    assert slower.reasons_for_logs == {"today": "reveals_few"}


def test_comments_use_the_same_rule_with_ten():
    views = {"all": range(25), "team": range(16)}
    assert protect_views(views, least=5).shown == ("all", "team")
    assert protect_views(views, least=10).reasons_for_logs == {"team": "reveals_few"}


def test_many_small_groups_with_a_high_threshold_take_the_integer_programme():
    random = np.random.default_rng(5)
    people = {p: {"team": f"T{p // 4}", "age": str(random.integers(0, 4))} for p in range(160)}
    views = views_of(people, dimensions=["team", "age"])
    found = protect_views(views, least=10)
    shown = [views[name] for name in found.shown]
    assert revealed_groups(shown, least=10) is None
    for name, members in views.items():
        if 0 < len(members) < 10:
            assert not determined(shown, members), name


def test_values_that_betray_are_hidden_until_the_attacker_finds_nobody():
    for seed in range(6):
        random = np.random.default_rng(seed)
        views = lattice(seed, n=45)
        answers = {person: float(random.choice([4, 5, 5, 5])) for person in range(45)}
        found = protect_scores(views, answers, lowest=1, highest=5, rounding=0.05)
        assert attack([found.scores[name] for name in found.shown], lowest=1, highest=5) == ()
        for name in found.shown:
            assert found.scores[name].low <= mean_of(views[name], answers) <= found.scores[name].high
        assert found.shown


def test_a_team_of_one_mind_is_shown_as_a_limit_that_depends_on_its_size_alone():
    answers = dict.fromkeys("abcde", 5) | {"f": 1, "g": 3, "h": 4, "i": 2, "j": 5}
    views = {"all": "abcdefghij", "north": "abcde"}
    found = protect_scores(views, answers, lowest=1, highest=5)
    assert found.shown == ("all", "north")
    north = found.scores["north"]
    assert (round(north.low, 9), north.high, north.end) == (4.8, 5, "or more")
    # one of them a point lower: the same words
    assert protect_scores(views, answers | {"a": 4}, lowest=1, highest=5).scores["north"] == north
    low = protect_scores(
        {"all": "abcdefghij"}, dict.fromkeys("abcdefghij", 1), lowest=1, highest=5, rounding=0.05
    )
    assert (low.scores["all"].end, round(low.scores["all"].high, 9)) == ("or less", 1.15)


# Waves


def wave(people, mean, rounding=0.0):
    return ViewScore(people=frozenset(people), mean=mean, rounding=rounding)


SIX, FIVE = 7.5, dict(zip("abcde", (8, 9, 9, 8, 9), strict=True))


def test_who_left_is_not_given_away_by_the_next_wave():
    # a–f had 7.5; now a–e have 8.6: f said 2.0
    now = wave("abcde", mean_of("abcde", FIVE))
    leak, *_ = attack([wave("abcdef", SIX), now], lowest=0, highest=10)
    assert (leak.people, round(leak.low, 6)) == (frozenset("f"), 2.0)
    found = protect_scores(
        {"team now": "abcde"}, FIVE, lowest=0, highest=10, already={"team before": wave("abcdef", SIX)}
    )
    assert found.shown == ()
    assert found.reasons_for_logs == {"team now": "reveals_few"}
    assert not found.was_revealed


def test_who_joined_is_not_given_away_either():
    answers = FIVE | {"f": 2}
    found = protect_scores(
        {"team now": "abcdef"}, answers, lowest=0, highest=10, already={"team before": wave("abcde", 8.6)}
    )
    assert found.reasons_for_logs == {"team now": "reveals_few"}


def test_one_for_one_is_shown_only_if_the_values_leave_enough_open():
    # f left, g came: six times the change is g − f
    before = {"before": wave("abcdef", (43 + 1) / 6)}
    far = protect_scores({"now": "abcdeg"}, FIVE | {"g": 10}, lowest=0, highest=10, already=before)
    assert far.reasons_for_logs == {"now": "nearly_known"}
    near = protect_scores({"now": "abcdeg"}, FIVE | {"g": 3}, lowest=0, highest=10, already=before)
    assert near.shown == ("now",)


def test_five_who_left_together_and_the_same_members_are_safe():
    answers = {person: float(2 + person % 7) for person in range(12)}
    for before in (range(17), range(12)):
        found = protect_scores(
            {"now": range(12)}, answers, lowest=0, highest=10, already={"before": wave(before, 4.9)}
        )
        assert found.shown == ("now",)


def test_waves_that_contradict_each_other_are_a_defined_result():
    # the same five, asked anew: both means can't be true of one set of answers
    found = protect_scores(
        {"now": "abcde"}, FIVE, lowest=0, highest=10, already={"before": wave("abcde", 4.0)}
    )
    assert found.shown == ("now",)
    both = {"one": wave("vwxyz", 4.0), "two": wave("vwxyz", 6.0)}
    assert protect_scores({"now": "abcde"}, FIVE, lowest=0, highest=10, already=both).shown == ("now",)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=14, max_size=14),
    st.frozensets(st.integers(0, 13), min_size=5),
    st.lists(st.frozensets(st.integers(0, 13), min_size=1), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.05, 0.5]),
)
def test_what_is_displayed_today_and_before_never_breaks_the_threshold(said, before, sets, rounding):
    answers = dict(enumerate(said))
    first = protect_scores({"before": before}, answers, lowest=1, highest=5, rounding=rounding)
    gone = {person: answer for person, answer in answers.items() if person % 4}
    views = {f"v{i}": people for i, people in enumerate(sets)}
    found = protect_scores(views, gone, lowest=1, highest=5, rounding=rounding, already=first.scores)
    displayed = [*first.scores.values(), *found.scores.values()]
    assert revealed_groups([view.people for view in displayed]) is None
    for low, high in ranges_of_each(displayed, lowest=1, highest=5).values():
        assert high - low >= 1 - 1e-5
    for view in displayed:
        assert view.low - 1e-9 <= mean_of(view.people, answers) <= view.high + 1e-9


def ranges_of_each(displayed, *, lowest, highest):
    """Independent of the library: one unknown a person, straight from what is on display."""
    people = sorted(frozenset().union(*(view.people for view in displayed)))
    rows = np.array([[float(person in view.people) for person in people] for view in displayed])
    sizes = rows.sum(axis=1) if displayed else np.zeros(0)
    found = {}
    for place, person in enumerate(people):
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(people))
            goal[place] = sign
            solved = linprog(
                goal,
                A_ub=np.vstack([rows, -rows]),
                b_ub=np.concatenate(
                    [
                        sizes * [view.high + 1e-9 for view in displayed],
                        -sizes * [view.low - 1e-9 for view in displayed],
                    ]
                ),
                bounds=[(lowest, highest)] * len(people),
            )
            ends.append(sign * solved.fun)
        found[person] = tuple(ends)
    return found


def test_the_attacker_sees_the_rounded_mean_and_no_other():
    # both show 2.4: exact means would tell them apart, the display does not
    one = dict(zip("abcdefg", (1, 1, 2, 3, 3, 3, 4), strict=True))
    two = one | {"a": 1.1}
    shown = [
        protect_scores({"all": "abcdefg"}, answers, lowest=1, highest=5, rounding=0.05).scores["all"]
        for answers in (one, two)
    ]
    assert shown[0] == shown[1] == ViewScore(people=frozenset("abcdefg"), mean=2.4, rounding=0.05)


def test_a_display_learns_no_reason():
    before = {"before": wave("abcdef", (43 + 1) / 6)}
    by_value = protect_scores({"now": "abcdeg"}, FIVE | {"g": 10}, lowest=0, highest=10, already=before)
    by_members = protect_scores({"now": "abcde"}, FIVE, lowest=0, highest=10, already=before)
    assert by_value.hidden == by_members.hidden == ("now",)
    assert by_value.words == by_members.words == "Hidden to keep answers private"
    assert repr(by_value) == repr(by_members)


def test_hidden_views_stand_in_the_order_of_their_size_whatever_the_reason():
    answers = FIVE | {"g": 10, "x": 5, "y": 6}
    before = {"before": wave("abcdef", (43 + 1) / 6)}
    views = {"b few": "xy", "a now": "abcdeg"}
    found = protect_scores(views, answers, lowest=0, highest=10, already=before)
    assert found.hidden == ("a now", "b few")
    assert found.reasons_for_logs == {"a now": "nearly_known", "b few": "too_few"}


def test_names_of_slices_do_not_run_into_each_other():
    people = {
        1: {"site": "N & team=A", "team": "B"},
        2: {"site": "N", "team": "A & team=B"},
        3: {"site": "N", "team": "A"},
        4: {"site": "N\\", "team": "A"},
    }
    views = views_of(people, dimensions=["site", "team"])
    members = sorted(sorted(group) for name, group in views.items() if name.count("site="))
    assert members == [[1], [1], [2], [2, 3], [3], [4], [4]]
    assert views["site=N & team=A"] == {3}
    assert views[r"site=N \& team\=A"] == {1}


def test_people_without_an_answer_are_in_no_view():
    answers = {person: float(1 + person % 5) for person in range(7)}
    found = protect_scores({"invited": range(40), "team": range(4)}, answers, lowest=1, highest=5)
    assert found.shown == ("invited",)
    assert protect_scores({"nobody": range(50, 60)}, answers, lowest=1, highest=5).reasons_for_logs == {
        "nobody": "too_few"
    }


def test_scores_that_are_out_do_not_hide_everything_else():
    answers = dict.fromkeys(range(5), 5.0) | {person: float(1 + person % 5) for person in range(5, 40)}
    slip = {"slip": wave(range(5), 5.0)}
    found = protect_scores(
        {"rest": range(5, 40), "half": range(20)}, answers, lowest=1, highest=5, already=slip
    )
    assert found.was_revealed
    assert set(found.shown) == {"rest", "half"}


# Thresholds, waves, shares


def test_thresholds_only_go_up():
    here = Thresholds(scores=6, comments=12)
    assert here.raised(comments=15) == Thresholds(scores=6, comments=15)
    for lower in ({"scores": 5}, {"comments": 11}):
        with pytest.raises(BadParameter):
            here.raised(**lower)
    for wrong in ({"scores": 4}, {"comments": 9}, {"scores": 20}):
        with pytest.raises(BadParameter):
            Thresholds(**wrong)


def test_waves_that_differ_by_few_people_may_not_stand_side_by_side():
    assert not may_compare_waves(range(10), range(11))
    assert not may_compare_waves(range(10), range(1, 11))
    assert may_compare_waves(range(10), range(10))
    assert may_compare_waves(range(10), range(15))
    assert not may_compare_waves(range(10), range(14))


@pytest.mark.parametrize("n", range(5, 201))
def test_every_wording_of_a_share_fits_two_counts_or_more(n):
    fits = defaultdict(list)
    for favourable in range(n + 1):
        # the reader sees the share and that of the others
        fits[shown_share(favourable, n).words, shown_share(n - favourable, n).words].append(favourable)
    assert min(map(len, fits.values())) >= 2
    assert len(fits) >= 3


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_share_lies_in_the_range_that_is_named(favourable, n):
    if favourable > n:
        with pytest.raises(BadCounts):
            shown_share(favourable, n)
        return
    found, others = shown_share(favourable, n), shown_share(n - favourable, n)
    if n < 5:
        assert (found.share, found.low, found.high) == (None, None, None)
        assert f"({n} of at least 5)" in found.words
        return
    assert found.low - 1e-9 <= favourable / n <= found.high + 1e-9
    assert 0 < found.share < 1
    assert found.share + others.share == pytest.approx(1)
    assert found.high - found.low <= (0.34 if n < 10 else 0.21 if n < 20 else 0.151)


def test_a_threshold_can_rise_for_shares_and_not_fall():
    assert shown_share(3, 7, least=10).words == "Too few answers to tell (7 of at least 10)"
    assert shown_share(2, 4, least=2).share is None


def test_shares_at_the_ends_name_a_range():
    assert [shown_share(n, n).words for n in (5, 12, 30, 100)] == [
        "Over two thirds",
        "Over 80 %",
        "Over 85 %",
        "Over 92.5 %",
    ]
    assert [shown_share(0, n).words for n in (5, 12, 30, 100)] == [
        "Under a third",
        "Under 20 %",
        "Under 15 %",
        "Under 7.5 %",
    ]


def test_wrong_input_is_a_named_error():
    with pytest.raises(BadParameter):
        protect_views({}, least=1)
    with pytest.raises(BadParameter):
        protect_scores({}, {}, lowest=5, highest=5)
    with pytest.raises(BadParameter):
        protect_scores({}, {}, lowest=1, highest=5, least_width=1)
    with pytest.raises(MissingColumns):
        views_of({"ann": {}}, dimensions=["team"])
    with pytest.raises(BadParameter):
        protect_scores({}, {"ann": 6}, lowest=1, highest=5)
    with pytest.raises(BadParameter):
        protect_scores({}, {}, lowest=1, highest=5, rounding=-1)
    with pytest.raises(BadParameter):
        protect_scores({}, {}, lowest=1, highest=5, already={"before": wave("abcde", 6)})
    assert protect_views({}).shown == ()
    assert protect_views({"nobody": []}).reasons_for_logs == {"nobody": "too_few"}


def coverage_of_a_shown_mean(n, shares, level):
    """Exact, on equally spaced values from 0 to 1: the sum of n answers has the n-fold convolution of their shares."""
    chance = np.array([1.0])
    for _ in range(n):
        chance = np.convolve(chance, shares)
    steps = len(shares) - 1
    truth = float(np.dot(shares, np.arange(steps + 1.0)) / steps)
    covered = 0.0
    for total, p in enumerate(chance):
        if p > 1e-12:
            shown = ViewScore(people=frozenset(range(n)), mean=min(total / steps / n, 1.0))
            found = shown_mean(shown, lowest=0, highest=1, level=level)
            covered += p * (found.low - 1e-12 <= truth <= found.high + 1e-12)
    return covered


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("n", [5, 6, 10, 30])
def test_the_interval_of_a_shown_mean_covers_at_least_what_it_says_whatever_the_answers(n, level):
    random = np.random.default_rng(5)
    # Where pseudo-answers fail: nearly all at one end, and halves at both.
    profiles = [(0.12, 0.88), (0.04, 0.96), (0.5, 0.5), (0.5, 0.0, 0.5), (0.97, 0.0, 0.03), (0.05, 0.15, 0.8)]
    profiles += [random.dirichlet([alpha] * cells) for cells in (2, 3, 5) for alpha in (0.2, 1.0)]
    assert min(coverage_of_a_shown_mean(n, shares, level) for shares in profiles) >= level


def test_the_interval_of_a_shown_mean_is_that_of_a_share_on_any_scale_and_knows_only_mean_and_n():
    low, high = proportion_confint(27, 40, method="beta")
    found = shown_mean(ViewScore(people=frozenset(range(40)), mean=1 + 4 * 27 / 40), lowest=1, highest=5)
    assert (found.low, found.high, found.n) == pytest.approx((1 + 4 * low, 1 + 4 * high, 40))
    all_at_the_top = shown_mean(ViewScore(people=frozenset(range(5)), mean=5.0), lowest=1, highest=5)
    assert (all_at_the_top.low, all_at_the_top.high) == pytest.approx((1 + 4 * 0.025**0.2, 5))
    limit = shown_mean(ViewScore(people=frozenset(range(5)), mean=4.9, rounding=0.1), lowest=1, highest=5)
    assert limit.low <= all_at_the_top.low
    assert limit.high == 5


def test_on_a_scale_of_steps_a_limit_does_not_tell_that_all_are_of_one_mind():
    for n in (5, 8, 12, 30):
        people = [f"p{i}" for i in range(n)]
        shown = []
        for lower in range(3):  # nobody, one, two people a step below the top
            answers = dict.fromkeys(people, 1.0) | dict.fromkeys(people[:lower], 0.0)
            found = protect_scores({"team": people}, answers, lowest=-1, highest=1, step=1)
            shown += [(score.low, score.high) for score in found.scores.values()]
        assert len(shown) == 3
        assert len(set(shown)) == 1
