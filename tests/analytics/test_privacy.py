"""Privacy: what may be shown, tried by attackers that know who is in which group."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.analytics.disclosure import ViewScore, attack, revealed_groups
from candor.analytics.errors import BadCounts, BadParameter, MissingColumns
from candor.analytics.privacy import (
    Thresholds,
    may_compare_waves,
    protect_scores,
    protect_views,
    shown_share,
    views_of,
)


def mean_of(people, answers):
    return sum(answers[person] for person in people) / len(people)


# Attackers


def test_six_less_five_gives_away_one_answer_exactly():
    # methods.md §10: n = 6 mean 7.5; without one, n = 5 mean 8.6 → that one said 2.0
    views = [ViewScore(people=frozenset("abcdef"), mean=7.5), ViewScore(people=frozenset("abcde"), mean=8.6)]
    leaks = attack(views, lowest=0, highest=10)
    assert [sorted(leak.people) for leak in leaks] == [["f"]]
    assert (leaks[0].low, leaks[0].high) == pytest.approx((2.0, 2.0), abs=1e-6)
    assert leaks[0].is_exact
    assert revealed_groups(["abcdef", "abcde"]) == frozenset("f")


def test_the_same_pair_is_not_shown_together():
    found = protect_views({"team": "abcdef", "without f": "abcde"})
    assert found.shown == ("team",)
    assert found.hidden == {"without f": "reveals_few"}


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
    assert found.hidden == {"all": "reveals_few"}
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
    assert slower.hidden == {"today": "reveals_few"}


def test_comments_use_the_same_rule_with_ten():
    views = {"all": range(25), "team": range(16)}
    assert protect_views(views, least=5).shown == ("all", "team")
    assert protect_views(views, least=10).hidden == {"team": "reveals_few"}


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
        shown = [
            ViewScore(people=views[name], mean=round(mean_of(views[name], answers), 1), rounding=0.05)
            for name in found.shown
        ]
        assert attack(shown, lowest=1, highest=5) == ()
    assert "nearly_known" in found.hidden.values() or found.shown


def test_a_team_of_one_mind_is_hidden_and_its_department_is_not():
    answers = dict.fromkeys("abcde", 5) | {"f": 1, "g": 3, "h": 4, "i": 2, "j": 5}
    found = protect_scores({"all": "abcdefghij", "north": "abcde"}, answers, lowest=1, highest=5)
    assert (found.shown, found.hidden) == (("all",), {"north": "nearly_known"})


def test_people_without_an_answer_are_in_no_view():
    answers = {person: float(1 + person % 5) for person in range(7)}
    found = protect_scores({"invited": range(40), "team": range(4)}, answers, lowest=1, highest=5)
    assert found.shown == ("invited",)
    assert protect_scores({"nobody": range(50, 60)}, answers, lowest=1, highest=5).hidden == {
        "nobody": "too_few"
    }


def test_scores_that_are_out_do_not_hide_everything_else():
    answers = dict.fromkeys(range(5), 5.0) | {person: float(1 + person % 5) for person in range(5, 40)}
    found = protect_scores(
        {"rest": range(5, 40), "half": range(20)}, answers, lowest=1, highest=5, already={"slip": range(5)}
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


@given(st.integers(0, 60), st.integers(0, 60))
def test_no_share_is_shown_as_nobody_or_everybody(favourable, n):
    if favourable > n:
        with pytest.raises(BadCounts):
            shown_share(favourable, n)
        return
    found = shown_share(favourable, n)
    if n < 5:
        assert found.share is None
        assert f"({n} of at least 5)" in found.words
        return
    assert 0.05 <= found.share <= 0.95
    assert round(found.share * 20) == pytest.approx(found.share * 20)
    if 0.1 < favourable / n < 0.9:
        assert abs(found.share - favourable / n) <= 0.025 + 1e-9
        assert found.words == f"About {round(100 * found.share)} %"


def test_shares_at_the_ends_say_or_less_and_or_more():
    assert shown_share(12, 12) == shown_share(40, 41)
    assert shown_share(0, 12).words == "5 % or less"


def test_wrong_input_is_a_named_error():
    with pytest.raises(BadParameter):
        protect_views({}, least=1)
    with pytest.raises(BadParameter):
        protect_scores({}, {}, lowest=5, highest=5)
    with pytest.raises(BadParameter):
        protect_scores({}, {}, lowest=1, highest=5, least_width=1)
    with pytest.raises(MissingColumns):
        views_of({"ann": {}}, dimensions=["team"])
    assert protect_views({}).shown == ()
    assert protect_views({"nobody": []}).hidden == {"nobody": "too_few"}
