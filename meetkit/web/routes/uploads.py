"""Bodies that are JSON or a form with a file."""

from __future__ import annotations

import json
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.web.problems import NOT_JSON

ModelT = TypeVar("ModelT", bound=BaseModel)


async def form_or_json(request: Request, model: type[ModelT]) -> tuple[ModelT, bytes | None]:
    """The body, and the file where it is a form that has one; no body at all is an empty one.

    Raises:
        InvalidRequestError: it is neither, or malformed.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == "multipart/form-data":
        return parse(model, {}), await file_of(request)
    body = await request.body()
    if not body:
        return parse(model, {}), None
    if kind != "application/json":
        raise InvalidRequestError("the body is to be application/json, or multipart/form-data with a `file`")
    return parse(model, _read(body)), None


async def file_of(request: Request) -> bytes:
    """The file of a form.

    Raises:
        InvalidRequestError: there is none.
    """
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidRequestError("file: send a file of that name in the form")
        return await file.read()


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidRequestError(NOT_JSON) from None
