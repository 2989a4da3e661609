"""The HTTP reference: an OpenAPI document as Markdown, a heading for each route."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_REF = "#/components/schemas/"
_LIMITS = {
    "minimum": "at least {:,}",
    "maximum": "at most {:,}",
    "minLength": "length at least {:,}",
    "maxLength": "length at most {:,}",
}
# What FastAPI writes where a route says nothing of its result.
_NO_DESCRIPTION = "Successful Response"


def render(document: Mapping[str, Any]) -> str:
    """Return the routes of an OpenAPI document by tag, then the error codes, then the fields of all values."""
    lines: list[str] = []
    errors = _common_errors(document)
    tag = None
    for method, path, operation in sorted(operations(document), key=_by_tag(document)):
        if operation["tags"][0] != tag:
            tag = operation["tags"][0]
            lines += [f"## {tag.capitalize()}", ""]
        lines += [*_route(method, path, operation, errors), ""]
    lines += ["## Error codes", "", "| Status | Meaning |", "|---|---|"]
    lines += [f"| {status} | {_cell(meaning)} |" for status, meaning in sorted(errors.items())]
    lines += ["", "## Values", "", "The fields of the JSON that routes take and return.", ""]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += [*_schema(name, schema), ""]
    return "\n".join(lines)


def operations(document: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and operation of each route."""
    return [
        (method, path, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]


def _by_tag(document: Mapping[str, Any]) -> Any:
    """Tags in the order of the document; within one, its order too, as sorting is stable."""
    tags = list(dict.fromkeys(operation["tags"][0] for _, _, operation in operations(document)))
    return lambda route: tags.index(route[2]["tags"][0])


def _common_errors(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the usual meaning of each error code."""
    meanings: dict[str, Counter[str]] = defaultdict(Counter)
    for _, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if status >= "400":
                meanings[status][response["description"]] += 1
    return {status: counter.most_common(1)[0][0] for status, counter in meanings.items()}


def _route(method: str, path: str, operation: Mapping[str, Any], errors: Mapping[str, str]) -> Iterator[str]:
    yield from (f"### `{method.upper()} {path}`", "", f"**{operation['summary']}.** {operation.get('description', '')}")
    yield from _parameters(operation.get("parameters", ()))
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield from ("", f"Body, `{media_type}`: {_type(content.get('schema', {}))}")
        if "example" in content:
            yield from ("", "```json", json.dumps(content["example"], indent=2, ensure_ascii=False), "```")
    responses = operation["responses"]
    for status in responses:
        if status not in errors:
            yield from ("", f"Returns {status}{_result(responses[status])}")
    yield from (
        "",
        f"Errors: {', '.join(_error(status, responses[status], errors) for status in responses if status in errors)}",
    )


def _parameters(parameters: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if parameters:
        yield from ("", "| Parameter | In | Type | Meaning |", "|---|---|---|---|")
    for parameter in parameters:
        name = f"`{parameter['name']}`{' (required)' if parameter.get('required') else ''}"
        meaning = parameter.get("description") or parameter["schema"].get("description", "")
        yield f"| {name} | {parameter['in']} | {_type(parameter['schema'])} | {_cell(meaning)} |"


def _result(response: Mapping[str, Any]) -> str:
    kinds = [
        _type(content["schema"]) if content.get("schema") else f"`{media_type}`"
        for media_type, content in response.get("content", {}).items()
    ]
    meaning = "" if response["description"] == _NO_DESCRIPTION else f" ({response['description'].rstrip('.')})"
    return f"{': ' if kinds else ''}{' or '.join(dict.fromkeys(kinds))}{meaning}"


def _error(status: str, response: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    own = response["description"].rstrip(".")
    return status if own == errors[status].rstrip(".") else f"{status} ({own})"


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"### `{name}`", "", schema.get("description", "").strip(), "")
    if "properties" not in schema:
        yield f"Type: {_type(schema)}"
        return
    yield from ("| Field | Type | Meaning |", "|---|---|---|")
    for field, value in schema["properties"].items():
        mark = " (required)" if field in schema.get("required", ()) else ""
        default = f" Default: `{json.dumps(value['default'])}`." if value.get("default") is not None else ""
        yield f"| `{field}`{mark} | {_type(value)} | {_cell(value.get('description', '') + default)} |"


def _type(schema: Mapping[str, Any]) -> str:
    """Return a schema's type in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return f"[`{name}`](#{name.lower()})"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(map(_type, schema[key])))
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if schema.get("type") == "array":
        return f"array of {_type(schema.get('items', {}))}"
    limits = [phrase.format(schema[key]) for key, phrase in _LIMITS.items() if key in schema]
    name = " ".join(filter(None, (schema.get("type", "any"), schema.get("format") and f"({schema['format']})")))
    return ", ".join([name, *limits])


def _cell(text: str) -> str:
    """Return text as it stands in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
