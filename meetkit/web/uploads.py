"""Bodies that are JSON or a form with a file."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.web import json_bodies
from meetkit.web.problems import MAX_FORM_FIELDS, NEITHER_JSON_NOR_FORM, NO_FILE
from meetkit.web.repetition import refuse_repeated

ModelT = TypeVar("ModelT", bound=BaseModel)


# FastAPI declares a body of one media type only, so these routes read theirs, and document it by `openapi_extra`.
async def form_or_json(request: Request, model: type[ModelT]) -> tuple[ModelT, bytes | None]:
    """Read a body that is JSON, or a form with a file; no body at all is an empty object.

    Raises:
        InvalidRequestError: it is neither, or malformed.
    """
    if _media_type(request) == "multipart/form-data":
        return await form(request, model)
    body = await request.body()
    if not body:
        return parse(model, {}), None
    if _media_type(request) != "application/json":
        raise InvalidRequestError(NEITHER_JSON_NOR_FORM)
    return parse(model, json_bodies.loads(body)), None


async def form(request: Request, model: type[ModelT]) -> tuple[ModelT, bytes]:
    """Read the fields of a form, and its file.

    Raises:
        InvalidRequestError: it is malformed, or has no file.
    """
    try:
        async with request.form(max_files=1, max_fields=MAX_FORM_FIELDS) as parts:
            file = parts.get("file")
            if isinstance(file, UploadFile):
                refuse_repeated(name for name, _ in parts.multi_items())
                fields = {name: value for name, value in parts.items() if name != "file"}
                return parse(model, fields), await file.read()
    except HTTPException as error:
        if error.status_code != 400:
            raise
    raise InvalidRequestError(NO_FILE)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().casefold()


async def fields(request: Request, *, max_fields: int = 20) -> dict[str, str]:
    """Read the fields of a form without files. A form that is malformed, or has more fields, has none.

    Raises:
        InvalidRequestError: one is repeated.
    """
    try:
        async with request.form(max_files=0, max_fields=max_fields) as parts:
            refuse_repeated(name for name, _ in parts.multi_items())
            return {name: value for name, value in parts.items() if isinstance(value, str)}
    except HTTPException as error:
        if error.status_code != 400:
            raise
        return {}
