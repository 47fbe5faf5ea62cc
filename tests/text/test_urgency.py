import pytest

from candor.text.urgency import LIMITS, find_urgency


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("I fear for my safety, he threatened me", "safety", ("fear for my safety", "threatened me")),
        ("There was an UNAUTHORIZED CHARGE on my card", "fraud", ("UNAUTHORIZED CHARGE",)),
        ("I’ve been scammed and my card was stolen", "fraud", ("scammed", "card was stolen")),
        ("my lawyer will complain to the CFPB", "legal", ("lawyer", "CFPB")),
        ("the attorney general knows", "legal", ("attorney general",)),
        (
            "I am a disabled veteran and cannot afford food",
            "vulnerable",
            ("I am a disabled", "cannot afford food"),
        ),
        ("answer within 5 business days", "deadline", ("within 5 business days",)),
        (
            "I will cancel my card and switch to another bank",
            "leaving",
            ("cancel my card", "switch to another bank"),
        ),
    ],
)
def test_urgent_wordings_are_flagged_with_what_was_seen(text: str, kind: str, words: tuple[str, ...]) -> None:
    assert [(flag.kind, flag.words) for flag in find_urgency(text)] == [(kind, words)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Friendly staff, short queue, thank you",
        "This was not a fraud",
        "Nobody is suggesting anything",
        "I changed my address",
        "I issued a statement",
    ],
)
def test_calm_and_denied_wordings_are_not_flagged(text: str) -> None:
    assert find_urgency(text) == ()


def test_the_gravest_kind_comes_first_and_each_wording_once() -> None:
    flags = find_urgency("Cancel my account! It is fraud, fraud, and he threatened me.")
    assert [flag.kind for flag in flags] == ["safety", "fraud", "leaving"]
    assert flags[1].words == ("fraud",)


def test_the_limits_are_said() -> None:
    assert any("English" in sentence for sentence in LIMITS)
