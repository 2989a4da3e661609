"""What the service is made of: the accounts beside its store, and how requests get to both."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from meetkit import mail, meeting_service
from meetkit.accounts.events import EventName
from meetkit.accounts.routes import oauth
from meetkit.accounts.service import Accounts
from meetkit.errors import StoreError, UnauthenticatedError
from meetkit.insights.offline.background import Finder
from meetkit.llm_client import LLMClient
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.models.caller import Caller
from meetkit.settings import Settings
from meetkit.settings.databases import DATABASE_URL
from meetkit.storage import SqlStore, Store
from meetkit.storage.sql import Database, SqlOptions, keys
from meetkit.web.context import SIGN_IN, Backend, Credentials, RequestContext

HASHES_AT_A_TIME = 2
"""A password takes some 50 ms of a processor to hash; who signs in waits for others who do, and nobody else."""
_ELSE = 2
"""Who else needs a connection: `/readyz`, and what accounts do after they have answered."""
_SECONDS_FOR_MAIL = 10.0
_SECONDS_FOR_A_LOCK = 5.0
"""How long a request, which holds a thread meanwhile, waits for another program that writes."""


def url_of(settings: Settings) -> str:
    """The URL of the database of the settings."""
    return settings.database_url or DATABASE_URL


def opened_database(settings: Settings, closing: ExitStack) -> Database:
    """The database of the settings, brought up to this version, and closed in the end.

    It has a connection for each thread that works on it; visits before and after a call of a model share them.

    Raises:
        StoreError: it cannot be reached, or the settings lack a key by which something in it is encrypted.
    """
    connections = settings.threads + HASHES_AT_A_TIME + oauth.AT_A_TIME + _ELSE
    options = SqlOptions.of(settings).model_copy(update={"pool_size": connections, "busy_timeout": _SECONDS_FOR_A_LOCK})
    database = Database(url_of(settings), migrate=True, options=options)
    closing.callback(database.close)
    if not database.read(keys.are_all_given):
        raise StoreError(keys.MISSING)
    return database


def accounts_of(settings: Settings, signing_keys: Sequence[str], store: Store, closing: ExitStack) -> Accounts:
    """The accounts: in the store's database, or, of a store that has none, in that of the settings.

    In the end mails that wait are sent.

    Raises:
        InvalidRequestError: a setting of mail or Redis is none.
    """
    database = store.database if isinstance(store, SqlStore) else opened_database(settings, closing)
    outbox = mail.Outbox(mail.connect(settings))
    closing.callback(outbox.close, _SECONDS_FOR_MAIL)
    given = settings.model_copy(update={"secret_keys": ",".join(signing_keys)})
    return Accounts.of_settings(given, database=database, store=store, post=outbox)


def backend_of(store: Store, llm: LLMClient | None, accounts: Accounts, finder: Finder) -> Backend:
    """A backend that asks who comes, shows them what is theirs, and notes what they read and erase."""

    def identify(shown: Credentials) -> Caller:
        if shown.token is None:
            raise UnauthenticatedError(SIGN_IN)
        return accounts.authentication.authenticate(shown.token)

    def note(context: RequestContext, event: EventName, subject: str) -> None:
        accounts.audit_log.record(context.signed_in, event, subject, origin=context.origin)

    def erase(context: RequestContext, user_id: str) -> None:
        accounts.personal_data.erase_user(context.signed_in, user_id, meeting_service.erase_user, origin=context.origin)

    visit = accounts.database.visit
    return Backend(
        store, llm, identify=identify, guard=GuardedStore, note=note, erase=erase, finder=finder, visit=visit
    )
