import json
import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from candor.text.errors import RepeatedId, UnreadableModel
from candor.text.model import LEAST_SIMILARITY
from candor.text.themes import ThemeModel, ThemeReport, assign, discover_themes
from tests.text.corpora import PLANTED, planted, word_salad


@pytest.fixture(scope="module")
def report() -> ThemeReport:
    return discover_themes(planted(600)[0])


def without_model(report: ThemeReport) -> ThemeReport:
    return replace(report, model=None)


def test_planted_themes_are_found_and_named_by_their_own_words(report: ThemeReport) -> None:
    truth = planted(600)[1]
    found = {}
    for theme in report.themes:
        true = [truth[int(member)] for member in theme.members]
        main = max(set(true), key=true.count)
        found[main] = theme
        assert true.count(main) / len(true) >= 0.95
        assert theme.n >= 0.85 * truth.count(main)
        assert theme.standing == "stable"
        assert set(theme.terms[0].split()) <= set(PLANTED[main].split())
        assert 3 <= len(theme.terms) <= 5
    assert sorted(found) == sorted(PLANTED)


def test_comments_without_a_theme_stay_without_one(report: ThemeReport) -> None:
    truth = planted(600)[1]
    fillers = {number for number, theme in enumerate(truth) if theme == "none"}
    assert len(fillers & set(report.unplaced)) >= 0.9 * len(fillers)


def test_every_read_comment_is_in_one_published_theme_or_unplaced(report: ThemeReport) -> None:
    placed = [member for theme in report.themes for member in theme.members]
    assert sorted([*placed, *report.unplaced], key=int) == list(range(600))
    assert report.n == report.n_read == 600


def test_the_same_comments_in_another_order_give_the_same_report(report: ThemeReport) -> None:
    comments = planted(600)[0]
    for seed in (1, 2):
        random.Random(seed).shuffle(comments)
        again = discover_themes(comments)
        assert without_model(again) == without_model(report)
        assert again.model is not None and report.model is not None
        assert again.model.to_bytes() == report.model.to_bytes()


@pytest.mark.parametrize(("n", "words", "seed"), [(400, 30, 1), (800, 200, 5), (1_200, 400, 3)])
def test_nothing_is_published_in_random_words(n: int, words: int, seed: int) -> None:
    report = discover_themes(word_salad(n, words=words, seed=seed))
    assert report.status == "none_stable"
    assert report.themes == ()
    assert report.codes


def test_keys_survive_five_per_cent_more_comments(report: ThemeReport) -> None:
    more = planted(600)[0] + [(1_000 + number, text) for number, text in planted(30, seed=9)[0]]
    again = discover_themes(more, previous=report.themes + report.withheld)
    assert {theme.key for theme in again.themes} == {theme.key for theme in report.themes}
    words = {theme.key: set(theme.members) for theme in report.themes}
    for theme in again.themes:
        assert len(words[theme.key] & set(theme.members)) >= 0.9 * len(words[theme.key])


def test_keys_survive_a_period_with_other_comments(report: ThemeReport) -> None:
    later = [(10_000 + number, text) for number, text in planted(600, seed=4)[0]]
    again = discover_themes(later, previous=report.themes)
    assert {theme.key for theme in again.themes} == {theme.key for theme in report.themes}


def test_a_theme_that_was_not_there_before_gets_a_key_of_its_own(report: ThemeReport) -> None:
    generator = random.Random(3)
    words = ["parking", "garage", "space", "barrier", "ticket", "level"]
    parking = [
        (
            5_000 + number,
            " ".join(generator.sample(words, 4)) + f" {generator.choice(['day', 'week', 'month', 'city'])}",
        )
        for number in range(150)
    ]
    again = discover_themes(planted(600)[0] + parking, previous=report.themes + report.withheld)
    known = {theme.key for theme in report.themes + report.withheld}
    [new] = [theme for theme in again.themes if theme.key not in known]
    assert set(new.members) <= {number for number, _ in parking}
    assert {theme.key for theme in report.themes} < {theme.key for theme in again.themes}


