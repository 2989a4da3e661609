"""The collaborators of the app: its database, the accounts in it, and the backend that serves requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from sqlalchemy import URL

from meetkit import mail
from meetkit.accounts.routes import fastapi as account_routes
from meetkit.accounts.routes import oauth_flow
from meetkit.accounts.service import Accounts
from meetkit.errors import StoreError, UnauthenticatedError
from meetkit.llm_client import LLMClient
from meetkit.meetings import service as meetings
from meetkit.meetings.workers import Workers
from meetkit.models.caller import Caller
from meetkit.settings import Settings
from meetkit.settings.databases import DATABASE_URL
from meetkit.storage import SqlStore, Store
from meetkit.storage.sql import Database, SqlOptions, keys
from meetkit.web.app.account_store import AccountStore
from meetkit.web.context import SIGN_IN, Backend, Credentials, PersonKind, RequestContext, service_in
from meetkit.web.monitoring.metrics import Metrics

# Hashing a password takes some 50 ms of a processor; with threads of their own, logins hold up only each other.
HASHES_AT_A_TIME = 2
# `/readyz`, what accounts do after a response, and maintenance need a connection each.
_FURTHER_CONNECTIONS = 3
_SECONDS_FOR_MAIL = 10.0
# A request, which holds a thread meanwhile, waits so long for another program's write to end.
_SECONDS_FOR_A_LOCK = 5.0


def url_of(settings: Settings, store: Store | None = None) -> str | URL:
    """Return the URL of the database of accounts: that of an SQL store, else that of the settings."""
    return store.database.engine.url if isinstance(store, SqlStore) else settings.database_url or DATABASE_URL


def open_database(settings: Settings, closing: ExitStack) -> Database:
    """Open the database of the settings, migrate it, and close it with the app.

    It has a connection for each thread that works on it; reads before and after a call of a model share them.

    Raises:
        StoreError: it cannot be reached, or the settings lack a key of encrypted data in it.
    """
    connections = settings.threads + HASHES_AT_A_TIME + oauth_flow.AT_A_TIME + _FURTHER_CONNECTIONS
    options = SqlOptions.of(settings).model_copy(update={"pool_size": connections, "busy_timeout": _SECONDS_FOR_A_LOCK})
    database = Database(url_of(settings), migrate=True, options=options)
    closing.callback(database.close)
    if not database.read(keys.has_all_keys):
        raise StoreError(keys.MISSING)
    return database


def open_accounts(settings: Settings, signing_keys: Sequence[str], store: Store, closing: ExitStack) -> Accounts:
    """Open the accounts: in the store's database, or in that of the settings where the store has none.

    Mail that still waits when the app ends is sent first.

    Raises:
        InvalidRequestError: a setting of mail or Redis is invalid.
    """
    database = store.database if isinstance(store, SqlStore) else open_database(settings, closing)
    outbox = mail.Outbox(mail.connect(settings))
    closing.callback(outbox.close, _SECONDS_FOR_MAIL)
    signing = settings.model_copy(update={"secret_keys": ",".join(signing_keys)})
    return Accounts.of_settings(signing, database=database, store=store, post=outbox)


def services_of(
    accounts: Accounts, settings: Settings, signing_keys: Sequence[str], metrics: Metrics, workers: Workers
) -> dict[type, Any]:
    """Return the services that operations look up, by class."""
    of_accounts = account_routes.services(accounts, settings, signing_keys=signing_keys, registry=metrics.registry)
    return {**of_accounts, Database: accounts.database, Workers: workers}


def backend_of(store: Store, llm: LLMClient | None, services: Mapping[type, Any], settings: Settings) -> Backend:
    """Return a backend that authenticates callers, guards the store, and records reads and erasures."""
    accounts = service_in(services, Accounts)

    def identify(credentials: Credentials) -> Caller:
        if credentials.token is None:
            raise UnauthenticatedError(SIGN_IN)
        return accounts.authentication.authenticate(credentials.token)

    def record(context: RequestContext, event: str, subject: str) -> None:
        accounts.audit_log.record(context.signed_in, event, subject, origin=context.origin)

    def erase(context: RequestContext, kind: PersonKind, person_id: str) -> None:
        data = accounts.personal_data
        if kind == "contact":
            data.erase_contact(person_id, meetings.erase_contact)
        else:
            data.erase_user(context.signed_in, person_id, meetings.erase_user, origin=context.origin)

    return Backend(
        store,
        llm,
        identify=identify,
        guard=partial(AccountStore, database=accounts.database, attendee_response=settings.attendee_response),
        on_audit_event=record,
        erase_person=erase,
        read_session=accounts.database.read_session,
        services=services,
    )
