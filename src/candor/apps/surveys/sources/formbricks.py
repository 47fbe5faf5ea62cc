"""Formbricks: responses as its webhook sends them and as its management API lists them."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..formats import Format, Opening, Told
from ..objects import Objects, Person, Said, facts_of

_EVENTS = {"responseCreated", "responseUpdated", "responseFinished"}


def _open(opening: Opening) -> Objects | None:
    if opening.json is None or _response_in(opening.item) is None:
        return None
    return Objects(opening.json, _tell)


def _response_in(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The response itself, out of the webhook's wrapping."""
    inner = item.get("data") if item.get("event") in _EVENTS else item
    if isinstance(inner, dict) and "surveyId" in inner and isinstance(inner.get("data"), dict):
        return inner
    return None


def _tell(item: Mapping[str, Any]) -> Person | None:
    response = _response_in(item)
    if response is None:
        return None
    survey = response["survey"] if isinstance(response.get("survey"), dict) else {}
    contact = response["contact"] if isinstance(response.get("contact"), dict) else {}
    facts = facts_of(response.get("contactAttributes"))
    if number := contact.get("userId") or facts.get("customer") or contact.get("id"):
        facts["customer"] = str(number)
    language = response.get("language")
    if isinstance(language, str) and language != "default":
        facts["language"] = language
    if isinstance(survey.get("type"), str):
        facts["channel"] = survey["type"]
    told = Told(
        key=str(response.get("id") or ""), at=response.get("createdAt"), facts=facts, is_partial=response.get("finished") is False
    )  # fmt: skip
    said = [one for key, value in response["data"].items() for one in _said(str(key), value)]
    return Person(told=told, said=said, survey=str(response["surveyId"]), name=str(survey.get("title") or ""))


def _said(key: str, value: Any) -> Iterator[Said]:
    """An answer; each row of a matrix is one."""
    if not isinstance(value, dict):
        yield Said(key=key, value=value)
        return
    for row, chosen in value.items():
        yield Said(key=f"{key}.{row}", value=chosen, text=f"{key} - {row}")


FORMATS = (
    Format(
        key="formbricks", name="Formbricks, JSON", order=20, open=_open,
        looks_like="what its webhook sends (responseFinished …), one after the other or as a list, and what GET /management/responses gives",
    ),
)  # fmt: skip
