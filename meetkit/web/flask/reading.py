"""Readers of Flask requests: each returns arguments of an operation, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from meetkit.errors import InvalidRequestError
from meetkit.models.base import describe_errors, parse
from meetkit.web import json_bodies, problems
from meetkit.web.bodies import Key
from meetkit.web.repetition import names_of_lists, refuse_repeated

Arguments = dict[str, Any]
Reader = Callable[[], Arguments]
"""Reads a part of the current request into arguments of an operation."""


def read(readers: Sequence[Reader]) -> Arguments:
    """Return all arguments.

    Raises:
        InvalidRequestError: some are invalid; the error lists all of them.
    """
    arguments: Arguments = {}
    errors: list[Mapping[str, Any]] = []
    for reader in readers:
        try:
            arguments |= reader()
        except ValidationError as error:
            errors += error.errors(include_url=False, include_input=False)
    if errors:
        raise InvalidRequestError(describe_errors(errors))
    return arguments


class _Key(BaseModel):
    idempotency_key: Key | None = Field(default=None, alias="idempotency-key")


def body(kind: Any) -> Reader:
    """Return a reader of a JSON body of this type."""
    adapter = TypeAdapter(kind)
    return lambda: {"body": adapter.validate_python(_json(), from_attributes=True)}


def query(model: type[BaseModel]) -> Reader:
    """Return a reader of the query string, as one value."""
    return lambda: {"query": model.model_validate(_params(model))}


def idempotency_key() -> Arguments:
    """Read the idempotency key."""
    key = request.headers.get("Idempotency-Key")
    return _Key.model_validate({} if key is None else {"idempotency-key": key}).model_dump()


def if_match() -> Arguments:
    """Read the ETags that a change is meant for."""
    return {"if_match": request.headers.get("If-Match")}


def if_none_match() -> Arguments:
    """Read the ETags that the client has."""
    return {"if_none_match": request.headers.get("If-None-Match")}


def form_or_json(model: type[BaseModel]) -> Reader:
    """Return a reader of a body that is JSON, or a form with a `file`; no body at all is an empty object.

    It raises `InvalidRequestError` where the body is neither, or malformed.
    """

    def read_body() -> Arguments:
        if request.mimetype == "multipart/form-data":
            return _form(model)
        if not request.get_data():
            return {"body": parse(model, {})}
        if request.mimetype != "application/json":
            raise InvalidRequestError(problems.NEITHER_JSON_NOR_FORM)
        return {"body": parse(model, _json())}

    return read_body


def _form(model: type[BaseModel]) -> Arguments:
    """Read the fields of a form, and its only file."""
    try:
        fields, files = [*request.form.items(multi=True)], [*request.files.items(multi=True)]
    except RequestEntityTooLarge:
        fields, files = [], []  # Werkzeug counts parts, too.
    # Any other file would be ignored in silence.
    if [name for name, _ in files] != ["file"] or len(fields) > problems.MAX_FORM_FIELDS:
        raise InvalidRequestError(problems.NO_FILE)
    refuse_repeated(name for name, _ in fields)
    return {"body": parse(model, dict(fields)), "upload": files[0][1].read()}


def _json() -> Any:
    if not request.is_json:
        raise InvalidRequestError(problems.WRONG_CONTENT_TYPE)
    content = request.get_data()
    if not content:
        raise InvalidRequestError("Field required")
    return json_bodies.loads(content)


def _params(model: type[BaseModel]) -> dict[str, Any]:
    """Return the parameters of the query string.

    Raises:
        InvalidRequestError: one is repeated that takes one value.
    """
    lists = set(names_of_lists(model))
    refuse_repeated((name for name, _ in request.args.items(multi=True)), lists)
    return {name: request.args.getlist(name) if name in lists else value for name, value in request.args.items()}
