"""The description of the API as a page for people: operations by subject, with what they take and answer."""

import json
from dataclasses import dataclass, replace
from typing import Any

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field of a body."""

    name: str
    kind: str
    is_required: bool
    words: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked."""

    id: str
    method: str
    path: str
    summary: str
    words: tuple[str, ...]
    scope: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[tuple[str, str, tuple[Field, ...]], ...]
    errors: tuple[tuple[str, str], ...]


def groups_of(document: Doc) -> list[tuple[str, list[Operation]]]:
    """Operations by their subject, both in the order of their names."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            groups.setdefault(one["tags"][0], []).append(_operation(document, method, path, one))
    return sorted(groups.items())


def _operation(document: Doc, method: str, path: str, one: Doc) -> Operation:
    answers = {code: answer for code, answer in one["responses"].items() if code < "400"}
    return Operation(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        summary=_plain(one["summary"]),
        words=tuple(
            _plain(part)
            for part in one.get("description", "").split("\n\n")
            if not part.startswith("Needs the scope")
        ),
        scope=one["security"][0]["key"][0],
        parameters=tuple(_parameter(document, row) for row in one.get("parameters", [])),
        body=_fields(document, _schema_in(one.get("requestBody", {}))),
        answers=tuple(
            (code, row["description"], _told(_fields(document, _schema_in(row))))
            for code, row in answers.items()
        ),
        errors=tuple(
            (code, _plain(row["description"])) for code, row in one["responses"].items() if code >= "400"
        ),
    )


def _told(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Fields of an answer, all of which are always there."""
    return tuple(replace(field, is_required=False) for field in fields)


def _plain(words: str) -> str:
    """Words of the description without the signs that mark code in them."""
    return words.replace("`", "")


def _schema_in(holder: Doc) -> Doc:
    content: Doc = holder.get("content", {})
    first: Doc = next(iter(content.values()), {})
    schema: Doc = first.get("schema", {})
    return schema


def _parameter(document: Doc, row: Doc) -> Field:
    return Field(
        row["name"],
        _kind(document, row["schema"]),
        row.get("required", False),
        row.get("description", ""),
        row["in"],
    )


def _fields(document: Doc, schema: Doc) -> tuple[Field, ...]:
    schema = _resolved(document, schema)
    required = set(schema.get("required", []))
    return tuple(
        Field(name, _kind(document, one), name in required, _plain(one.get("description", "")))
        for name, one in schema.get("properties", {}).items()
    )


def _resolved(document: Doc, schema: Doc) -> Doc:
    reference = schema.get("$ref", "")
    if not reference:
        return schema
    found: Doc = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _kind(document: Doc, schema: Doc) -> str:
    """A schema in a few words: "text, at most 80 characters", "list of Name"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(document, one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    if isinstance(kind, list):
        return " or ".join(kind)
    words = [str(schema.get("format") or kind)]
    if "maxLength" in schema:
        words.append(f"at most {schema['maxLength']:,} characters")
    if "maximum" in schema:
        words.append(f"at most {schema['maximum']:,}")
    return ", ".join(words)
