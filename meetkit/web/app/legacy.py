"""Bridge to the routes of accounts, which are made per app, until they are declared at module level."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from typing import Any

import anyio
from fastapi import APIRouter, Request, Response

from meetkit.accounts.models import TokenPair
from meetkit.web.app import assembly
from meetkit.web.app.state import ServiceState
from meetkit.web.authorization import requires
from meetkit.web.dispatch import Dispatcher, origin_of
from meetkit.web.groups import Group
from meetkit.web.monitoring import logins
from meetkit.web.openapi import operation_id

IS_NEEDED = importlib.util.find_spec("meetkit.accounts.routes.fastapi") is None


@dataclass(frozen=True)
class LegacyDispatcher(Dispatcher):
    """A dispatcher of operations that declare no requirements."""

    async def answer(self, request: Request, operation: Any, *args: Any, **kwargs: Any) -> Response:
        """Run an operation."""
        declared = requires(authenticated=self.backend.identify is not None)(operation)
        return await super().answer(request, declared, *args, **kwargs)

    def router(self, prefix: str = "", *, tag: str) -> APIRouter:
        """Return a router."""
        return APIRouter(prefix=prefix, tags=[tag], generate_unique_id_function=operation_id)

    def for_anybody(self) -> LegacyDispatcher:
        """Return the same without authentication."""
        return replace(self, backend=replace(self.backend, identify=None))

    def apart(self, threads: int) -> LegacyDispatcher:
        """Return the same with threads of its own."""
        return replace(self, threads=anyio.CapacityLimiter(threads))


def account_routers(state: ServiceState, common: Dispatcher) -> list[Group]:
    """Return the routers of accounts."""
    from meetkit.accounts.routes import (  # noqa: PLC0415
        account,
        administration,
        api_keys,
        auth,
        email_tokens,
        oauth,
        pages,
        teams,
    )

    accounts, count = state.accounts, state.metrics.count_login
    dispatcher = LegacyDispatcher(common.backend, common.threads)
    hashing = dispatcher.apart(assembly.HASHES_AT_A_TIME)
    enter = logins.counted(accounts.sign_in_with, count)
    sign_in: Any = oauth.SignIn(
        state.settings,
        keys=state.signing_keys,
        sign_in=lambda identity, origin: enter(identity, origin=origin),
        origin=origin_of,
    )
    routers = [
        auth.routes(dispatcher, hashing, accounts, logins.counted(accounts.login, count)),
        *(part.routes(dispatcher, hashing, accounts) for part in (email_tokens, pages, account)),
        *(part.routes(dispatcher, accounts) for part in (api_keys, teams, administration)),
        oauth.router(sign_in, TokenPair),
    ]
    return list(map(Group, routers))
