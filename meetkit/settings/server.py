"""How `meetkit serve` and `meetkit.web.create_app` serve."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meetkit.models.base import Line, Value
from meetkit.settings.kinds import Secret


class ServerSettings(Value):
    """The server."""

    environment: Annotated[
        Literal["development", "production"],
        Field(
            description="`production` refuses to serve without `MEETKIT_SECRET_KEYS`, and is stricter where another "
            "setting says so."
        ),
    ] = "development"
    secret_keys: Annotated[
        Secret,
        Field(
            description="Secrets of at least 32 characters each, with commas, by which tokens are signed: the first "
            "signs, all verify. Unset: in development one is made and kept beside the database."
        ),
    ] = None
    public_url: Annotated[
        Line,
        Field(
            pattern=r"^https?://[^/\s?#]+(/[^\s?#]*)?$",
            description="Where people reach the server, for links in mails and for sign-in by others.",
        ),
    ] = "http://127.0.0.1:8000"
    cors_origins: Annotated[
        Line | None,
        Field(description="The origins, with commas, whose pages may call the server from a browser. Unset: none."),
    ] = None
    trusted_proxies: Annotated[
        Line | None,
        Field(description="The addresses, with commas, whose `X-Forwarded-…` headers are believed. Unset: none."),
    ] = None
    hsts_seconds: Annotated[
        int,
        Field(ge=0, le=63_072_000, description="How long browsers are to insist on HTTPS. 0: they are not told to."),
    ] = 0
    max_body_mb: Annotated[int, Field(ge=1, le=1000, description="The largest body of a request, in MiB.")] = 20
    threads: Annotated[
        int, Field(ge=1, le=1000, description="How many requests of a process may use the database at a time.")
    ] = 16
    drain_seconds: Annotated[
        float,
        Field(
            ge=0,
            le=600,
            allow_inf_nan=False,
            description="How long, told to stop, the server goes on while `/readyz` sends requests elsewhere.",
        ),
    ] = 0.0
    shutdown_seconds: Annotated[
        float,
        Field(ge=0, le=3600, allow_inf_nan=False, description="How long requests under way may take after that."),
    ] = 30.0
    log_format: Annotated[Literal["text", "json"], Field(description="The form of what the server logs.")] = "text"
    metrics_token: Annotated[
        Secret,
        Field(
            description="The bearer token that `/metrics` asks for. Unset: in development it asks for none, in "
            "production there is no `/metrics`."
        ),
    ] = None
    telemetry_url: Annotated[
        Line | None,
        Field(description="The OTLP endpoint that traces are sent to, such as `http://127.0.0.1:4318`. Unset: none."),
    ] = None
