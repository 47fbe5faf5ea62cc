"""Comments with a known truth: planted themes, and random words with none."""

import random

_FILLER = "bank branch account customer day week card people service money good month problem call office visit city"
FILLER = _FILLER.split()
PLANTED = {
    "waiting": "queue waited forty minutes counter slow line stood",
    "app": "app crashes login freezes password update error screen",
    "fees": "monthly fee overdraft charged hidden unexpected expensive",
    "staff": "staff friendly helpful kind employee explained advice polite",
    "atm": "atm cash machine broken swallowed station empty",
}

Comments = list[tuple[int, str]]


def planted(n: int, *, seed: int = 0, noise: float = 0.3) -> tuple[Comments, list[str]]:
    """Comments of 3 to 9 words: two to four of one theme among fillers, or (a share of `noise`) fillers only."""
    generator = random.Random(seed)
    comments, truth = list[tuple[int, str]](), list[str]()
    for number in range(n):
        theme = "none" if generator.random() < noise else generator.choice(sorted(PLANTED))
        own = generator.sample(PLANTED[theme].split(), generator.randint(2, 4)) if theme != "none" else []
        words = own + generator.sample(FILLER, generator.randint(1, 3) if own else generator.randint(3, 6))
        generator.shuffle(words)
        comments.append((number, " ".join(words)))
        truth.append(theme)
    return comments, truth


def word_salad(n: int, *, words: int, seed: int) -> Comments:
    """Comments of 4 to 11 invented words, the common ones common, with nothing in common but chance."""
    generator = random.Random(seed)
    vocabulary = [
        "".join(generator.choice("bdfgklmnprtv") + generator.choice("aeiou") for _ in range(3)) + "k"
        for _ in range(words)
    ]
    weights = [1 / (rank + 1) for rank in range(words)]
    return [
        (number, " ".join(generator.choices(vocabulary, weights, k=generator.randint(4, 11))))
        for number in range(n)
    ]
