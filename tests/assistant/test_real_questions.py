"""How sure "sure" is, on real questions of bank customers. Reads banking77 in the folder CANDOR_DATA.

38 of the 77 intents get an article made of a few of their own wordings; the questions asked are others, half of them about intents that
have no article. The rows with even numbers were used to fit `Hit.sureness`, those with odd numbers are asked here.
"""

import csv
import gzip
import random
from collections import Counter, defaultdict
from pathlib import Path

from candor.analytics import top_box_share
from candor.assistant.deciding import decide
from candor.assistant.index import Index, index_articles
from candor.assistant.passages import Article, split_article

WORDINGS, INTENTS, ASKED = 12, 38, 15


def drawn(rows: dict[str, list[str]], seed: int) -> tuple[dict[str, Index], list[tuple[str, str]]]:
    """Articles on a random half of the intents, and questions with the intent they are about ("" where no article is)."""
    draw = random.Random(seed)
    names = draw.sample(sorted(rows), len(rows))
    articles, questions = [], []
    for place, name in enumerate(names):
        texts = draw.sample(rows[name], min(WORDINGS + ASKED, len(rows[name])))
        if place < INTENTS:
            articles.append(Article(name, name.replace("_", " "), "\n\n".join(texts[:WORDINGS])))
        questions += [(text, name if place < INTENTS else "") for text in texts[WORDINGS:]]
    return index_articles(passage for article in articles for passage in split_article(article)), questions


def test_answers_are_right_four_times_in_five_and_what_no_article_says_is_seldom_answered(
    real_data: Path,
) -> None:
    rows = defaultdict(list)
    with gzip.open(real_data / "banking77/train.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            if number % 2:
                rows[row["category"]].append(" ".join(row["text"].split()))
    counts = Counter[str]()
    for seed in range(101, 104):
        indices, questions = drawn(rows, seed)
        for text, intent in questions:
            decision = decide(text, indices=indices, language="en")
            found = [hit.passage.article for hit in decision.hits]
            counts.update([decision.kind, f"{decision.kind} {'known' if intent else 'unknown'}"])
            counts[f"right {decision.kind}"] += bool(intent) and intent in found
            counts["known" if intent else "unknown"] += 1
    right = top_box_share(favourable=counts["right answer"], n=counts["answer"])
    assert right.low is not None and right.low > 0.75, counts
    assert (
        right.high is not None and right.high < 0.90
    )  # better would mean that it hands over more than it must
    assert 0.30 < counts["answer known"] / counts["known"] < 0.55
    assert counts["answer unknown"] / counts["unknown"] < 0.10
