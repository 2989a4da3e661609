"""The routes of all capabilities, bound to the app's backend or to a host's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Literal

import anyio
from fastapi import APIRouter

from meetkit import capabilities
from meetkit.llm_client import LLMClient
from meetkit.models.caller import Caller
from meetkit.runtime.collaborators import UNSET, Unset
from meetkit.settings import Settings
from meetkit.storage import Store
from meetkit.web import openapi
from meetkit.web.context import Backend, OnAuditEvent, services_of
from meetkit.web.dispatch import Dispatcher, bind
from meetkit.web.groups import Group, in_order
from meetkit.web.identity import Identify, chosen_identify

_RouteField = Literal["routes", "service_routes"]
_FIELDS: tuple[_RouteField, ...] = ("routes", "service_routes")


def router(
    *,
    store: Store | Unset = UNSET,
    llm: LLMClient | Unset | None = UNSET,
    identify: Identify | Unset | None = UNSET,
    guard: Callable[[Store, Caller], Store] | None = None,
    on_audit_event: OnAuditEvent | None = None,
    threads: int = Settings.model_fields["threads"].default,
) -> APIRouter:
    """Return the routes of all installed capabilities, for a host's app under any prefix.

    Routes for the served app alone, such as those of accounts, are left out.

    The host calls `render_problems` for its app as well, which renders errors by their status codes.

    Args:
        store: the store of meetings; by default the one in use when a request arrives: the host's, else the sample.
        llm: the model, `None` for the offline engine; by default the one in use when a request arrives.
        identify: returns the caller of a request, before its body is read, or raises `UnauthenticatedError`. With
            `None` requests have no caller, and the host guards the routes itself; left out, that comes with an
            `OpenRoutesWarning`.
        guard: returns the store as a caller sees it, such as `GuardedStore`.
        on_audit_event: called for each transcript read, alone or in a quote, and each contact erased.
        threads: the number of requests that work on the store at a time.
    """
    identify = chosen_identify(identify, "router")
    backend = Backend(store, llm, identify, guard, on_audit_event, services=services_of(store))
    dispatcher = Dispatcher(backend, anyio.CapacityLimiter(threads), relocates=True)
    return bind(in_order(_groups_of("routes")), dispatcher, into=APIRouter(responses=openapi.problems_of_any()))


def routers_of() -> list[APIRouter]:
    """Return the routers of all capabilities, in the order in which they are matched."""
    return in_order(chain.from_iterable(map(_groups_of, _FIELDS)))


def document_extras() -> openapi.Extras:
    """Return the examples and schemas of all capabilities."""
    return openapi.Extras(
        examples=_merge("examples"),
        schemas=_merge("schemas"),
    )


def _groups_of(field: _RouteField) -> Iterator[Group]:
    return chain.from_iterable(capability.load(field) or () for capability in capabilities.installed())


def _merge(field: Literal["examples", "schemas"]) -> dict[str, Any]:
    mappings: Iterator[Mapping[str, Any]] = (capability.load(field) or {} for capability in capabilities.installed())
    return dict(chain.from_iterable(mapping.items() for mapping in mappings))
