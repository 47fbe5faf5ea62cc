"""The description of the JSON API (OpenAPI 3.1), completed: what every address may answer, keys and scopes, and the intake of events."""

from copy import deepcopy
from typing import Any

from django.conf import settings

from candor.apps.events.described import PATHS as EVENT_PATHS
from candor.apps.events.described import SCHEMAS as EVENT_SCHEMAS
from candor.apps.organization.calls import HEADER, LONGEST_KEY
from candor.foundation.shapes import Problem, problem_answer

Doc = dict[str, Any]

_ABOUT = (
    "Send an API key (Settings, API keys) as `Authorization: Bearer KEY`. Each operation names the scope it needs. A key that is bound to a unit "
    "sees and changes that unit and those below it. Lists come in pages: pass `next` as `cursor`. Errors are problem details (RFC 9457) with a stable `code`."
)
_ALWAYS = {
    400: "The request can't be read.",
    401: "No valid key.",
    403: "The key is not for this.",
    422: "A value does not fit; `errors` names each.",
    429: "The key has asked too often; see `Retry-After`.",
    500: "Something went wrong here; it stands in the log.",
    503: "The record is busy; see `Retry-After`.",
}
_WITH_BODY = {
    413: "The body is larger than 1 MB.",
    415: "The body is no JSON, or packed in another way than gzip.",
}
_OWN = {
    404: "There is nothing here, or it is not the key’s to see.",
    409: "It does not fit what is here now.",
    412: "It has changed since the version that `If-Match` names.",
    428: "`If-Match` is missing.",
}
_REUSED = "The Idempotency-Key came with another request, or it does not fit what is here now."
_WITH_WAIT = {429, 503, 507}


def description() -> Doc:
    """The whole description, ready to be served."""
    from .api import api

    document: Doc = deepcopy(dict(api.get_openapi_schema(path_prefix="/api/v1/")))
    document["info"]["description"] = _ABOUT
    document["servers"] = [{"url": settings.CANDOR_URL}]
    for methods in document["paths"].values():
        for method, operation in methods.items():
            _complete(method, operation)
    document["paths"] |= deepcopy(EVENT_PATHS)
    components = document["components"]
    components["schemas"] |= deepcopy(EVENT_SCHEMAS) | _problem_schemas()
    components["schemas"] = dict(sorted(components["schemas"].items()))
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "An API key"}}
    return document


def _complete(method: str, operation: Doc) -> None:
    """Add to one operation what holds for all: the scope, the errors, the key against doing things twice."""
    scope = operation.pop("x-scope")
    operation["security"] = [{"key": [scope]}]
    first, _, more = operation["description"].partition(". ")
    operation["summary"] = first.rstrip(".")
    operation["description"] = f"{more}\n\nNeeds the scope `{scope}`.".strip()
    own = {code: words for code in operation["responses"] if (words := _OWN.get(int(code)))}
    errors = _ALWAYS | (_WITH_BODY if "requestBody" in operation else {}) | own
    if method == "post":
        errors[409] = _REUSED
        operation["parameters"].append(_idempotency_key())
    for code in [code for code in operation["responses"] if int(code) >= 400]:
        del operation["responses"][code]
    kept = {str(code): answer for code, answer in operation["responses"].items()}
    told = {
        str(code): problem_answer(errors[code], waits=code in _WITH_WAIT) for code in sorted(errors, key=int)
    }
    operation["responses"] = kept | told


def _idempotency_key() -> Doc:
    return {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "Drawn by the sender for each thing to do: sent again within a day, it is done once and answered as before",
        "schema": {"type": "string", "maxLength": LONGEST_KEY},
    }


def _problem_schemas() -> Doc:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {"Problem": schema, **schema.pop("$defs", {})}
