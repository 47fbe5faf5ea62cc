import pytest

from candor.text.tokens import phrases, stem_english, tokenise


def stems(text: str, language: str = "en") -> list[str]:
    return [token.stem for token in tokenise(text, language=language)]


def test_a_negator_joins_the_word_it_denies() -> None:
    assert stems("The app does not work") == ["app", "not_work"]
    assert stems("It isn’t at all helpful") == ["not_helpful"]
    assert stems("no refund. working now") == ["not_refund", "work"]


def test_a_negator_does_not_reach_over_a_pause() -> None:
    assert stems("They said no. Refund came") == ["refund"]


def test_masks_addresses_and_numbers_are_dropped() -> None:
    assert stems(
        "XXXX charged {$500.00} on XX/XX/2019, [phone] [e-mail] www.example.com jo@example.com 1234 fee"
    ) == ["charg", "fee"]


def test_no_phrase_reaches_over_a_mask_or_a_pause() -> None:
    assert [stem for stem, _ in phrases(tokenise("card XXXX fee, refund late"))] == [
        "card",
        "fee",
        "refund",
        "late",
        "refund late",
    ]


@pytest.mark.parametrize(
    "family",
    [
        ("charge", "charges", "charged", "charging"),
        ("transfer", "transfers", "transferred", "transferring"),
        ("fee", "fees"),
        ("apply", "applies"),
    ],
)
def test_forms_of_a_word_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({stem_english(word) for word in family}) == 1


@pytest.mark.parametrize(
    "pair",
    [("charge", "charity"), ("bus", "busy"), ("process", "prose"), ("thing", "the"), ("service", "server")],
)
def test_different_words_keep_different_stems(pair: tuple[str, str]) -> None:
    assert stem_english(pair[0]) != stem_english(pair[1])


def test_other_languages_lose_their_own_stop_words() -> None:
    assert stems("Die Karte ist nicht angekommen", "de") == ["karte", "not_angekommen"]
    assert stems("La carte n'est pas arrivée", "fr") == ["carte", "n'est", "not_arrivée"]
