"""One request: who makes it, from where, and what it works with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Self

from meetkit import meeting_service
from meetkit.accounts.events import EventName
from meetkit.errors import ForbiddenError, InvalidRequestError, UnauthenticatedError
from meetkit.insights.offline import background
from meetkit.insights.offline.background import Finder
from meetkit.llm_client import LLMClient
from meetkit.models.base import new_id
from meetkit.models.caller import Caller, Origin
from meetkit.runtime.collaborators import UNSET, Unset, current_store
from meetkit.storage import Store

SIGN_IN = "sign in, and send the access token, or an API key, as `Authorization: Bearer …`"


@dataclass(frozen=True)
class Credentials:
    """What a request shows: the bearer token or API key, if any, whence it comes, and its id in the logs."""

    token: str | None = None
    address: str | None = None
    request_id: str | None = None

    @classmethod
    def of(cls, authorization: str | None, api_key: str | None, *, address: str | None, request_id: str | None) -> Self:
        """What the headers Authorization and X-API-Key show, of which a bearer token counts first."""
        kind, _, token = (authorization or "").partition(" ")
        shown = token.strip() if kind.casefold() == "bearer" else api_key
        return cls(token=shown or None, address=address, request_id=request_id)

    @property
    def origin(self) -> Origin:
        """Where a request comes from, for the audit."""
        return Origin(address=self.address, request_id=self.request_id)


@dataclass(frozen=True)
class RequestContext:
    """A request under way, and who makes it: `None` where the host lets in whom it likes and meetkit guards nothing."""

    caller: Caller | None
    credentials: Credentials
    note: Note | None = None
    erase: Callable[[RequestContext, str], None] | None = None

    @property
    def origin(self) -> Origin:
        """Where it comes from, for the audit."""
        return self.credentials.origin

    @property
    def signed_in(self) -> Caller:
        """Who makes it, where that has to be known.

        Raises:
            UnauthenticatedError: nobody has said so.
        """
        if self.caller is None:
            raise UnauthenticatedError(SIGN_IN)
        return self.caller

    def own_user(self, field: str) -> str:
        """The user who makes it, for a request that names none in this field.

        Raises:
            InvalidRequestError: nobody has said who makes it.
        """
        if self.caller is None:
            raise InvalidRequestError(f"{field}: name a user, as nobody is signed in")
        return self.caller.user_id

    def record(self, event: EventName, subject: str) -> None:
        """Have it noted that this was done to what has that id."""
        if self.note:
            self.note(self, event, subject)

    def erase_user(self, user_id: str) -> None:
        """Erase a user in the store, and with them the account that they may have."""
        if self.erase:
            self.erase(self, user_id)
        else:
            meeting_service.erase_user(user_id)

    def check_may_write(self) -> None:
        """Refuse who may change nothing.

        Raises:
            ForbiddenError: the caller is a viewer, or came by an API key that only reads.
        """
        if self.caller and not self.caller.may_write:
            raise ForbiddenError("this account, or this API key, may read and change nothing")

    def idempotency_key(self, key: str | None) -> str | None:
        """A caller's key as the store knows it: callers do not meet in their keys, also where no guard sees to that."""
        if key is None or self.caller is None:
            return key
        return hashlib.sha256(f"{self.caller.account_id} {key}".encode()).hexdigest()

    def id_for(self, kind: str, key: str | None) -> str:
        """The id of what this request makes: a new one, or by a caller's key one that a repeat has too."""
        own = self.idempotency_key(key)
        return new_id(kind) if own is None else f"{kind}_{hashlib.sha256(f'{kind} {own}'.encode()).hexdigest()[:32]}"


Note = Callable[[RequestContext, EventName, str], None]
"""Told of what is done in a request, and the id of what it is done to: a transcript read, a contact erased."""


@dataclass(frozen=True)
class Backend:
    """What requests are answered from: a store, a model, and how to tell who asks.

    A store or a model that is left open is the one in use when a request comes. `identify` says who a request is
    from, or raises `UnauthenticatedError`; without it nobody is asked, and a host guards its routes itself. `guard` is
    the store as a caller sees it. `finder` is by what the offline engine finds sections. `visit` is around what one
    thread does for a request.
    """

    store: Store | Unset = UNSET
    llm: LLMClient | Unset | None = UNSET
    identify: Callable[[Credentials], Caller] | None = None
    guard: Callable[[Store, Caller], Store] | None = None
    note: Note | None = None
    erase: Callable[[RequestContext, str], None] | None = None
    finder: Finder = background.in_thread
    visit: Callable[[], AbstractContextManager[None]] = nullcontext

    def for_anybody(self) -> Backend:
        """The same for routes that ask nobody who they are."""
        return replace(self, identify=None)

    def admit(self, credentials: Credentials) -> RequestContext:
        """Tell who asks."""
        caller = self.identify(credentials) if self.identify else None
        return RequestContext(caller, credentials, self.note, self.erase)

    @contextmanager
    def serving(self, context: RequestContext) -> Iterator[None]:
        """Have the service work on the store as this caller sees it, and on this model."""
        store = self.store
        if self.guard and context.caller:
            store = self.guard(current_store() if store is UNSET else store, context.caller)
        with meeting_service.use(store=store, llm=self.llm), background.use(self.finder):
            yield
