"""What the assistant finds, quotes and decides."""

import doctest
import importlib
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candor.assistant.deciding import LIKELY, Decision, decide
from candor.assistant.index import Index, best_sentences
from candor.assistant.passages import Article, render, sentences, split_article

from .articles import ARTICLES, indices

INDICES = indices()


def ask(text: str, language: str = "en", unsure_before: int = 0) -> Decision:
    return decide(text, indices=INDICES, language=language, unsure_before=unsure_before)


@pytest.mark.parametrize("module", ["passages", "index", "words", "phrasing"])
def test_the_examples_in_the_documentation_run(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"candor.assistant.{module}"))
    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize(
    ("question", "language", "article"),
    [
        ("how do I block my lost card?", "en", "block"),
        ("I moved, where do I change my adress", "en", "address"),  # mistyped
        ("Wie sperre ich meine Karten?", "en", "sperren"),  # the page speaks English, the visitor German
        ("Comment bloquer ma carte perdue ?", "fr", "bloquer"),
        ("¿Cómo bloqueo mi tarjeta perdida?", "es", "bloquear"),
        ("إيقاف البطاقة المفقودة", "ar", "batāqa"),
    ],
)
def test_a_question_is_answered_from_the_article_that_says_it(
    question: str, language: str, article: str
) -> None:
    decision = ask(question, language)
    assert (decision.kind, decision.hits[0].passage.article) == ("answer", article)


def test_the_piece_is_quoted_that_says_more_than_the_title() -> None:
    hits = INDICES["en"].search("how long until the new card arrives", "en")
    assert hits[0].passage.heading == "A new card"
    assert (
        best_sentences(hits[0].passage, "when does the new card arrive")[0]
        == "A new card arrives within 5 working days."
    )
    assert INDICES["en"].search("lost card", "en")[0].passage.place == 0


@given(st.text(max_size=200), st.sampled_from(["en", "de", "ar", "zz"]))
def test_whatever_is_asked_an_answer_is_made_of_sentences_that_stand_in_an_article(
    text: str, language: str
) -> None:
    for hit in ask(text, language).hits:
        source = next(article for article in ARTICLES if article.key == hit.passage.article)
        said = [sentence for passage in split_article(source) for sentence in sentences(passage.text)]
        assert set(best_sentences(hit.passage, text)) <= set(said)
        assert 0 <= hit.sureness <= 1
        assert 0 <= hit.coverage <= 1


def test_articles_in_another_order_give_the_same_answer_and_the_same_sureness() -> None:
    passages = [
        passage for article in ARTICLES if article.language == "en" for passage in split_article(article)
    ]
    question = "what do I pay for a transfer to Norway"
    first = Index(passages).search(question, "en")
    for seed in range(5):
        shuffled = sorted(passages, key=lambda passage: random.Random(f"{seed}{passage.article}").random())
        again = Index(shuffled).search(question, "en")
        assert [(hit.passage, hit.sureness) for hit in again] == [
            (hit.passage, hit.sureness) for hit in first
        ]


@pytest.mark.parametrize(
    "words",
    ["Can I talk to a real person?", "Ich möchte mit einem Menschen sprechen", "je veux parler à un conseiller", "quiero hablar con una persona", "أريد التحدث مع موظف", "agent please"],
)  # fmt: skip
def test_whoever_asks_for_a_person_gets_one_in_each_language_even_where_an_article_fits(words: str) -> None:
    decision = ask(f"{words} – block a lost card" if len(words.split()) > 3 else words)
    assert (decision.kind, decision.reason) == ("hand_over", "asked")


def test_blanks_between_words_neither_hide_a_wish_nor_cost_time() -> None:
    assert ask("I want to speak\n\nto a   real person").kind == "hand_over"
    began = time.process_time()
    ask("a" + " " * 20_000 + "b")
    assert time.process_time() - began < 2.0, "it took the square of their number: nine seconds"


def test_fraud_goes_to_a_person_and_says_meanwhile_what_the_article_says() -> None:
    decision = ask("My card was stolen, how do I block the card?")
    assert (decision.kind, decision.reason, decision.words) == ("hand_over", "urgent", "card was stolen")
    assert decision.hits[0].passage.article == "block"


def test_a_complaint_goes_to_a_person() -> None:
    assert ask("It is unacceptable how long the new card takes").reason == "complaint"
    assert ask("Das ist eine Frechheit", "de").reason == "complaint"


def test_what_no_article_says_is_asked_back_once_and_then_handed_over() -> None:
    question = "Do you offer mortgages for farmhouses?"
    assert (ask(question).kind, ask(question).reason) == ("ask_back", "nothing")
    assert (ask(question, unsure_before=1).kind, ask(question, unsure_before=1).reason) == (
        "hand_over",
        "unsure",
    )


def test_what_holds_every_word_of_a_short_question_is_offered_however_unsure_that_is() -> None:
    apply = Article("1", "Apply for a loan", "Apply for a loan in the portal. It takes half an hour.")
    papers = Article("2", "Documents", "To apply for a loan you need payslips and statements.")
    index = Index([*split_article(apply), *split_article(papers)])
    found = decide("How do I apply?", indices={"en": index}, language="en")
    assert found.hits[0].sureness < LIKELY
    assert (found.kind, found.reason, found.hits[0].passage.title) == (
        "ask_back",
        "several",
        "Apply for a loan",
    )


def test_a_question_that_several_articles_touch_is_asked_back_with_them() -> None:
    decision = ask("opening hours on saturday")
    assert (decision.kind, decision.reason) == ("ask_back", "several")
    assert decision.hits[0].passage.article == "open"


def test_a_greeting_is_no_question_and_praise_is_feedback() -> None:
    assert ask("hello", unsure_before=1).reason == "empty"
    assert ask("The new app is lovely, well done").kind == "feedback"


def test_html_and_dangerous_addresses_in_an_article_stay_text() -> None:
    body = "<script>alert(1)</script> [press](javascript:alert(1)) [mail](mailto:a@b.example) <b onclick=x>hi</b>"
    page = render(body)
    assert "<script" not in page
    assert "<b " not in page
    assert 'href="javascript' not in page
    assert 'href="mailto:a@b.example"' in page


def test_lists_tables_and_code_are_quoted_in_plain_text() -> None:
    body = "# Top\n\n- First **entry**.\n- Second one.\n\n| A | B |\n|---|---|\n| 1 | [two](https://x.example) |\n\n```\ncode 5\n```"
    texts = [passage.text for passage in split_article(Article("a", "T", body))]
    assert texts == ["First entry.\nSecond one.\nA · B\n1 · two\ncode 5"]
