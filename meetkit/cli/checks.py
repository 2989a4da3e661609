"""The checks of `meetkit doctor`: the configuration of each part, and whether it works. They show no secret."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import sqlalchemy

from meetkit import llm_client, mail, settings
from meetkit.accounts.models import ProviderName
from meetkit.errors import InvalidRequestError, MeetkitError, NotConfiguredError
from meetkit.llm_client import LLMClient
from meetkit.runtime import collaborators
from meetkit.settings import Settings
from meetkit.storage.sql import SqlOptions, ciphers, keys, maintenance, schema
from meetkit.web import secrets

# A part that does not respond must not delay the others for long.
_SECONDS = 5.0
State = Literal["ok", "off", "warning", "broken"]
_TITLES: dict[ProviderName, str] = {"google": "Google", "github": "GitHub"}


@dataclass(frozen=True)
class Check:
    """The state of one part: `off` is not configured and not required, `broken` is required; `do` is the next step."""

    part: str
    state: State
    found: str
    do: str | None = None


def run(config: Settings, default_url: str, *, ask_model: bool) -> Iterator[Check]:
    """Check each part in turn."""
    yield _variables()
    yield _web()
    yield _database(config.database_url, default_url)
    yield _secret(config, config.database_url or default_url)
    yield _encryption(config, config.database_url or default_url)
    yield _model(config, ask=ask_model)
    yield _mail(config)
    yield _redis(config)
    yield from _sign_in(config)
    yield _address(config)
    yield _telemetry(config)


def _variables() -> Check:
    if problems := settings.unknown_variables():
        return Check("settings", "warning", "; ".join(problems), do="correct or remove it; see docs/settings.md")
    return Check("settings", "ok", "every MEETKIT_ variable is known")


def _web() -> Check:
    if importlib.util.find_spec("fastapi"):
        return Check("server", "ok", "the extra `web` is installed")
    return Check("server", "off", "not installed", do="pip install 'meetkit[web]'")


def _database(url: str | None, default_url: str) -> Check:
    is_new = url is None and not Path(default_url.removeprefix("sqlite:///")).exists()
    try:
        if is_new:
            maintenance.check_writable(default_url)
            return Check("database", "off", "no database yet; `meetkit serve` creates meetkit.db here")
        # A password may also be in the query of the URL.
        name = sqlalchemy.make_url(url or default_url).set(query={}).render_as_string(hide_password=True)
        with maintenance.open_connection(url or default_url) as connection:
            schema.check(connection)
        maintenance.check_writable(url or default_url)
    except (MeetkitError, sqlalchemy.exc.ArgumentError) as error:
        do = "check the owner of the folder" if is_new else "`meetkit db upgrade`, or see MEETKIT_DATABASE_URL"
        return Check("database", "broken", _describe(error), do=do)
    return Check("database", "ok", f"{name} at revision {schema.REVISION}")


def _secret(config: Settings, url: str) -> Check:
    if config.environment == "development" and not config.secret_keys:
        return Check("secret", "ok", "development: generated next to the database")
    try:
        count = len(secrets.signing_keys(config, url))
    except InvalidRequestError as error:
        return Check("secret", "broken", str(error), do=secrets.HOW_TO_MAKE_ONE)
    return Check("secret", "ok", f"{count} in MEETKIT_SECRET_KEYS")


def _encryption(config: Settings, url: str) -> Check:
    try:
        ciphers.Cipher(SqlOptions.of(config).encryption_keys)
    except (InvalidRequestError, ImportError) as error:
        return Check("encryption", "broken", str(error), do="see docs/encryption.md")
    if not _has_all_keys(config, url):
        return Check("encryption", "broken", keys.MISSING, do="see docs/encryption.md")
    if config.encryption_keys:
        return Check("encryption", "ok", "transcripts are encrypted in the database")
    state: State = "warning" if config.environment == "production" else "off"
    return Check("encryption", state, "transcripts are not encrypted", do="set MEETKIT_ENCRYPTION_KEYS")


def _has_all_keys(config: Settings, url: str) -> bool:
    """Return whether the keys decrypt all content; also true without a working database, which is another check."""
    try:
        with maintenance.open_connection(url, options=SqlOptions.of(config)) as connection:
            schema.check(connection)
            return keys.has_all_keys(connection)
    except (MeetkitError, ImportError, sqlalchemy.exc.ArgumentError):
        return True


def _model(config: Settings, *, ask: bool) -> Check:
    if not config.model:
        return Check("model", "off", "the offline engine", do="set MEETKIT_MODEL; see docs/models.md")
    try:
        model = collaborators.model_of(config)
        assert model is not None
        return Check("model", "ok", _call(model) if ask else f"{llm_client.engine_name(model)}; not called")
    except (MeetkitError, ImportError, OSError) as error:
        return Check("model", "broken", _describe(error), do="see docs/models.md")


def _call(model: LLMClient) -> str:
    model.generate('Answer with the JSON object {"ok": true} and nothing else.')
    return f"{llm_client.engine_name(model)} responds"


def _mail(config: Settings) -> Check:
    urls = [url for url in (config.smtp_url, config.smtp_fallback_url) if url]
    if not urls:
        state: State = "warning" if config.environment == "production" else "off"
        if not _is_writable(Path(config.mail_folder)):
            problem = f"the folder {Path(config.mail_folder).absolute()} cannot be written"
            return Check("mail", "broken", problem, do="set MEETKIT_MAIL_FOLDER")
        destination = f"mail is written to the folder {config.mail_folder}"
        return Check("mail", state, destination, do="set MEETKIT_SMTP_URL to send it")
    try:
        mail.SmtpMailer(*urls, sender=config.mail_from, timeout=_SECONDS).check()
    except MeetkitError as error:
        return Check("mail", "broken", str(error), do="see MEETKIT_SMTP_URL and MEETKIT_SMTP_FALLBACK_URL")
    has_login = any(urlsplit(url).username for url in urls)
    return Check("mail", "ok", "reachable, login succeeded" if has_login else "reachable")


def _is_writable(folder: Path) -> bool:
    """Return whether files can be created in a folder, or in its nearest parent that exists."""
    existing_path = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return existing_path.is_dir() and os.access(existing_path, os.W_OK)


def _redis(config: Settings) -> Check:
    if not config.redis_url:
        return Check("redis", "off", "each process counts sign-in attempts separately")
    return _reachable("redis", lambda: _ping(config.redis_url or ""), "MEETKIT_REDIS_URL")


def _ping(url: str) -> None:
    from redis import Redis, RedisError  # noqa: PLC0415  # comes with the extra `web`

    client = Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
    try:
        client.ping()
    except RedisError as error:
        raise ConnectionError from error
    finally:
        client.close()


def _reachable(part: str, reach: Callable[[], None], setting: str) -> Check:
    try:
        reach()
    except (OSError, ValueError, ImportError) as error:
        return Check(part, "broken", f"unreachable ({type(error).__name__})", do=f"check {setting}")
    return Check(part, "ok", "reachable")


def _sign_in(config: Settings) -> Iterator[Check]:
    clients: dict[ProviderName, bool] = {
        "google": bool(config.google_client_id or config.google_client_secret),
        "github": bool(config.github_client_id or config.github_client_secret),
    }
    for name, is_wanted in clients.items():
        variables = f"MEETKIT_{name.upper()}_CLIENT_ID and MEETKIT_{name.upper()}_CLIENT_SECRET"
        off = Check(f"{_TITLES[name]} sign-in", "off", "not configured", do=f"set {variables}")
        yield _provider(name, config) if is_wanted else off


def _provider(name: ProviderName, config: Settings) -> Check:
    try:
        from meetkit.accounts import oauth  # noqa: PLC0415  # comes with the extra `web`

        oauth.connect(name, config)
    except (NotConfiguredError, InvalidRequestError, ImportError) as error:
        return Check(f"{_TITLES[name]} sign-in", "broken", str(error), do="see docs/settings.md")
    return Check(f"{_TITLES[name]} sign-in", "ok", "configured")


def _address(config: Settings) -> Check:
    # Sessions and links in emails go through this address.
    is_https = config.public_url.startswith("https://")
    if config.environment == "production" and not is_https:
        problem = f"{config.public_url} is not an https URL"
        return Check("address", "warning", problem, do="set MEETKIT_PUBLIC_URL")
    return Check("address", "ok", config.public_url)


def _telemetry(config: Settings) -> Check:
    if not config.telemetry_url:
        return Check("telemetry", "off", "no traces are exported")
    try:
        spec = importlib.util.find_spec("opentelemetry.sdk")
    except ImportError:
        # The parent package is missing.
        spec = None
    if spec is None:
        do = "pip install 'meetkit[telemetry]'"
        return Check("telemetry", "broken", "the extra is not installed", do=do)
    return Check("telemetry", "ok", config.telemetry_url)


def _describe(error: Exception) -> str:
    """Return the message of an error of meetkit; of others the type alone, as their message may hold a secret."""
    return str(error) if isinstance(error, MeetkitError | ImportError) else type(error).__name__
