"""Comments read as if people had written them: varied, of all lengths, in two languages."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from candor.demo import Chunk
from candor.demo.comments import TALKED_OF
from candor.demo.phrases import book, parse


@pytest.fixture(scope="module")
def comments(chunk: Chunk) -> list[str]:
    answers = [answer.text for row in chunk.invitation_rows() for answer in row.answers]
    complaints = [row.narrative for row in chunk.complaint_rows()]
    reviews = [row.text for row in chunk.review_rows()]
    return [text for text in (*answers, *complaints, *reviews) if text]


def test_there_are_thousands_and_hardly_two_are_the_same(comments: list[str]) -> None:
    assert len(comments) >= 6_000
    sentences = [text for text in comments if len(text.split()) > 4]
    assert 1 - len(set(sentences)) / len(sentences) < 0.02
    assert 1 - len(set(comments)) / len(comments) < 0.04


def test_no_opening_of_five_words_is_worn_out(comments: list[str]) -> None:
    openings = Counter(" ".join(text.lower().split()[:5]) for text in comments if len(text.split()) >= 8)
    assert openings.most_common(1)[0][1] < 0.012 * len(comments)


def test_lengths_run_from_a_word_to_eighty(comments: list[str]) -> None:
    words = np.array([len(text.split()) for text in comments])
    assert words.max() <= 90
    assert 10 < np.median(words) < 25
    assert (words <= 4).mean() > 0.03
    assert (words >= 35).mean() > 0.05


def test_people_differ_in_capitals_stops_and_slips(comments: list[str]) -> None:
    assert 0.08 < np.mean([text[0].islower() for text in comments]) < 0.40
    assert 0.005 < np.mean([text.isupper() for text in comments]) < 0.04
    assert 0.10 < np.mean([text[-1] not in ".!?" for text in comments]) < 0.60


def test_no_slot_or_choice_is_left_open(comments: list[str]) -> None:
    assert not [text for text in comments if re.search(r"[\[\]{}|]", text)]
    assert not [text for text in comments if "  " in text or text != text.strip()]


def test_personal_data_is_of_the_kind_that_reaches_nobody(comments: list[str]) -> None:
    addresses = [address for text in comments for address in re.findall(r"\S+@\S+", text)]
    assert len(addresses) > 20
    assert all(address.rstrip(".!,").lower().endswith("example.com") for address in addresses)
    numbers = [text for text in comments if re.search(r"555.01\d\d", text)]
    assert len(numbers) > 20


def test_spanish_speakers_write_spanish(chunk: Chunk) -> None:
    spanish = [
        answer.text.lower()
        for row in chunk.invitation_rows()
        if row.language == "es"
        for answer in row.answers
        if answer.text and len(answer.text.split()) > 5
    ]
    assert len(spanish) > 80
    assert (
        np.mean(
            [
                bool(
                    re.search(
                        r"\b(el|la|los|las|que|q|de|y|todo|muy|no|me|con|por|en|un|una|es|lo|se)\b", text
                    )
                )
                for text in spanish
            ]
        )
        > 0.9
    )


def test_both_books_know_every_aspect_that_people_talk_of() -> None:
    aspects = {aspect for weights in TALKED_OF.values() for aspect in weights} | {"portal", "decline"}
    sections = book("en")
    for aspect in aspects - {"hope"}:
        assert f"{aspect} good" in sections
        assert f"{aspect} bad" in sections
    assert set(book("es")) <= set(sections)


def test_a_line_is_read_as_text_and_choices_in_turn() -> None:
    assert parse("so [very|] kind") == ("so ", ("very", ""), " kind")
