"""Settings of accounts: sign-up, tokens, sign-in with Google and GitHub, mail."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meetkit.models.base import Email, Line
from meetkit.settings.value_types import Secret, SettingsGroup


class AccountSettings(SettingsGroup):
    """Settings of accounts and of the mail to them."""

    signup: Annotated[
        Literal["join", "found", "closed"] | None,
        Field(
            description="Self-registration. `join`: new users become members of the tenant `default`. `found`: each "
            "new user creates a tenant and is its admin. `closed`: admins invite users. Unset: `join` in development, "
            "`closed` in production."
        ),
    ] = None
    access_token_minutes: Annotated[
        int, Field(ge=1, le=1440, description="Lifetime of an access token, in minutes.")
    ] = 15
    refresh_token_days: Annotated[
        int, Field(ge=1, le=3650, description="Lifetime of a session that is not refreshed, in days.")
    ] = 30
    login_attempts: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="Failed logins per account in 15 minutes, after which further attempts return 429. Ten times "
            "as many per IP address.",
        ),
    ] = 10
    audit_retention_days: Annotated[
        int,
        Field(
            ge=1,
            le=36_500,
            description="Age in days at which audit events are deleted, by the server and by `meetkit purge`.",
        ),
    ] = 730
    redis_url: Annotated[
        Secret,
        Field(
            description="URL of the Redis server that counts failed logins for all processes, such as "
            "`redis://127.0.0.1:6379/0`. Unset: each process counts its own."
        ),
    ] = None
    google_client_id: Annotated[
        Line | None, Field(description="OAuth client id of Google. Unset: no sign-in with Google.")
    ] = None
    google_client_secret: Annotated[Secret, Field(description="OAuth client secret of Google.")] = None
    google_url: Annotated[
        Line, Field(description="Google's OpenID Connect discovery document, or that of a substitute.")
    ] = "https://accounts.google.com/.well-known/openid-configuration"
    github_client_id: Annotated[
        Line | None, Field(description="OAuth client id of GitHub. Unset: no sign-in with GitHub.")
    ] = None
    github_client_secret: Annotated[Secret, Field(description="OAuth client secret of GitHub.")] = None
    github_url: Annotated[Line, Field(description="URL of GitHub, or of a GitHub Enterprise server.")] = (
        "https://github.com"
    )
    github_api_url: Annotated[Line, Field(description="URL of GitHub's API.")] = "https://api.github.com"
    smtp_url: Annotated[
        Secret,
        Field(
            description="URL of the SMTP server: `smtp://name:password@host:587` for STARTTLS, `smtps://…:465` for "
            "TLS. Unset: emails are written to `MEETKIT_MAIL_FOLDER`."
        ),
    ] = None
    smtp_fallback_url: Annotated[Secret, Field(description="URL of the fallback SMTP server.")] = None
    mail_from: Annotated[Email, Field(description="Sender address of emails.")] = "meetkit@localhost.localdomain"
    mail_folder: Annotated[Line, Field(description="Folder for emails when no SMTP server is set.")] = "mail"
    mail_links_url: Annotated[
        Line | None,
        Field(
            # Without a query, as the page and the token are appended.
            pattern=r"^https?://[^/\s?#]+(/[^\s?]*)?$",
            description="Base URL of the links in emails, for a front end with its own pages `/verify-email`, "
            "`/password-reset`, `/accept-invitation` and `/change-email`, each called with `?token=…`. Unset: the "
            "server's own pages at `MEETKIT_PUBLIC_URL`.",
        ),
    ] = None
