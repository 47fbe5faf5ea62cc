"""The JSON API: every room's addresses under one roof, with one form of errors and one description."""

from functools import wraps
from typing import Any

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation
from ninja.parser import Parser

from candor.apps.organization.calls import Call, read_json, with_key
from candor.foundation.errors import DomainError, InvalidInput, InvalidRequest, NotFound
from candor.foundation.middleware import problem_details

_ROUTERS = (
    "candor.apps.customers.api.router",
    "candor.apps.feedback.api.router",
    "candor.apps.surveys.api.router",
    "candor.apps.complaints.api.router",
    "candor.apps.complaints.api_work.router",
    "candor.apps.reputation.api.router",
    "candor.apps.conversations.api.router",
    "candor.apps.asking.api.router",
    "candor.apps.frontline.api.router",
    "candor.apps.webhooks.api.router",
)


class _Bounded(Parser):
    """JSON whose texts and numbers can be stored."""

    def parse_body(self, request: HttpRequest) -> Any:
        return read_json(request.body)


class _Api(NinjaAPI):
    """Operations are called what their function is called."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _as_described(run: Call) -> Call:
    """Refuse a call whose address asks for something that its operation does not know, so that a misspelt filter narrows nothing unseen."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    queries = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    known = {name for model in queries for name in model.__ninja_flatten_map__}

    @wraps(run)
    def call(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        unknown = request.GET.keys() - known
        if unknown:
            words = "one of " + ", ".join(sorted(known)) if known else "nothing after the “?” of this address"
            raise _bad_values([{"field": name[:80], "expected": words} for name in sorted(unknown)])
        return run(request, *args, **kwargs)

    return call


def _bad_values(bad: list[dict[str, str]]) -> InvalidRequest:
    problem = InvalidRequest("Nothing was done. Each value that does not fit is named in `errors`.")
    problem.members = {"errors": bad}
    return problem


api = _Api(
    title="Candor", version="1", urls_namespace="api", openapi_url=None, docs_url=None, parser=_Bounded()
)
api.add_decorator(_as_described, mode="view")
api.add_decorator(with_key, mode="view")
for _router in _ROUTERS:
    api.add_router("", _router)


@api.exception_handler(DomainError)
def _told(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_details(error)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_details(NotFound())


@api.exception_handler(DataError)
def _unfit(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_details(
        InvalidInput("Something that was sent can't be stored or looked for. Nothing was changed.")
    )


@api.exception_handler(HttpError)
def _unread(request: HttpRequest, error: Any) -> HttpResponse:
    cause = error.__cause__
    return problem_details(cause if isinstance(cause, DomainError) else InvalidInput(str(error)))


@api.exception_handler(ValidationError)
def _not_fitting(request: HttpRequest, error: Any) -> HttpResponse:
    """Each value that does not fit, by its place and what was expected; the value itself is not sent back."""
    bad = [
        {"field": ".".join(str(step) for step in one["loc"][1:]) or one["loc"][0], "expected": one["msg"]}
        for one in error.errors
    ]
    return problem_details(_bad_values(bad))
