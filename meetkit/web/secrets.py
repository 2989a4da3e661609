"""The secrets that tokens are signed by."""

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
_MAKE = f"`{HOW_TO_MAKE_ONE}`"
_SHORTEST = 32
_log = logging.getLogger("meetkit.web")


def signing_keys(settings: Settings, database_url: str | URL) -> tuple[str, ...]:
    """The secrets: the first signs, all verify. In development one is made, and kept beside a database's file.

    Raises:
        InvalidRequestError: production has none, or one is too short, or the file with it cannot be used.
    """
    given = tuple(key.strip() for key in (settings.secret_keys or "").split(",") if key.strip())
    if any(len(key) < _SHORTEST for key in given):
        raise InvalidRequestError(f"MEETKIT_SECRET_KEYS: at least {_SHORTEST} characters each; make one by {_MAKE}")
    if given:
        return given
    if settings.environment == "production":
        raise InvalidRequestError(f"production needs MEETKIT_SECRET_KEYS; make one by {_MAKE}")
    return (_development_key(_file_beside(database_url)),)


def _file_beside(database_url: str | URL) -> Path | None:
    """Where a development secret is kept; `None` where the database is no file."""
    url = sqlalchemy.make_url(database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:") or url.query:
        return None
    return Path(f"{url.database}.secret")


def _development_key(file: Path | None) -> str:
    made = secrets.token_urlsafe(48)
    if file is None:
        _log.warning("tokens are signed by a secret that goes when the process ends; MEETKIT_SECRET_KEYS keeps one")
        return made
    try:
        # Of two processes that begin together one makes it, and both read it.
        with contextlib.suppress(FileExistsError):
            _create(file, made)
            _log.warning("made a development secret in %s; production takes MEETKIT_SECRET_KEYS instead", file)
        kept = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(f"the development secret in {file} cannot be used: {error}") from error
    if len(kept) < _SHORTEST:
        raise InvalidRequestError(f"the development secret in {file} is too short; remove the file to have one made")
    return kept


def _create(file: Path, content: str) -> None:
    """Create a file with its content at once, for its owner alone."""
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as opened:
        opened.write(f"{content}\n")
    try:
        os.link(draft, file)
    finally:
        draft.unlink()
