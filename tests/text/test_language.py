import pytest

from candor.text.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The branch was closed and nobody told us about it", "en"),
        ("THE BRANCH WAS CLOSED AND NOBODY TOLD US ABOUT IT", "en"),
        ("Ich warte seit drei Wochen auf meine neue Karte", "de"),
        ("Personne ne répond au téléphone depuis une semaine", "fr"),
        ("La aplicación no funciona desde la última actualización", "es"),
        ("Ik heb nog steeds geen antwoord op mijn klacht gekregen", "nl"),
        ("O aplicativo não funciona desde a semana passada", "pt"),
    ],
)
def test_a_whole_sentence_tells_its_language(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "muy bien gracias",
        "XXXX XX/XX/2019 12345 [phone] jo@example.com https://example.com/en/about",
    ],
)
def test_too_little_prose_is_undetermined(text: str) -> None:
    assert detect_language(text) == "und"


def test_letters_without_a_language_are_undetermined() -> None:
    assert detect_language("qwzx vbnm plkj hgfd zxcv qrtp") == "und"
