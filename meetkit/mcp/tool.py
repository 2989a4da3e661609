"""`Tool`: a route of the service as a tool of an assistant, its JSON Schema, and the request of a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError

from meetkit.errors import InvalidRequestError
from meetkit.models.base import Line, Value, describe, parse, unknown_names
from meetkit.web.bodies import Key
from meetkit.web.paging import PREFIX

_IDS = re.compile(r"{(\w+)}")
_NOTES = frozenset({"title", "pattern"})
_KEY = "idempotency_key"
_KEY_HELP = "A new random text for each new request, and the same when it is repeated, so that it is done once."


class Request(NamedTuple):
    """An HTTP request of a tool: its method, its path with the query, its body if any, and its further headers."""

    method: str
    target: str
    body: dict[str, Any] | None
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A route of the service, offered as a tool. `path` is that of the route, without `/api/v1`.

    Its arguments are the ids in the path, the fields of `query` and `body`, and, where the route takes one
    (`has_key`), an idempotency key. Fields in `without` are not offered. `is_read_only` says that a call changes
    nothing, `is_destructive` that a change cannot be taken back.
    """

    name: str
    description: str
    method: Literal["GET", "POST"]
    path: str
    query: type[Value] | None = None
    body: type[Value] | None = None
    without: frozenset[str] = frozenset()
    has_key: bool = False
    is_read_only: bool = False
    is_destructive: bool = False

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments."""
        fields = [_schema_of(model) for model in (self.query, self.body) if model]
        ids = {name: {"type": "string"} for name in self._ids}
        properties = ids | _merge(field.get("properties", {}) for field in fields)
        if self.has_key:
            properties[_KEY] = {"type": "string", "description": _KEY_HELP}
        required_names = [*ids, *(name for field in fields for name in field.get("required", ()))]
        schema = {
            "type": "object",
            "properties": {name: value for name, value in properties.items() if name not in self.without},
            "required": required_names,
            "additionalProperties": False,
        }
        definitions = _merge(field.get("$defs", {}) for field in fields)
        return schema | ({"$defs": definitions} if definitions else {})

    def request(self, arguments: Mapping[str, Any]) -> Request:
        """Return the request of a call with these arguments; the service validates its body.

        Raises:
            InvalidRequestError: an argument is unknown, or one outside of the body is invalid.
        """
        known_names = self.input_schema["properties"]
        if unknown := [name for name in arguments if name not in known_names]:
            raise InvalidRequestError(unknown_names(unknown, known_names))
        names = frozenset(self.query.model_fields) if self.query else frozenset()
        query = {name: value for name, value in arguments.items() if name in names and value is not None}
        outside = names | {*self._ids, _KEY}
        body = {name: value for name, value in arguments.items() if name not in outside}
        return Request(
            self.method,
            self._path(arguments) + self._query_string(query),
            body if self.body else None,
            {"Idempotency-Key": _line(_KEY, arguments, Key)} if arguments.get(_KEY) is not None else {},
        )

    @property
    def _ids(self) -> list[str]:
        return _IDS.findall(self.path)

    def _path(self, arguments: Mapping[str, Any]) -> str:
        ids = {name: _line(name, arguments, Line) for name in self._ids}
        # With encoded dots, as `.` and `..` would else name another path.
        segments = {name: quote(value, safe="").replace(".", "%2E") for name, value in ids.items()}
        return PREFIX + self.path.format_map(segments)

    def _query_string(self, query: Mapping[str, Any]) -> str:
        if not query or self.query is None:
            return ""
        # Validated here too, as the text of a query string no longer shows the types of JSON.
        values = parse(self.query, query).model_dump(mode="json", exclude_unset=True)
        return "?" + urlencode(values, doseq=True)


def _line(name: str, arguments: Mapping[str, Any], kind: Any) -> str:
    """Return a required argument that is one line of text."""
    if name not in arguments:
        raise InvalidRequestError(f"{name}: Field required")
    try:
        return str(TypeAdapter(kind).validate_python(arguments[name]))
    except ValidationError as error:
        raise InvalidRequestError(f"{name}: {describe(error)}") from None


def _schema_of(model: type[Value]) -> dict[str, Any]:
    schema: dict[str, Any] = _without_notes(model.model_json_schema())
    return schema


def _without_notes(part: Any) -> Any:
    """Return a schema without the titles of fields and the patterns of lines, of which a model learns nothing."""
    if isinstance(part, list):
        return [_without_notes(item) for item in part]
    if not isinstance(part, dict):
        return part
    # A field of such a name has a schema, not a text.
    fields = {name: value for name, value in part.items() if name not in _NOTES or not isinstance(value, str)}
    return {name: _without_notes(value) for name, value in fields.items()}


def _merge(mappings: Any) -> dict[str, Any]:
    return {name: value for mapping in mappings for name, value in mapping.items()}
