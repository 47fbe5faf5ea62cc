import pytest

from candor.questionnaire import read_definition, warnings

GOOD = {
    "title": "After the call",
    "pages": [
        {"elements": [{"type": "rating", "name": "nps", "measure": "nps", "rateMin": 0, "rateMax": 10, "minRateDescription": "Not at all likely",
                       "maxRateDescription": "Extremely likely", "title": "How likely are you to recommend us to a friend or colleague?"}]},
        {"elements": [{"type": "comment", "name": "why", "title": "What is the main reason for your score?"}]},
        {"elements": [{"type": "rating", "name": "ease", "measure": "ces", "rateMax": 7, "title": "How easy or difficult was it to get help?"},
                      {"type": "radiogroup", "name": "solved", "title": "Was it solved?", "choices": ["Yes", "Partly", "No"]}]},
        {"elements": [{"type": "matrix", "name": "service", "title": "How satisfied or dissatisfied were you with …", "rows": ["waiting time", "clarity"],
                       "columns": [{"value": 1, "text": "Very dissatisfied"}, {"value": 2, "text": "Dissatisfied"}, {"value": 3, "text": "Neither"},
                                   {"value": 4, "text": "Satisfied"}, {"value": 5, "text": "Very satisfied"}]}]},
    ],
}  # fmt: skip


def rating(title: object, **more: object) -> dict:
    return {"type": "rating", "name": "q", "title": title, **more}


def codes(*elements: dict, **more: object) -> list[str]:
    return [one.code for one in warnings(read_definition({"elements": list(elements), **more}))]


def test_a_good_questionnaire_raises_no_concern() -> None:
    assert warnings(read_definition(GOOD)) == []


@pytest.mark.parametrize(
    ("element", "code"),
    [
        (rating("Don't you agree that our service is fast?"), "leading"),
        (rating("How great was our award-winning team?"), "leading"),
        (rating("How satisfied are you with the speed and quality of our help?"), "two_things"),
        (rating("How do you rate the price or service?", name="p") | {"title": "How happy are you with the price or service?"}, "two_things"),
        (rating("Was it fast? Was it friendly?"), "two_questions"),
        (rating("How satisfied are you with the service, and would you recommend it?"), "two_things"),
        (rating("How satisfied are you with price/quality?"), "two_things"),
        ({"type": "boolean", "name": "q", "title": "Was it quick and friendly?"}, "two_things"),
        ({"type": "radiogroup", "name": "q", "title": "Was it quick and friendly?", "choices": ["Yes", "Partly", "No"]}, "two_things"),
        ({"type": "comment", "name": "q", "title": "Given how hard our team works, what would you change?"}, "leading"),
        (rating("How concerned are you about the terrible delays?"), "leading"),
        (rating("Would you agree our prices are fair?"), "leading"),
        (rating("The staff did not keep me waiting"), "negated"),
        (rating("I was never left without an answer"), "double_negation"),
        (rating("The staff always helped"), "absolute"),
        (rating("How was it?", minRateDescription="Bad"), "one_end_named"),
        (rating("How likely are you to recommend us?", rateMin=0, rateMax=10), "no_measure"),
        (rating(" ".join(["word"] * 40)), "long_title"),
        ({"type": "radiogroup", "name": "q", "choices": ["Excellent", "Very good", "Good", "Bad"]}, "unbalanced"),
        ({"type": "radiogroup", "name": "q", "choices": list(range(20))}, "many_choices"),
        ({"type": "comment", "name": "q", "title": "You gave {npz}. Why?"}, "unknown_piped"),
        ({"type": "matrix", "name": "q", "rows": ["It was fast", "It was not clear"], "columns": [1, 2]}, "mixed_directions"),
    ],
)  # fmt: skip
def test_a_planted_flaw_is_found(element: dict, code: str) -> None:
    assert code in codes(element)


