"""The reply of an operation, before a framework sends it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """A status, a body and headers; `content` is the body in bytes, empty for 204 and 304."""

    status: int = 200
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON

    @classmethod
    def of(cls, value: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None, **dump: Any) -> Reply:
        """Return a value as JSON; `dump` are arguments of `model_dump_json`, such as `exclude`."""
        return cls(status, value.model_dump_json(**dump).encode(), headers or {})

    @classmethod
    def of_json(
        cls, value: object, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = JSON
    ) -> Reply:
        """Return plain data as JSON."""
        return cls(
            status, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), headers or {}, media_type
        )
