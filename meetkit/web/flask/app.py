"""`blueprint`: the routes of all capabilities that a Flask host may include."""

from __future__ import annotations

from collections.abc import Callable

import flask

from meetkit import capabilities
from meetkit.llm_client import LLMClient
from meetkit.models.caller import Caller
from meetkit.runtime.collaborators import UNSET, Unset
from meetkit.settings import Settings
from meetkit.storage import Store
from meetkit.web.context import Backend, OnAuditEvent, services_of
from meetkit.web.flask.views import Views, refuse_all_but_post
from meetkit.web.identity import Identify, chosen_identify
from meetkit.web.paging import PREFIX


def blueprint(
    *,
    store: Store | Unset = UNSET,
    llm: LLMClient | Unset | None = UNSET,
    identify: Identify | Unset | None = UNSET,
    guard: Callable[[Store, Caller], Store] | None = None,
    on_audit_event: OnAuditEvent | None = None,
    max_body_mb: int = Settings.model_fields["max_body_mb"].default,
) -> flask.Blueprint:
    """Return the routes, to register under `/api/v1`, or another `url_prefix`, in a host's app.

    Args:
        store: the store of meetings; by default the one in use when a request arrives: the host's, else the sample.
        llm: the model, `None` for the offline engine; by default the one in use when a request arrives.
        identify: returns the caller, within the request, or raises `UnauthenticatedError`. With `None` requests
            have no caller, and the host guards the routes itself; left out, that comes with an `OpenRoutesWarning`.
        guard: returns the store as a caller sees it, such as `GuardedStore`.
        on_audit_event: called for each transcript read, alone or in a quote, and each contact erased.
        max_body_mb: the largest body in MiB where a transcript may be in it; elsewhere it is 1 MiB.
    """
    identify = chosen_identify(identify, "blueprint")
    views = Views(Backend(store, llm, identify, guard, on_audit_event, services=services_of(store)), max_body_mb)
    routes = flask.Blueprint("meetkit", __name__, url_prefix=PREFIX)
    for capability in capabilities.installed():
        group = capability.load("flask_routes")
        for route in group.routes if group else ():
            routes.add_url_rule(
                route.path,
                _endpoint(capability.name, route.operation.__name__),
                views.view(route),
                methods=[route.method],
                # Flask would list the methods that `refuse_all_but_post` refuses.
                provide_automatic_options=route.path not in group.only_post,
                strict_slashes=True,
                merge_slashes=False,
            )
        for path in group.only_post if group else ():
            other_methods = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]
            routes.add_url_rule(path, "only_post", refuse_all_but_post, methods=other_methods)
    return routes


def _endpoint(capability: str, name: str) -> str:
    """Return the name that `flask.url_for` takes; those of other capabilities must not clash with the product's."""
    return name if capability in capabilities.NAMES else f"{capability}_{name}"