@pytest.mark.parametrize(
    "element",
    [
        rating("Were staff helpful or not?"),
        rating("How likely are you and/or your family to come again?"),
        {"type": "boolean", "name": "q", "consent": True, "title": "May we keep your address and write to you?"},
        {"type": "radiogroup", "name": "q", "title": "Which did you use, the web and the app?", "choices": ["Web", "App"]},
    ],
)  # fmt: skip
def test_what_only_looks_like_a_flaw_is_left_alone(element: dict) -> None:
    assert codes(element) == []


@pytest.mark.parametrize(
    ("measure", "scale", "is_grave"),
    [("nps", (1, 10), True), ("nps", (0, 10), False), ("csat", (1, 5), False), ("csat", (0, 10), True), ("ces", (1, 5), True), ("expectation", (1, 9), False)],
)  # fmt: skip
def test_a_measure_on_another_scale_than_its_own_is_grave(
    measure: str, scale: tuple[int, int], is_grave: bool
) -> None:
    found = warnings(
        read_definition(
            {"elements": [rating("How was it?", measure=measure, rateMin=scale[0], rateMax=scale[1])]}
        )
    )
    assert [one.code for one in found if one.is_grave] == (["measure_scale"] if is_grave else [])


def test_a_measure_that_is_no_rating_is_grave() -> None:
    assert codes({"type": "comment", "name": "q", "measure": "nps"}) == ["measure_kind"]
    assert (
        codes({"type": "radiogroup", "name": "q", "measure": "emotion", "choices": ["Calm", "Angry"]}) == []
    )


def test_scales_and_directions_that_mix_on_a_page_are_told() -> None:
    five, seven = rating("How clear was it?", name="a"), rating("How fast was it?", name="b", rateMax=7)
    assert codes(five, seven) == ["mixed_scales"]
    up = rating("Clear?", name="a", minRateDescription="Very bad", maxRateDescription="Very good")
    down = rating("Easy?", name="b", minRateDescription="Very easy", maxRateDescription="Very difficult")
    assert codes(up, down) == ["mixed_directions"]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Wie zufrieden sind Sie mit Tempo und Qualität?", "two_things"),
        ("Wie zufrieden sind Sie mit Preis/Leistung?", "two_things"),
        ("Wie toll war unser Service?", "leading"),
        ("Man hat mich nicht warten lassen", "negated"),
        ("Das Team war immer für mich da", "absolute"),
        ("Waren Sie zufrieden oder unzufrieden?", ""),
        ("Wie wahrscheinlich ist es, dass Sie uns Freunden oder Kollegen empfehlen?", ""),
        ("Wie sehr stimmen Sie zu?", ""),
    ],
)
def test_german_words_are_judged_too(title: str, code: str) -> None:
    assert codes(rating(title), locale="de") == ([code] if code else [])
    assert codes(rating({"default": "How was it?", "de": title})) == ([code] if code else [])


def test_words_of_other_languages_are_left_alone_and_translations_are_told_in_every_language() -> None:
    french = rating("Êtes-vous satisfait de la vitesse et de la qualité, n’est-ce pas, never?")
    assert codes(french, locale="fr") == []
    both = rating({"default": "Always fast?", "de": "Schnell?"})
    missing = rating(
        {"default": "How was it?"},
        name="r",
        minRateDescription={"default": "Low", "de": "Tief"},
        maxRateDescription={"de": "Hoch"},
    )
    found = warnings(read_definition({"elements": [both, missing]}))
    assert [(one.place, one.code, one.language) for one in found] == [
        ("q", "absolute", "en"), ("r", "not_translated", "en"), ("r", "not_translated", "de"),
    ]  # fmt: skip
    assert "the question" in found[2].message


def test_what_is_too_long_is_told_once() -> None:
    many = [{"type": "comment", "name": f"q{n}"} for n in range(30)]
    assert codes(*many) == ["long_page", "long_survey"]
