"""A model that may put quotations into other words: any endpoint that speaks OpenAI's chat completions, if one is configured.

Whatever goes wrong with it – no answer in time, a limit, an error, an answer that says more than the passages – the quotation stands.
"""

import json
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings

from candor.assistant.passages import Passage
from candor.assistant.phrasing import Phrased, ask_model, check_phrasing
from candor.foundation.errors import AddressRefused, NoAnswer
from candor.foundation.outgoing import send

MOST_TOKENS: Final = 300
MOST_BYTES: Final = 200_000
MOST_AT_ONCE: Final = 4  # requests under way in this process; more visitors get the quotation at once
TROUBLES: Final = 3  # in a row, after which it is left alone
REST: Final = 60.0  # seconds

logger = logging.getLogger(__name__)
_free = threading.BoundedSemaphore(MOST_AT_ONCE)


class _Health:
    """How often in a row the endpoint failed, and until when it is left alone; of this process alone."""

    failures = 0
    rests_until = 0.0


def is_configured() -> bool:
    """Whether there is a model to ask."""
    return bool(settings.CANDOR_ASSISTANT_URL and settings.CANDOR_ASSISTANT_MODEL)


def phrase(question: str, passages: Sequence[Passage]) -> Phrased | str:
    """What the model makes of the passages, or in one word why that is not used: "" when there is none."""
    if not is_configured():
        return ""
    if time.monotonic() < _Health.rests_until:
        return "resting"
    if not _free.acquire(blocking=False):
        return "busy"
    try:
        said = _ask(question, passages)
    finally:
        _free.release()
    if said is None:
        _fail()
        return "no_answer"
    _Health.failures = 0
    return check_phrasing(said, passages)


def _fail() -> None:
    _Health.failures += 1
    if _Health.failures >= TROUBLES:
        _Health.failures, _Health.rests_until = 0, time.monotonic() + REST


def _ask(question: str, passages: Sequence[Passage]) -> str | None:
    body = {
        "model": settings.CANDOR_ASSISTANT_MODEL, "messages": ask_model(question, passages, regions=settings.CANDOR_PHONE_COUNTRIES), "temperature": 0, "max_tokens": MOST_TOKENS,
    }  # fmt: skip
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if settings.CANDOR_ASSISTANT_KEY:
        headers["Authorization"] = f"Bearer {settings.CANDOR_ASSISTANT_KEY}"
    try:
        answer = send(
            "POST", f"{settings.CANDOR_ASSISTANT_URL.rstrip('/')}/chat/completions", headers=headers, body=json.dumps(body).encode(),
            deadline=float(settings.CANDOR_ASSISTANT_SECONDS), most_bytes=MOST_BYTES,
        )  # fmt: skip
        if not answer.is_success:
            logger.warning("the assistant's endpoint answered with status %s", answer.status)
            return None
        return _content(answer.json())
    except (AddressRefused, NoAnswer) as error:
        logger.warning("the assistant's endpoint could not be asked: %s", error)
        return None


def _content(told: Any) -> str:
    """The words of the first choice; empty where there are none."""
    try:
        content = told["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return ""
    return content if isinstance(content, str) else ""
