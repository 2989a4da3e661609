"""The context of one request, and the backend that serves it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeVar

from meetkit.errors import InvalidRequestError, UnauthenticatedError
from meetkit.llm_client import LLMClient
from meetkit.models.base import new_id
from meetkit.models.caller import Caller, Origin
from meetkit.runtime.collaborators import UNSET, Unset, current_store, use
from meetkit.storage import Store

SIGN_IN = "sign in, and send the access token or an API key as `Authorization: Bearer …`"
ServiceT = TypeVar("ServiceT")
PersonKind = Literal["user", "contact"]


@dataclass(frozen=True)
class Credentials:
    """The credentials of a request: the bearer token or API key, if any, the network address and the log id."""

    token: str | None = None
    address: str | None = None
    request_id: str | None = None

    @classmethod
    def of(cls, authorization: str | None, api_key: str | None, *, address: str | None, request_id: str | None) -> Self:
        """Read the headers Authorization and X-API-Key; a bearer token takes precedence."""
        scheme, _, value = (authorization or "").partition(" ")
        token = value.strip() if scheme.casefold() == "bearer" else api_key
        return cls(token=token or None, address=address, request_id=request_id)

    @property
    def origin(self) -> Origin:
        """The origin of the request, for the audit log."""
        return Origin(address=self.address, request_id=self.request_id)


@dataclass(frozen=True)
class RequestContext:
    """A request being served, and its caller: `None` where a host guards its routes itself."""

    caller: Caller | None
    credentials: Credentials
    on_audit_event: OnAuditEvent | None = None
    erase_person: ErasePerson | None = None
    services: Mapping[type, Any] = field(default_factory=dict)

    @property
    def origin(self) -> Origin:
        """The origin of the request, for the audit log."""
        return self.credentials.origin

    @property
    def signed_in(self) -> Caller:
        """The caller, for operations that need one.

        Raises:
            UnauthenticatedError: the request has no caller.
        """
        if self.caller is None:
            raise UnauthenticatedError(SIGN_IN)
        return self.caller

    def own_user(self, field: str) -> str:
        """Return the caller's user id, the default of a request that leaves `field` out.

        Raises:
            InvalidRequestError: the request has no caller.
        """
        if self.caller is None:
            raise InvalidRequestError(f"{field}: required when the request is not authenticated")
        return self.caller.user_id

    def service(self, kind: type[ServiceT]) -> ServiceT:
        """Return the backend's service of this class.

        Raises:
            LookupError: the backend has none.
        """
        return service_in(self.services, kind)

    def record(self, event: str, subject: str) -> None:
        """Record an event in the audit log, with the id of its subject."""
        if self.on_audit_event:
            self.on_audit_event(self, event, subject)

    def erase(self, kind: PersonKind, person_id: str, default: Callable[[str], None]) -> None:
        """Erase a person by the backend's hook, which erases their account too, or by `default` where there is none."""
        if self.erase_person:
            self.erase_person(self, kind, person_id)
        else:
            default(person_id)

    def idempotency_key(self, key: str | None) -> str | None:
        """Return the key under which the store knows a caller's key: two callers never share one, guard or no guard."""
        if key is None or self.caller is None:
            return key
        # Hashed, as both parts together may be longer than a store's column.
        return hashlib.sha256(f"{self.caller.account_id} {key}".encode()).hexdigest()

    def id_for(self, kind: str, key: str | None) -> str:
        """Return the id of a new `kind`: random, or derived from the idempotency key, so that a repeat has it too."""
        own = self.idempotency_key(key)
        # 128 bits: two keys never meet by chance.
        return new_id(kind) if own is None else f"{kind}_{hashlib.sha256(f'{kind} {own}'.encode()).hexdigest()[:32]}"


OnAuditEvent = Callable[[RequestContext, str, str], None]
"""Called with the context, the name of an event, and the id of its subject: a transcript read, a contact erased."""


ErasePerson = Callable[[RequestContext, PersonKind, str], None]
"""Called with the context, the kind and the id of a person to erase."""


@dataclass(frozen=True)
class Backend:
    """The collaborators that requests are served with: a store, a model, and the authentication of callers.

    A store or a model that is left out is the one in use when a request arrives. `identify` returns the caller of a
    request or raises `UnauthenticatedError`; without it requests have no caller, and a host guards its routes itself.
    `guard` returns the store as a caller sees it. `read_session` is entered around all that one thread reads for a
    request. `services` are the objects that operations look up by their class.
    """

    store: Store | Unset = UNSET
    llm: LLMClient | Unset | None = UNSET
    identify: Callable[[Credentials], Caller] | None = None
    guard: Callable[[Store, Caller], Store] | None = None
    on_audit_event: OnAuditEvent | None = None
    erase_person: ErasePerson | None = None
    read_session: Callable[[], AbstractContextManager[None]] = nullcontext
    services: Mapping[type, Any] = field(default_factory=dict)

    @property
    def is_async(self) -> bool:
        """True where the store is on an async engine, and operations run in the event loop."""
        store = current_store() if self.store is UNSET else self.store
        return getattr(store, "is_async", False) is True

    def admit(self, credentials: Credentials, *, authentication: bool = True) -> RequestContext:
        """Authenticate the caller of a request; public operations, without `authentication`, have none.

        Raises:
            UnauthenticatedError: the credentials are missing or invalid.
        """
        caller = self.identify(credentials) if self.identify and authentication else None
        # A backend without a store of its own takes the one in use now, with its database.
        services = self.services if self.store is not UNSET else {**services_of(current_store()), **self.services}
        return RequestContext(caller, credentials, self.on_audit_event, self.erase_person, services)

    @contextmanager
    def serving(self, context: RequestContext) -> Iterator[None]:
        """Use the store as this caller sees it, and the model, for the operation of a request."""
        store = self.store
        if self.guard and context.caller:
            store = self.guard(current_store() if store is UNSET else store, context.caller)
        with use(store=store, llm=self.llm):
            yield


def services_of(store: Store | Unset) -> Mapping[type, Any]:
    """Return the services that a store brings: an `SqlStore` its `Database`."""
    # Read from the store, as importing the class needs the extra `sql`, which not every host has.
    database = getattr(store, "database", None)
    return {} if database is None else {type(database): database}


def service_in(services: Mapping[type, Any], kind: type[ServiceT]) -> ServiceT:
    """Return the service of this class.

    Raises:
        LookupError: there is none.
    """
    try:
        service: ServiceT = services[kind]
    except KeyError:
        raise LookupError(f"this backend has no {kind.__name__}") from None
    return service
