import time

import pytest

from candor.text.language import detect_language
from candor.text.masking import mask
from candor.text.tokens import tokenise
from candor.text.urgency import find_urgency


@pytest.mark.parametrize(
    "scrap",
    ["a", "a@", "a.", "x@a-", "1", "123-", "1 ", "(1) ", "GB82 ", "1:", "1.", "'", "not ", "I am my "],
)
def test_a_hundred_thousand_characters_made_to_stall_a_pattern_do_not(scrap: str) -> None:
    text = scrap * (100_000 // len(scrap))
    detect_language("The identifier is loaded before the clock starts")
    for read in (mask, tokenise, find_urgency, detect_language):
        started = time.process_time()
        read(text)
        assert (
            time.process_time() - started < 8
        )  # measured: 1.6 s at the worst; quadratic patterns took 17 s and more
