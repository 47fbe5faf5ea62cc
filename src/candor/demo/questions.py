"""What the lender asks, and when: six surveys at the critical moments."""

from __future__ import annotations

from typing import Final, NamedTuple


class Question(NamedTuple):
    """A question; `kind` is nps, csat, ces, trust, rating, number or comment; `driver` names an aspect."""

    key: str
    kind: str
    low: int
    high: int
    en: str
    es: str
    driver: str | None = None


class Survey(NamedTuple):
    """A survey at a moment.

    `sample` is the share of moments that are asked, `rate` the chance that a person of
    average candour and feeling answers, `phase` is before or after the experience.
    """

    key: str
    title: str
    touchpoint: str
    phase: str
    delay_days: float
    sample: float
    rate: float
    questions: tuple[str, ...]


def _item(driver: str, en: str, es: str) -> Question:
    return Question(driver, "rating", 1, 5, en, es, driver)


QUESTIONS: Final = (
    Question(
        "nps",
        "nps",
        0,
        10,
        "How likely are you to recommend us to a friend or colleague?",
        "¿Qué probabilidad hay de que nos recomiende a un amigo o colega?",
    ),
    Question(
        "csat",
        "csat",
        1,
        5,
        "How satisfied are you with how this step went?",
        "¿Qué tan satisfecho está con esta etapa?",
    ),
    Question(
        "ces",
        "ces",
        1,
        7,
        "We made it easy for me to get this done.",
        "Me lo pusieron fácil.",
    ),
    Question(
        "trust",
        "trust",
        1,
        5,
        "I trust this lender to do what is right for me.",
        "Confío en que esta entidad hace lo correcto para mí.",
    ),
    _item("informed", "I was kept informed while I waited.", "Me mantuvieron informado mientras esperaba."),
    _item("speed", "Things moved as fast as I was promised.", "Todo avanzó tan rápido como me prometieron."),
    _item(
        "communication",
        "My questions got one clear answer.",
        "Mis preguntas tuvieron una respuesta clara.",
    ),
    _item(
        "warmth",
        "My loan officer cared about me as a person.",
        "Mi asesor se preocupó por mí como persona.",
    ),
    _item("competence", "My loan officer knew the job.", "Mi asesor conocía su trabajo."),
    _item("fees", "Costs were clear from the start.", "Los costos estuvieron claros desde el principio."),
    _item("website", "The website was pleasant to use.", "El sitio web fue agradable de usar."),
    Question(
        "informed_expected",
        "rating",
        1,
        5,
        "I expect to be kept informed while I wait.",
        "Espero que me mantengan informado mientras espero.",
        "informed",
    ),
    Question(
        "speed_expected",
        "rating",
        1,
        5,
        "I expect things to move as fast as promised.",
        "Espero que todo avance tan rápido como prometen.",
        "speed",
    ),
    Question(
        "days_expected",
        "number",
        1,
        365,
        "How many days do you expect until closing?",
        "¿Cuántos días espera hasta el cierre?",
    ),
    Question(
        "comment",
        "comment",
        0,
        0,
        "What should we know?",
        "¿Qué deberíamos saber?",
    ),
)
BY_KEY: Final = {question.key: question for question in QUESTIONS}
NUMERIC: Final = tuple(question.key for question in QUESTIONS if question.kind != "comment")

SURVEYS: Final = (
    Survey(
        "expectation",
        "What do you expect of us?",
        "application",
        "before",
        0.5,
        0.85,
        0.15,
        ("csat", "informed_expected", "speed_expected", "days_expected", "comment"),
    ),
    Survey(
        "documents",
        "How was the paperwork?",
        "documents",
        "after",
        0.4,
        0.70,
        0.12,
        ("csat", "ces", "website", "comment"),
    ),
    Survey(
        "appraisal",
        "How was the wait?",
        "appraisal",
        "after",
        0.3,
        0.55,
        0.12,
        ("csat", "informed", "comment"),
    ),
    Survey(
        "decision",
        "How was our decision?",
        "decision",
        "after",
        1.0,
        0.80,
        0.13,
        ("csat", "speed", "comment"),
    ),
    Survey(
        "closing",
        "How was getting your loan with us?",
        "closing",
        "after",
        2.0,
        1.00,
        0.22,
        (
            "nps",
            "csat",
            "informed",
            "speed",
            "communication",
            "warmth",
            "competence",
            "fees",
            "website",
            "trust",
            "comment",
        ),
    ),
    Survey(
        "relationship",
        "Some time on: how are we doing?",
        "service",
        "after",
        0.0,
        1.00,
        0.09,
        ("nps", "csat", "trust", "comment"),
    ),
)
RELATIONSHIP_AFTER_DAYS: Final = (120.0, 420.0)
"""The relationship survey comes once, on a random day of this span after closing, so that it follows no season."""
