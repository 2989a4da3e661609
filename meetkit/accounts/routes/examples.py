"""Examples of the bodies of accounts. Passwords and tokens are placeholders, as people paste what they read."""

from __future__ import annotations

from typing import Any

from meetkit.models.time import OFFICE_HOURS

_ACCOUNT: dict[str, Any] = {
    "id": "account_1",
    "email": "sarah.chen@company.com",
    "access": "member",
    "tenant_id": "default",
    "user_id": "user_1",
    "active": True,
    "verified": False,
    "pending_email": None,
    "providers": [],
    "created_at": "2025-11-01T09:00:00Z",
    "last_login_at": None,
}
_PASSWORD = "<four random words>"  # noqa: S105  # a placeholder
_MAIL_TOKEN = {"token": "<the token in the mail>"}
_REFRESH = "<the refresh token>"

_KEY = {
    "id": "key_1",
    "name": "CRM",
    "right": "read",
    "prefix": "mk_AbC123",
    "created_at": "2025-11-01T09:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
}
_TEAM_REQUEST = {"name": "Sales", "managers": ["user_1"], "members": ["user_2", "user_3"]}
_TEAM = {"id": "team_1", **_TEAM_REQUEST}
_EVENT = {
    "number": 17,
    "at": "2025-11-04T09:00:00Z",
    "event": "transcript_read",
    "outcome": "ok",
    "account_id": "account_1",
    "tenant_id": "default",
    "subject": "meeting_1",
    "address": "192.0.2.7",
    "request_id": "5f3e9d0c6c1b4d2a8e7f001122334455",
}
_USER: dict[str, Any] = {
    "id": "user_1",
    "name": "Sarah Chen",
    "email": _ACCOUNT["email"],
    "role": "Account Executive",
    "timezone": "America/New_York",
    "work_hours": [],
    "exceptions": [],
    "tenant_id": "default",
}

OF_SCHEMAS: dict[str, Any] = {
    "Account": _ACCOUNT,
    "SignupRequest": {"email": _ACCOUNT["email"], "password": _PASSWORD, "name": "Sarah Chen"},
    "LoginRequest": {"email": _ACCOUNT["email"], "password": _PASSWORD},
    "TokenForm": {"grant_type": "password", "username": _ACCOUNT["email"], "password": _PASSWORD},
    "TokenError": {"error": "invalid_grant", "error_description": "email address or password is wrong"},
    "TokenPair": {
        "access_token": "<an access token>",
        "refresh_token": _REFRESH,
        "token_type": "bearer",
        "expires_in": 900,
    },
    "RefreshRequest": {"refresh_token": _REFRESH},
    "Me": {
        "account_id": "account_1",
        "user_id": "user_1",
        "tenant_id": "default",
        "access": "member",
        "right": "admin",
        "email": _ACCOUNT["email"],
        "name": "Sarah Chen",
    },
    "EmailRequest": {"email": _ACCOUNT["email"]},
    "NewPasswordRequest": {**_MAIL_TOKEN, "password": _PASSWORD},
    "TokenRequest": _MAIL_TOKEN,
    "Profile": {
        "name": "Sarah Chen",
        "title": "Account Executive",
        "timezone": "America/New_York",
        "work_hours": [hours.model_dump(mode="json") for hours in OFFICE_HOURS],
        "preferences": {"theme": "dark"},
    },
    "ChangePasswordRequest": {"current_password": "<the current password>", "new_password": _PASSWORD},
    "ChangeEmailRequest": {"email": "s.chen@company.com", "current_password": "<the current password>"},
    "Export": {
        "account": _ACCOUNT,
        "user": _USER,
        "api_keys": [_KEY],
        "identities": [{"provider": "google", "subject": "110248495921238986420", "linked_at": "2026-01-05T09:00:00Z"}],
        "teams": [_TEAM],
        "events": [_EVENT],
        "preferences": {"theme": "dark"},
        "calendars": [],
        "meetings": [],
        "insights": {},
        "briefs": [],
    },
    "ApiKeyRequest": {"name": "CRM", "right": "read"},
    "NewApiKey": {"key": _KEY, "secret": "<the key, shown only once>"},
    "ApiKeys": {"items": [_KEY]},
    "TeamRequest": _TEAM_REQUEST,
    "Team": _TEAM,
    "Teams": {"items": [_TEAM]},
    "InviteRequest": {"email": "marcus.hill@company.com", "name": "Marcus Hill", "access": "member", "user_id": None},
    "AccountPatch": {"access": "manager"},
    "AccountPage": {"next": None, "items": [_ACCOUNT]},
    "EventPage": {"next": None, "items": [_EVENT]},
}
"""By the names of schemas."""
