"""The tools over standard input and output, for an assistant that starts this process."""

from __future__ import annotations

import anyio
from fastapi import FastAPI
from mcp.server.stdio import stdio_server

from meetkit.errors import InvalidRequestError, UnauthenticatedError
from meetkit.mcp.server import server
from meetkit.web.app import service_of


def run(app: FastAPI, api_key: str | None) -> None:
    """Serve until standard input ends, under the rights of the key.

    Raises:
        InvalidRequestError: there is no key, or it is not valid.
    """
    if api_key is None:
        raise InvalidRequestError("MEETKIT_API_KEY: set it to an API key, whose rights the tools have")
    try:
        service_of(app).accounts.authentication.authenticate(api_key)
    except UnauthenticatedError as error:
        raise InvalidRequestError(f"MEETKIT_API_KEY: {error}") from None
    anyio.run(_serve, app, api_key)


async def _serve(app: FastAPI, api_key: str) -> None:
    tools = server(app, api_key=api_key)
    async with app.router.lifespan_context(app), stdio_server() as (incoming, outgoing):
        await tools.run(incoming, outgoing, tools.create_initialization_options())
