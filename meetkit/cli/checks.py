"""What `meetkit doctor` looks at: what is configured, and whether it works. No value of a secret is told."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sqlalchemy

from meetkit import llm_client, mail
from meetkit.accounts.models import ProviderName
from meetkit.errors import InvalidRequestError, MeetkitError, NotConfiguredError
from meetkit.llm_client import LLMClient
from meetkit.runtime import collaborators
from meetkit.settings import Settings
from meetkit.storage.sql import SqlOptions, ciphers, keys, schema, upkeep
from meetkit.web import secrets

_SECONDS = 5.0
State = Literal["ok", "off", "warning", "broken"]


@dataclass(frozen=True)
class Check:
    """How one part is: `off` is not configured and not needed, `broken` is needed; `do` is what to do next."""

    part: str
    state: State
    found: str
    do: str | None = None


def run(given: Settings, default_url: str, *, ask_model: bool) -> Iterator[Check]:
    """Look at each part in turn."""
    yield _web()
    yield _database(given.database_url, default_url)
    yield _secret(given, given.database_url or default_url)
    yield _encryption(given, given.database_url or default_url)
    yield _model(given, ask=ask_model)
    yield _mail(given)
    yield _redis(given)
    yield from _sign_in(given)
    yield _address(given)
    yield _telemetry(given)


def _web() -> Check:
    if importlib.util.find_spec("fastapi"):
        return Check("server", "ok", "the extra `web` is installed")
    return Check("server", "off", "not installed", do="pip install 'meetkit[web]'")


def _database(url: str | None, default_url: str) -> Check:
    if url is None and not Path(default_url.removeprefix("sqlite:///")).exists():
        if not _may_be_filled(Path()):
            return Check("database", "broken", "none yet, and none can be made here", do="see who owns this folder")
        return Check("database", "off", "none yet; `meetkit serve` makes meetkit.db here")
    try:
        # A password may also stand after the question mark.
        name = sqlalchemy.make_url(url or default_url).set(query={}).render_as_string(hide_password=True)
        with upkeep.opened(url or default_url) as connection:
            schema.check(connection)
        upkeep.check_writable(url or default_url)
    except (MeetkitError, sqlalchemy.exc.ArgumentError) as error:
        do = "`meetkit db upgrade`, or see MEETKIT_DATABASE_URL in docs/settings.md"
        return Check("database", "broken", _told(error), do=do)
    return Check("database", "ok", f"{name} at revision {schema.REVISION}")


def _secret(given: Settings, url: str) -> Check:
    if given.environment == "development" and not given.secret_keys:
        return Check("secret", "ok", "development: one is made beside the database")
    try:
        count = len(secrets.signing_keys(given, url))
    except InvalidRequestError as error:
        return Check("secret", "broken", str(error), do=secrets.HOW_TO_MAKE_ONE)
    return Check("secret", "ok", f"{count} in MEETKIT_SECRET_KEYS")


def _encryption(given: Settings, url: str) -> Check:
    try:
        ciphers.Cipher(SqlOptions.of(given).encryption_keys)
    except (InvalidRequestError, ImportError) as error:
        return Check("encryption", "broken", str(error), do="see docs/encryption.md")
    if not _has_all_keys(given, url):
        return Check("encryption", "broken", keys.MISSING, do="see docs/encryption.md")
    if given.encryption_keys:
        return Check("encryption", "ok", "transcripts are encrypted in the database")
    state: State = "warning" if given.environment == "production" else "off"
    return Check("encryption", state, "transcripts are not encrypted", do="MEETKIT_ENCRYPTION_KEYS")


def _has_all_keys(given: Settings, url: str) -> bool:
    """Whether all that is encrypted can be read; a database that is not there, or broken, is told of by itself."""
    try:
        with upkeep.opened(url, options=SqlOptions.of(given)) as connection:
            schema.check(connection)
            return keys.are_all_given(connection)
    except (MeetkitError, ImportError, sqlalchemy.exc.ArgumentError):
        return True


def _model(given: Settings, *, ask: bool) -> Check:
    if not given.model:
        return Check("model", "off", "the offline engine", do="MEETKIT_MODEL; see docs/models.md")
    try:
        model = collaborators.model_of(given)
        assert model is not None
        return Check("model", "ok", _answers(model) if ask else f"{_named(model)}; not asked")
    except (MeetkitError, ImportError, OSError) as error:
        return Check("model", "broken", _told(error), do="see docs/models.md")


def _answers(model: LLMClient) -> str:
    model.generate('Answer with the JSON object {"ok": true} and nothing else.')
    return f"{_named(model)} answers"


def _named(model: LLMClient) -> str:
    return llm_client.engine_name(model)


def _mail(given: Settings) -> Check:
    urls = [url for url in (given.smtp_url, given.smtp_fallback_url) if url]
    if not urls:
        state: State = "warning" if given.environment == "production" else "off"
        found = f"mails are written into the folder {given.mail_folder}"
        if not _may_be_filled(Path(given.mail_folder)):
            found = f"the folder {given.mail_folder} cannot be written"
            return Check("mail", "broken", found, do="MEETKIT_MAIL_FOLDER")
        return Check("mail", state, found, do="MEETKIT_SMTP_URL sends them")
    try:
        mail.SmtpMailer(*urls, sender=given.mail_from, timeout=_SECONDS).check()
    except MeetkitError as error:
        return Check("mail", "broken", str(error), do="see MEETKIT_SMTP_URL and MEETKIT_SMTP_FALLBACK_URL")
    return Check("mail", "ok", "reached, and signed in where a name is given")


def _may_be_filled(folder: Path) -> bool:
    """Whether files can be made in a folder, or in the nearest around it that is there already."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return there.is_dir() and os.access(there, os.W_OK)


