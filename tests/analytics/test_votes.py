"""Votes: ideas by their lower bound, pairs by Bradley–Terry, and a chance for the new."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candor.analytics.errors import BadCounts, BadParameter, EmptySample, NotIdentifiable
from candor.analytics.votes import bradley_terry, ideas_to_show, rank_ideas

# American League 1987, wins of row over column (Agresti, Categorical Data Analysis, table 10.10)
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
WINS = (
    (0, 7, 9, 7, 7, 9, 11),
    (6, 0, 7, 5, 11, 9, 9),
    (4, 6, 0, 7, 7, 8, 12),
    (6, 8, 6, 0, 6, 7, 10),
    (6, 2, 6, 7, 0, 7, 12),
    (4, 4, 5, 6, 6, 0, 6),
    (2, 4, 1, 3, 1, 7, 0),
)
BASEBALL = {(TEAMS[i], TEAMS[j]): WINS[i][j] for i in range(7) for j in range(7) if i != j}


def test_ideas_are_ordered_by_the_lower_end_of_wilson():
    # Wilson (1927), by his formula: 9/10 .5958, 60/80 .6452, 3/3 .4385, 1/1 .2065, 600/1000 .5693
    votes = {"a": (9, 10), "b": (60, 80), "c": (3, 3), "d": (1, 1), "e": (600, 1000)}
    ranked = rank_ideas(votes)
    assert [idea.key for idea in ranked] == ["b", "a", "e", "c", "d"]
    assert [idea.approval.low for idea in ranked] == pytest.approx(
        [0.6452, 0.5958, 0.5693, 0.4385, 0.2065], abs=5e-5
    )
    assert [idea.rank for idea in ranked] == [1, 2, 3, 4, 5]
    assert not any(idea.is_surely_above_next for idea in ranked)
    assert ranked[3].approval.status == "too_few"


def test_two_comparisons_of_two_things_are_too_few_for_a_chance():
    one_each, many = ({("a", "b"): wins, ("b", "a"): wins} for wins in (1, 20))
    assert bradley_terry(one_each).chance("a", "b").status == "too_few"
    assert bradley_terry(many).chance("a", "b").status == "ok"


def test_an_idea_far_above_the_next_is_said_to_be():
    ranked = rank_ideas({"good": (95, 100), "poor": (5, 100), "none": (0, 0), "zero": (0, 0)})
    assert ranked[0].is_surely_above_next
    assert [idea.rank for idea in ranked] == [1, 2, 3, 3]
    assert ranked[2].approval.value is None
    assert rank_ideas({}) == ()


def test_bradley_terry_of_the_american_league_is_agrestis():
    # Agresti; R BradleyTerry2: 1.5814, 1.4364, 1.2945, 1.2476, 1.1077, .6839, 0; deviance 15.7365 on 15 df
    found = bradley_terry(BASEBALL)
    against = [found.difference(team, "Baltimore").value for team in TEAMS]
    assert against == pytest.approx([1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0], abs=5e-5)
    assert (found.deviance, found.df) == (pytest.approx(15.7365, abs=5e-5), 15)
    first = found.difference("Milwaukee", "Baltimore")
    sixth = found.difference("Cleveland", "Baltimore")
    # standard errors .3433 … .3319
    assert (first.high - first.low) / (2 * 1.959964) == pytest.approx(0.3433, abs=1e-4)
    assert (sixth.high - sixth.low) / (2 * 1.959964) == pytest.approx(0.3319, abs=1e-4)
    assert found.order()[0] == "Milwaukee"
    assert found.surely_above("Baltimore") == TEAMS[:6]
    assert found.surely_above("Milwaukee") == ()
    assert (found.n, found.ridge) == (273, 0)


def test_it_is_a_logistic_regression():
    sm = pytest.importorskip("statsmodels.api")
    rows, outcome, weight = [], [], []
    for (winner, loser), times in BASEBALL.items():
        row = np.zeros(7)
        row[TEAMS.index(winner)], row[TEAMS.index(loser)] = 1, -1
        rows.append(row[:-1])
        outcome.append(1.0)
        weight.append(times)
        rows.append(-row[:-1])
        outcome.append(0.0)
        weight.append(times)
    fit = sm.GLM(
        outcome, np.array(rows), family=sm.families.Binomial(), freq_weights=np.array(weight) / 2
    ).fit()
    found = bradley_terry(BASEBALL)
    assert [found.difference(team, "Baltimore").value for team in TEAMS[:-1]] == pytest.approx(
        fit.params, abs=1e-6
    )


def test_who_never_lost_needs_a_ridge_and_gets_one():
    wins = {("tea", "milk"): 5, ("milk", "beer"): 3, ("beer", "milk"): 2}
    found = bradley_terry(wins)
    assert found.ridge == 0.1
    assert found.order() == ("tea", "milk", "beer")
    assert found.chance("tea", "beer").value < 1
    assert found.difference("tea", "milk").status == "wide"
    with pytest.raises(NotIdentifiable):
        bradley_terry(wins, ridge=0)


def test_groups_never_compared_with_each_other_are_held_together_by_the_ridge():
    found = bradley_terry({("a", "b"): 3, ("b", "a"): 2, ("c", "d"): 9, ("d", "c"): 1})
    assert found.ridge > 0
    gap = found.difference("c", "a")
    assert gap.low < 0 < gap.high


def test_intervals_of_differences_cover():
    truth = np.array([0.8, 0.3, 0.0, -0.4, -0.7])
    hits = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        wins = {}
        for i in range(5):
            for j in range(i + 1, 5):
                won = int(random.binomial(15, 1 / (1 + np.exp(truth[j] - truth[i]))))
                wins[str(i), str(j)], wins[str(j), str(i)] = won, 15 - won
        gap = bradley_terry(wins).difference("0", "4")
        hits.append(gap.low <= 1.5 <= gap.high)
    assert 0.9 <= np.mean(hits) <= 0.99


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), st.integers(0, 9)))
def test_chances_are_chances_and_the_mirror_sums_to_one(wins):
    wins = {pair: times for pair, times in wins.items() if pair[0] != pair[1]}
    if not any(wins.values()):
        with pytest.raises(EmptySample):
            bradley_terry(wins)
        return
    found = bradley_terry(wins)
    one, other = found.keys[0], found.keys[-1]
    chance = found.chance(one, other)
    assert 0 <= chance.low <= chance.value <= chance.high <= 1
    assert chance.value + found.chance(other, one).value == pytest.approx(1)
    turned = bradley_terry(dict(reversed(wins.items())))
    assert turned == found


def test_the_new_is_shown_first_and_the_good_often():
    votes = {"new": (0, 0), "newer": (1, 1), "good": (60, 80), "fair": (40, 80), "poor": (2, 90)}
    seen = Counter(key for seed in range(400) for key in ideas_to_show(votes, count=3, seed=seed))
    assert seen["new"] == seen["newer"] == 400
    assert seen["good"] > 350 > seen["fair"] >= seen["poor"]
    firsts = Counter(ideas_to_show(votes, count=1, seed=seed)[0] for seed in range(400))
    assert min(firsts["new"], firsts["newer"]) > 150


def test_exposure_finds_a_late_and_better_idea():
    # nine ideas of approval .5 posted early, one of .8 posted late: within 600 visitors it leads
    random = np.random.default_rng(3)
    votes = {f"early {i}": (10, 20) for i in range(9)} | {"late": (0, 0)}
    for visitor in range(600):
        for key in ideas_to_show(votes, count=2, seed=visitor):
            favourable, n = votes[key]
            votes[key] = (favourable + int(random.random() < (0.8 if key == "late" else 0.5)), n + 1)
    assert rank_ideas(votes)[0].key == "late"
    assert votes["late"][1] > 200
    assert min(n for _, n in votes.values()) >= 20


def test_the_same_visitor_sees_the_same_whatever_the_order():
    votes = {"a": (3, 9), "b": (4, 9), "c": (0, 0)}
    assert ideas_to_show(dict(reversed(votes.items())), count=3, seed=5) == ideas_to_show(
        votes, count=3, seed=5
    )
    assert ideas_to_show(votes, count=0, seed=1) == () == ideas_to_show({}, count=2, seed=1)


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda: rank_ideas({"a": (2, 1)}), BadCounts),
        (lambda: rank_ideas({"a": (-1, 1)}), BadCounts),
        (lambda: bradley_terry({}), EmptySample),
        (lambda: bradley_terry({("a", "a"): 1}), BadCounts),
        (lambda: bradley_terry({("a", "b"): -1}), BadCounts),
        (lambda: bradley_terry(BASEBALL, ridge=-1), BadParameter),
        (lambda: bradley_terry(BASEBALL).chance("Milwaukee", "Nowhere"), BadParameter),
        (lambda: ideas_to_show({"a": (2, 1)}, count=1, seed=1), BadCounts),
        (lambda: ideas_to_show({}, count=-1, seed=1), BadParameter),
    ],
)
def test_wrong_votes_are_named_errors(ask, error):
    with pytest.raises(error):
        ask()


def test_a_thousand_million_comparisons_are_fitted_too():
    lopsided = bradley_terry({("a", "b"): 10**9, ("b", "c"): 10**9, ("c", "a"): 1})
    assert lopsided.difference("a", "b").value == pytest.approx(np.log(1e9))
    never_lost = bradley_terry({("a", "b"): 10**9})
    assert (never_lost.order(), never_lost.ridge) == (("a", "b"), 0.1)
