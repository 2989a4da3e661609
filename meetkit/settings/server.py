"""Settings of the server, for `meetkit serve` and `meetkit.web.create_app`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meetkit.models.base import Line
from meetkit.settings.value_types import Secret, SettingsGroup


class ServerSettings(SettingsGroup):
    """Settings of the server."""

    environment: Annotated[
        Literal["development", "production"],
        Field(
            description="`production` requires `MEETKIT_SECRET_KEYS`, and has stricter defaults where other settings "
            "say so."
        ),
    ] = "development"
    secret_keys: Annotated[
        Secret,
        Field(
            description="Comma-separated secrets, each at least 32 characters, that sign tokens: the first "
            "signs, all verify. Unset: development generates one and stores it next to the database."
        ),
    ] = None
    public_url: Annotated[
        Line,
        Field(
            # Without a query or fragment, as paths are appended.
            pattern=r"^https?://[^/\s?#]+(/[^\s?#]*)?$",
            description="Public URL of the server, for links in emails and for sign-in with Google and GitHub. Unset: "
            "links in emails of `meetkit serve` follow its --host and --port.",
        ),
    ] = "http://127.0.0.1:8000"
    cors_origins: Annotated[
        Line | None,
        Field(description="Comma-separated origins that may call the server from a browser. Unset: none."),
    ] = None
    trusted_proxies: Annotated[
        Line | None,
        Field(
            description="Comma-separated IP addresses of trusted proxies, whose `X-Forwarded-…` headers apply. "
            "Unset: none."
        ),
    ] = None
    hsts_seconds: Annotated[
        int,
        Field(
            ge=0,
            # Two years, as browsers' preload list recommends.
            le=63_072_000,
            description="`max-age` of the `Strict-Transport-Security` header, in seconds. 0: no header.",
        ),
    ] = 0
    max_body_mb: Annotated[int, Field(ge=1, le=1000, description="Size limit of a request body, in MiB.")] = 20
    threads: Annotated[
        int, Field(ge=1, le=1000, description="Concurrent requests per process that use the database.")
    ] = 16
    analyses_at_once: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="Analyses of one account that run or wait per process, after which further ones return 429. "
            "Four times as many per tenant, twenty times as many in all.",
        ),
    ] = 10
    analysis_minutes: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            description="Processor minutes that the analyses of one account may take in an hour per process, after "
            "which further ones return 429. Ten times as many per tenant.",
        ),
    ] = 30
    drain_seconds: Annotated[
        float,
        Field(
            ge=0,
            le=600,
            allow_inf_nan=False,
            description="Seconds after a stop signal in which the server still accepts requests, while `/readyz` "
            "returns 503.",
        ),
    ] = 0.0
    shutdown_seconds: Annotated[
        float,
        Field(
            ge=0,
            le=3600,
            allow_inf_nan=False,
            description="Seconds after those in which requests in progress may finish.",
        ),
    ] = 30.0
    log_format: Annotated[Literal["text", "json"], Field(description="Format of log lines.")] = "text"
    metrics_token: Annotated[
        Secret,
        Field(
            description="Bearer token for `/metrics`. Unset: development serves `/metrics` without a token, production "
            "does not serve it."
        ),
    ] = None
    telemetry_url: Annotated[
        Line | None,
        Field(description="OTLP endpoint for traces, such as `http://127.0.0.1:4318`. Unset: no traces."),
    ] = None
