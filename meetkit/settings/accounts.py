"""Who may have an account, and how they sign in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meetkit.models.base import Email, Line, Value
from meetkit.settings.kinds import Secret

_CLIENT = "as {name} gave it, for sign-in by {name}. Unset: there is none."


class AccountSettings(Value):
    """Accounts, and the mail that is sent to them."""

    signup: Annotated[
        Literal["join", "found", "closed"] | None,
        Field(
            description="Who signs up: `join`s the tenant `default` as a member, `found`s a tenant as its admin, or, "
            "`closed`, cannot, as admins invite. Unset: `join` in development, `closed` in production."
        ),
    ] = None
    access_token_minutes: Annotated[int, Field(ge=1, le=1440, description="How long an access token is good.")] = 15
    refresh_token_days: Annotated[
        int, Field(ge=1, le=3650, description="How long a session lasts that is not refreshed.")
    ] = 30
    login_attempts: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="How many failed logins of an account are let through in 15 minutes; of an address, ten times "
            "as many.",
        ),
    ] = 10
    redis_url: Annotated[
        Secret,
        Field(
            description="The Redis, such as `redis://127.0.0.1:6379/0`, where processes count such attempts together. "
            "Unset: each counts its own."
        ),
    ] = None
    google_client_id: Annotated[Line | None, Field(description=f"The client id {_CLIENT.format(name='Google')}")] = None
    google_client_secret: Annotated[Secret, Field(description="The secret that belongs to it.")] = None
    google_url: Annotated[Line, Field(description="Where Google, or what stands in for it, describes itself.")] = (
        "https://accounts.google.com/.well-known/openid-configuration"
    )
    github_client_id: Annotated[Line | None, Field(description=f"The client id {_CLIENT.format(name='GitHub')}")] = None
    github_client_secret: Annotated[Secret, Field(description="The secret that belongs to it.")] = None
    github_url: Annotated[Line, Field(description="Where GitHub is, or a company's own.")] = "https://github.com"
    github_api_url: Annotated[Line, Field(description="Where its API is.")] = "https://api.github.com"
    smtp_url: Annotated[
        Secret,
        Field(
            description="The mail server, such as `smtp://name:password@host:587`, with STARTTLS, or `smtps://…:465`. "
            "Unset: mails are written into `MEETKIT_MAIL_FOLDER`."
        ),
    ] = None
    smtp_fallback_url: Annotated[Secret, Field(description="A second mail server, for when the first fails.")] = None
    mail_from: Annotated[Email, Field(description="The sender of mails.")] = "meetkit@localhost.localdomain"
    mail_folder: Annotated[Line, Field(description="Where mails are written that no server sends.")] = "mail"
    mail_links_url: Annotated[
        Line | None,
        Field(
            pattern=r"^https?://[^/\s?#]+(/[^\s?]*)?$",
            description="Where links in mails lead, for a front end with pages of its own: `/verify-email`, "
            "`/password-reset` and `/accept-invitation` below it, each with `?token=…`. Unset: the pages of the "
            "server itself, at `MEETKIT_PUBLIC_URL`.",
        ),
    ] = None