def _redis(given: Settings) -> Check:
    if not given.redis_url:
        return Check("redis", "off", "each process counts attempts to sign in by itself")
    return _reached("redis", lambda: _ping(given.redis_url or ""), "MEETKIT_REDIS_URL")


def _ping(url: str) -> None:
    from redis import Redis, RedisError  # noqa: PLC0415  # comes with the extra `web`

    client = Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
    try:
        client.ping()
    except RedisError as error:
        raise ConnectionError from error
    finally:
        client.close()


def _reached(part: str, reach: Callable[[], None], setting: str) -> Check:
    try:
        reach()
    except (OSError, ValueError, ImportError) as error:
        return Check(part, "broken", f"not reached ({type(error).__name__})", do=f"see {setting}")
    return Check(part, "ok", "reached")


def _sign_in(given: Settings) -> Iterator[Check]:
    clients: dict[ProviderName, bool] = {
        "google": bool(given.google_client_id or given.google_client_secret),
        "github": bool(given.github_client_id or given.github_client_secret),
    }
    for name, is_wanted in clients.items():
        variables = f"MEETKIT_{name.upper()}_CLIENT_ID and MEETKIT_{name.upper()}_CLIENT_SECRET"
        off = Check(f"sign-in by {name}", "off", "not configured", do=variables)
        yield _provider(name, given) if is_wanted else off


def _provider(name: ProviderName, given: Settings) -> Check:
    try:
        from meetkit.accounts import oauth  # noqa: PLC0415  # comes with the extra `web`

        oauth.connect(name, given)
    except (NotConfiguredError, InvalidRequestError, ImportError) as error:
        return Check(f"sign-in by {name}", "broken", str(error), do="see docs/settings.md")
    return Check(f"sign-in by {name}", "ok", "configured")


def _address(given: Settings) -> Check:
    is_https = given.public_url.startswith("https://")
    if given.environment == "production" and not is_https:
        found = f"{given.public_url}, which is not https"
        return Check("address", "warning", found, do="MEETKIT_PUBLIC_URL")
    return Check("address", "ok", given.public_url)


def _telemetry(given: Settings) -> Check:
    if not given.telemetry_url:
        return Check("telemetry", "off", "nothing is traced")
    try:
        installed = importlib.util.find_spec("opentelemetry.sdk")
    except ImportError:
        installed = None
    if installed is None:
        do = "pip install 'meetkit[telemetry]'"
        return Check("telemetry", "broken", "the extra is not installed", do=do)
    return Check("telemetry", "ok", given.telemetry_url)


def _told(error: Exception) -> str:
    """What an error of ours says; of others, as their words may hold a secret, their kind."""
    return str(error) if isinstance(error, MeetkitError | ImportError) else type(error).__name__
