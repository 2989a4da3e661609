"""The routes of all capabilities, bound to the app's backend or to a host's."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

import anyio
from fastapi import APIRouter

from meetkit.llm_client import LLMClient
from meetkit.models.caller import Caller
from meetkit.runtime.collaborators import UNSET, Unset
from meetkit.settings import Settings
from meetkit.storage import Store
from meetkit.web import openapi
from meetkit.web.context import Backend, Credentials, OnAuditEvent
from meetkit.web.dispatch import Dispatcher, bind
from meetkit.web.groups import Group, ordered

# A host brings its own accounts, so its routes are those of the first capability alone.
_MEETINGS = "meetkit.meetings.routes"
_CAPABILITIES = (_MEETINGS, "meetkit.accounts.routes")


def router(
    *,
    store: Store | Unset = UNSET,
    llm: LLMClient | Unset | None = UNSET,
    identify: Callable[[Credentials], Caller] | None = None,
    guard: Callable[[Store, Caller], Store] | None = None,
    on_audit_event: OnAuditEvent | None = None,
    threads: int = Settings.model_fields["threads"].default,
) -> APIRouter:
    """Return the routes of meetings, people, calendars and availability, for a host's app under any prefix.

    The host calls `render_problems` for its app as well, which renders errors by their status codes.

    Args:
        store: the store of meetings; by default the one in use when a request arrives: the host's, else the sample.
        llm: the model, `None` for the offline engine; by default the one in use when a request arrives.
        identify: returns the caller of a request, before its body is read, or raises `UnauthenticatedError`; without
            it requests have no caller, and the host guards the routes itself.
        guard: returns the store as a caller sees it, such as `GuardedStore`.
        on_audit_event: called for each transcript read, alone or in a quote, and each contact erased.
        threads: the number of requests that work on the store at a time.
    """
    backend = Backend(store, llm, identify, guard, on_audit_event)
    dispatcher = Dispatcher(backend, anyio.CapacityLimiter(threads), relocates=True)
    return bind(ordered(_groups_of(_MEETINGS)), dispatcher, into=APIRouter(responses=openapi.problems_of_any()))


def routers_of() -> list[APIRouter]:
    """Return the routers of all capabilities, in the order in which they are matched."""
    return ordered(chain.from_iterable(map(_groups_of, _CAPABILITIES)))


def document_extras() -> openapi.Extras:
    """Return the examples and schemas of all capabilities."""
    return openapi.Extras(
        examples=_merged(f"{name}.examples:OF_SCHEMAS" for name in _CAPABILITIES),
        schemas=_merged(f"{name}.schemas:BY_NAME" for name in _CAPABILITIES),
    )


def _groups_of(capability: str) -> tuple[Group, ...]:
    groups: tuple[Group, ...] = pkgutil.resolve_name(f"{capability}.fastapi:ROUTERS")
    return groups


def _merged(names: Iterator[str]) -> dict[str, Any]:
    mappings: Iterator[Mapping[str, Any]] = map(pkgutil.resolve_name, names)
    return dict(chain.from_iterable(mapping.items() for mapping in mappings))
