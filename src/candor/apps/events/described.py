"""The intake of events in the words of OpenAPI 3.1, for the description of the API: Segment's calls and CloudEvents."""

from typing import Any

from candor.apps.organization.choices import KeyScope
from candor.foundation.shapes import problem_answer

Doc = dict[str, Any]

_ERRORS = {
    "400": "The body is no JSON, no batch of 1 to 1,000 events, or damaged gzip.",
    "401": "No valid key.",
    "403": "The key is not for this.",
    "413": "The request is larger than 500 kB.",
    "415": "The type or packing is not read.",
    "422": "Not one event could be read; `errors` names each.",
    "429": "More waits than can be taken in soon.",
    "503": "The record is busy; nothing was kept.",
    "507": "The disk is full; nothing was kept.",
}
_WAITS = {"429", "503", "507"}
_ANY: Doc = {"type": "object", "additionalProperties": True}
_CALL: Doc = {
    "type": "object",
    "description": "One of Segment’s calls. Who it is about is in `userId` or `anonymousId`.",
    "properties": {
        "messageId": {
            "type": "string",
            "description": "Unique within the source: sent again, it is counted once",
        },
        "userId": {"type": ["string", "number", "null"]},
        "anonymousId": {"type": ["string", "number", "null"]},
        "event": {"type": "string", "description": "What happened; of `track`"},
        "name": {"type": "string", "description": "Of `page` and `screen`"},
        "timestamp": {"type": "string", "format": "date-time"},
        "properties": _ANY,
        "traits": _ANY,
        "context": _ANY,
    },
    "additionalProperties": True,
}
SCHEMAS: Doc = {
    "SegmentCall": _CALL,
    "SegmentBatch": {
        "type": "object",
        "properties": {
            "batch": {
                "type": "array", "minItems": 1, "maxItems": 1000,
                "items": {"allOf": [{"$ref": "#/components/schemas/SegmentCall"}], "required": ["type"]},
            }
        },
        "required": ["batch"],
    },
    "CloudEvent": {
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "minLength": 1},
            "source": {"type": "string", "minLength": 1},
            "type": {"type": "string", "minLength": 1},
            "time": {"type": "string", "format": "date-time"},
            "subject": {"type": "string"},
            "data": {},
        },
        "required": ["specversion", "id", "source", "type"],
        "additionalProperties": True,
    },
    "Taken": {
        "type": "object",
        "properties": {
            "success": {"type": "boolean"},
            "accepted": {"type": "integer", "description": "Events that are on disk"},
            "quarantined": {"type": "integer", "description": "Events that were kept apart"},
            "errors": {"type": "array", "items": _ANY},
        },
        "required": ["success", "accepted", "quarantined"],
    },
}  # fmt: skip
_CALLS = {
    "track": "Something happened",
    "identify": "Who a customer is",
    "page": "A page was looked at",
    "screen": "A screen of an app was looked at",
    "group": "A customer belongs to a group",
    "alias": "A customer has another name",
}


def _address(name: str, summary: str, bodies: dict[str, Doc]) -> Doc:
    answers = {code: problem_answer(words, waits=code in _WAITS) for code, words in _ERRORS.items()}
    taken = {"application/json": {"schema": {"$ref": "#/components/schemas/Taken"}}}
    return {
        "post": {
            "operationId": f"events_{name}",
            "summary": summary,
            "description": f"Needs the scope `{KeyScope.WRITE_EVENTS.value}`.",
            "tags": ["Events"],
            "security": [{"key": [KeyScope.WRITE_EVENTS.value]}],
            "requestBody": {
                "required": True,
                "content": {kind: {"schema": body} for kind, body in bodies.items()},
            },
            "responses": {"200": {"description": "What was read is on disk", "content": taken}, **answers},
        }
    }


def _one(schema: str) -> Doc:
    return {"$ref": f"#/components/schemas/{schema}"}


PATHS: Doc = {
    **{f"/v1/{name}": _address(name, words, {"application/json": _one("SegmentCall")}) for name, words in _CALLS.items()},
    "/v1/batch": _address("batch", "Several of Segment’s calls", {"application/json": _one("SegmentBatch")}),
    "/v1/events": _address(
        "cloud_events",
        "CloudEvents 1.0, one or a batch",
        {
            "application/cloudevents+json": _one("CloudEvent"),
            "application/cloudevents-batch+json": {"type": "array", "items": _one("CloudEvent"), "minItems": 1, "maxItems": 1000},
        },
    ),
}  # fmt: skip
