import random

import pytest

from candor.text.errors import UnequalLengths
from candor.text.sentiment import learn_tone
from tests.text.corpora import FILLER

GOOD = ["great", "friendly", "excellent", "helpful", "pleasant", "perfect", "love", "recommend"]
BAD = ["terrible", "rude", "awful", "slow", "useless", "angry", "worst", "disappointed"]


def pairs(n: int, *, seed: int = 0, telling: bool = True) -> tuple[list[str], list[float]]:
    generator = random.Random(seed)
    texts, scores = [], []
    for _ in range(n):
        is_good = generator.random() < 0.6
        words = (
            generator.sample(GOOD if is_good == (generator.random() < 0.95) else BAD, 2) if telling else []
        )
        words += generator.sample(FILLER, 5)
        generator.shuffle(words)
        texts.append(" ".join(words))
        scores.append(generator.choice([9, 10] if is_good else [0, 2, 5, 6]))
    return texts, scores


def test_tone_is_learned_from_scores_and_tested_on_unseen_comments() -> None:
    report = learn_tone(*pairs(500), negative_to=6, positive_from=9)
    assert report.status == "ok"
    assert (
        report.macro_f1 is not None and 0.85 <= report.macro_f1 <= 0.99
    )  # 5 % of the labels are wrong on purpose
    assert report.model is not None
    good, bad, unknown = report.model.judge(["excellent and friendly", "rude and useless", "zebra"])
    assert (good.tone, bad.tone, unknown.tone) == ("positive", "negative", None)
    assert good.probability > 0.8


def test_a_negated_word_is_another_word() -> None:
    texts = [
        f"{'' if number % 2 else 'not '}helpful {FILLER[number % 17]} {FILLER[number // 17 % 17]}"
        for number in range(500)
    ]
    report = learn_tone(texts, [float(number % 2) for number in range(500)], negative_to=0, positive_from=1)
    assert report.macro_f1 is not None and report.macro_f1 > 0.95


def test_fewer_than_two_hundred_labels_are_refused() -> None:
    report = learn_tone(*pairs(199), negative_to=6, positive_from=9)
    assert (report.status, report.model, report.macro_f1) == ("too_few", None, None)


def test_copies_do_not_make_up_the_number() -> None:
    texts, scores = pairs(150)
    report = learn_tone(texts * 4, scores * 4, negative_to=6, positive_from=9)
    assert (report.status, report.n) == ("too_few", 150)


def test_scores_that_have_nothing_to_do_with_the_words_are_refused() -> None:
    report = learn_tone(*pairs(600, telling=False), negative_to=6, positive_from=9)
    assert (report.status, report.model) == ("too_weak", None)
    assert report.macro_f1 is not None and report.macro_f1 < 0.55


def test_the_same_pairs_in_another_order_give_the_same_figures_and_judgements() -> None:
    texts, scores = pairs(400)
    report = learn_tone(texts, scores, negative_to=6, positive_from=9)
    order = list(range(400))
    random.Random(5).shuffle(order)
    again = learn_tone([texts[i] for i in order], [scores[i] for i in order], negative_to=6, positive_from=9)
    assert report.model is not None and again.model is not None
    assert (report.macro_f1, report.f1, report.labels) == (again.macro_f1, again.f1, again.labels)
    assert report.model.judge(texts) == again.model.judge(texts)


def test_three_tones_are_told_apart_when_there_are_three() -> None:
    generator = random.Random(1)
    sets = {1.0: BAD, 3.0: ["average", "okay", "usual", "ordinary", "fair", "acceptable"], 5.0: GOOD}
    scores = [generator.choice([1.0, 3.0, 5.0]) for _ in range(450)]
    texts = [" ".join(generator.sample(sets[score], 2) + generator.sample(FILLER, 4)) for score in scores]
    report = learn_tone(texts, scores, negative_to=2, positive_from=4)
    assert report.status == "ok"
    assert set(report.f1 or {}) == {"negative", "neutral", "positive"}


def test_every_text_needs_a_score() -> None:
    with pytest.raises(UnequalLengths):
        learn_tone(["good"], [], negative_to=6, positive_from=9)


def test_the_bounds_must_not_overlap() -> None:
    with pytest.raises(ValueError, match="must be below"):
        learn_tone([], [], negative_to=9, positive_from=9)
