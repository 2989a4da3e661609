"""An example of each body of accounts. What stands for passwords and tokens is none, as people paste what they read."""

from __future__ import annotations

from typing import Any

_ACCOUNT: dict[str, Any] = {
    "id": "account_1",
    "email": "sarah.chen@company.com",
    "access": "member",
    "tenant_id": "default",
    "user_id": "user_1",
    "active": True,
    "verified": False,
    "providers": [],
    "created_at": "2025-11-01T09:00:00Z",
    "last_login_at": None,
}
_PASSWORD = "<four words that nobody would guess>"  # noqa: S105  # none, as it says
_MAILED = {"token": "<the token in the mail>"}
_REFRESH = "<the refresh token>"

ACCOUNTS: dict[str, Any] = {
    "Account": _ACCOUNT,
    "SignupRequest": {"email": _ACCOUNT["email"], "password": _PASSWORD, "name": "Sarah Chen"},
    "LoginRequest": {"email": _ACCOUNT["email"], "password": _PASSWORD},
    "TokenForm": {"grant_type": "password", "username": _ACCOUNT["email"], "password": _PASSWORD},
    "TokenError": {"error": "invalid_grant", "error_description": "e-mail or password is wrong"},
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
    "NewPasswordRequest": {**_MAILED, "password": _PASSWORD},
    "TokenRequest": _MAILED,
}
"""By the names of schemas."""