def test_too_few_comments_give_codes_and_quotes_and_no_themes() -> None:
    comments = planted(200)[0]
    report = discover_themes(comments)
    assert report.status == "too_few"
    assert report.themes == () and report.model is None
    texts = dict(comments)
    for code in report.codes:
        assert 1 <= len(code.quotes) <= 3
        assert (
            code.n == sum(set(code.term.split()) <= set(text.split()) for text in texts.values())
            or " " in code.term
        )
        assert all(code.term.split()[0] in texts[int(quote)] for quote in code.quotes)


def test_a_thousand_copies_of_one_sentence_are_too_few() -> None:
    report = discover_themes([(number, f"The app crashes at login {number}!") for number in range(1_000)])
    assert (report.status, report.n_read, report.n_distinct) == ("too_few", 1_000, 1)


def test_copies_are_members_but_not_quoted_twice(report: ThemeReport) -> None:
    comments = planted(600)[0]
    text = dict(comments)[int(report.themes[0].quotes[0])]
    copies = [(2_000 + number, f"{text.capitalize()}!!") for number in range(50)]
    again = discover_themes(comments + copies, previous=report.themes)
    theme = next(one for one in again.themes if one.key == report.themes[0].key)
    assert {number for number, _ in copies} <= set(theme.members)
    assert not {number for number, _ in copies} & set(theme.quotes)
    assert len(theme.quotes) == 5


def test_comments_without_words_are_counted_apart() -> None:
    report = discover_themes([*planted(50)[0], (900, "???"), (901, "XXXX 123"), (902, "")])
    assert (report.n, report.n_read) == (53, 50)


def test_no_comments_are_too_few() -> None:
    assert discover_themes([]) == ThemeReport(status="too_few", n=0, n_read=0, n_distinct=0)


def test_two_comments_with_one_id_are_refused() -> None:
    with pytest.raises(RepeatedId):
        discover_themes([(1, "good app"), (1, "bad app")])


def test_never_more_themes_than_were_asked_for() -> None:
    assert len(discover_themes(planted(600)[0], most=3).themes) <= 3


def test_fewer_than_three_themes_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        discover_themes([], most=2)


def test_the_model_places_old_comments_where_the_discovery_did(report: ThemeReport) -> None:
    assert report.model is not None
    comments = planted(600)[0]
    expected = {member: theme.key for theme in report.themes for member in theme.members}
    placements = assign(report.model, comments)
    assert [placement.comment_id for placement in placements] == [number for number, _ in comments]
    assert {one.comment_id: one.key for one in placements if one.key} == expected
    assert all(one.similarity >= LEAST_SIMILARITY for one in placements if one.key)


def test_a_stored_model_places_new_comments_as_the_fresh_one(report: ThemeReport) -> None:
    assert report.model is not None
    later, truth = planted(200, seed=8)
    stored = ThemeModel.from_bytes(report.model.to_bytes())
    placements = assign(report.model, later)
    assert assign(stored, later) == placements
    theme_of = {theme.key: set(theme.terms[0].split()) for theme in report.themes}
    hits = [
        theme_of[one.key] <= set(PLANTED[true].split())
        for one, true in zip(placements, truth, strict=True)
        if one.key and true != "none"
    ]
    assert np.mean(hits) >= 0.95
    assert len(hits) >= 0.8 * sum(true != "none" for true in truth)


def test_a_comment_of_unknown_words_is_not_placed(report: ThemeReport) -> None:
    assert report.model is not None
    [placement] = assign(report.model, [("x", "zebra giraffe hippopotamus")])
    assert (placement.key, placement.similarity) == (None, 0.0)
    assert assign(report.model, []) == ()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 but no archive"])
def test_bytes_that_are_no_model_are_refused(content: bytes) -> None:
    with pytest.raises(UnreadableModel):
        ThemeModel.from_bytes(content)


def test_a_theme_can_be_kept_as_json_and_handed_back(report: ThemeReport) -> None:
    theme = report.themes[0]
    kept = json.loads(json.dumps({"key": theme.key, "members": theme.members, "words": dict(theme.words)}))
    known = replace(theme, members=tuple(kept["members"]), words=kept["words"], key="renamed")
    again = discover_themes(planted(600)[0], previous=[known])
    assert "renamed" in {one.key for one in again.themes}


def test_importing_the_room_imports_no_numerical_package() -> None:
    script = "import sys, candor.text; print([m for m in ('numpy', 'scipy', 'sklearn', 'phonenumbers', 'py3langid') if m in sys.modules])"
    assert (
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )
