"""The secrets that sign tokens."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from pathlib import Path

import sqlalchemy
from sqlalchemy import URL

from meetkit.errors import InvalidRequestError
from meetkit.settings import Settings

HOW_TO_MAKE_ONE = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
_CREATE = f"`{HOW_TO_MAKE_ONE}`"
# The size of the HMAC-SHA256 key; a shorter secret weakens it (RFC 7518, 3.2).
_MIN_LENGTH = 32
_log = logging.getLogger("meetkit.web")


def signing_keys(settings: Settings, database_url: str | URL) -> tuple[str, ...]:
    """Return the secrets: the first signs, all verify. In development one is created next to the database's file.

    Raises:
        InvalidRequestError: production has none, one is too short, or the development secret's file cannot be used.
    """
    keys = tuple(key.strip() for key in (settings.secret_keys or "").split(",") if key.strip())
    if any(len(key) < _MIN_LENGTH for key in keys):
        raise InvalidRequestError(
            f"MEETKIT_SECRET_KEYS: at least {_MIN_LENGTH} characters each; create one by {_CREATE}"
        )
    if keys:
        return keys
    if settings.environment == "production":
        raise InvalidRequestError(f"production needs MEETKIT_SECRET_KEYS; create one by {_CREATE}")
    return (_development_key(_secret_file(database_url)),)


def _secret_file(database_url: str | URL) -> Path | None:
    """Return the file of the development secret; `None` where the database is no file."""
    url = sqlalchemy.make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:") or url.query:
        return None
    return Path(f"{url.database}.secret")


def _development_key(file: Path | None) -> str:
    new_key = secrets.token_urlsafe(48)
    if file is None:
        _log.warning(
            "tokens are signed by a temporary secret and end with the process; MEETKIT_SECRET_KEYS sets a lasting one"
        )
        return new_key
    try:
        # Of two processes that start together one creates the file, and both read it.
        with contextlib.suppress(FileExistsError):
            _create(file, new_key)
            _log.warning("created a development secret in %s; production needs MEETKIT_SECRET_KEYS instead", file)
        key = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidRequestError(f"the development secret in {file.absolute()} cannot be used: {reason}") from error
    if len(key) < _MIN_LENGTH:
        raise InvalidRequestError(
            f"the development secret in {file} is too short; remove the file to have a new one created"
        )
    return key


def _create(file: Path, content: str) -> None:
    """Create a file with its content in one step, readable by its owner only."""
    # A link to a complete draft: no other process ever reads a file that is half written.
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
        stream.write(f"{content}\n")
    try:
        os.link(draft, file)
    finally:
        draft.unlink()
