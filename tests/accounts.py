"""Accounts as tests use them: real in all but the clock, the mail and how hard a password is to hash."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import threading
from functools import partial
from typing import Any

from meetkit.accounts.models import (
    Account,
    AdminRequest,
    Identity,
    InviteRequest,
    LoginRequest,
    SignupRequest,
    TokenPair,
)
from meetkit.accounts.policy import AccountPolicy
from meetkit.accounts.service import Accounts
from meetkit.errors import MeetkitError, UnauthenticatedError
from meetkit.mail import Message, MessageFactory
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.models.caller import Access, Caller, Origin
from meetkit.storage import SqlStore
from meetkit.storage.sql import Database

PASSWORD = "nine clouds over Kiel"
OTHER = "seven boats under Linz"
HERE = Origin(address="192.0.2.7", request_id="request-1")
KEY, OLD_KEY = "k" * 32, "o" * 32
POLICY = AccountPolicy(secret_keys=(KEY,), hash_memory_kib=8, hash_passes=1)


class Clock:
    """Says what time it is, and goes only when it is told to."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def go(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


class Post:
    """Keeps the mails."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def put(self, letter: MessageFactory) -> None:
        if message := letter():
            self.sent.append(message)

    def token(self, to: str, about: str) -> str:
        """The token of the last mail to somebody about something."""
        texts = [message.text for message in self.sent if message.to == to and about in message.subject]
        match = re.search(r"\?token=([\w-]+)", texts[-1])
        assert match
        return match[1]


class World:
    """A database with accounts, and what is around them."""

    def __init__(self, url: str, policy: AccountPolicy = POLICY, **parts: Any) -> None:
        self.database = Database(url, migrate=True)
        self.store = SqlStore(self.database)
        self.clock, self.post = Clock(), Post()
        self.policy = policy
        self.accounts = self.another(**parts)

    def another(self, **parts: Any) -> Accounts:
        """Other `Accounts` on the same database, as another process has them."""
        defaults = {"database": self.database, "store": self.store, "post": self.post, "clock": self.clock}
        return Accounts.of(parts.pop("policy", self.policy), **{**defaults, **parts})

    def close(self) -> None:
        self.database.close()

    def signup(self, email: str = "ann@example.com", name: str = "Ann Winter", password: str = PASSWORD) -> Account:
        return self.accounts.registration.sign_up(SignupRequest(email=email, password=password, name=name), origin=HERE)

    def login(self, email: str = "ann@example.com", password: str = PASSWORD) -> TokenPair:
        return self.accounts.authentication.log_in(LoginRequest(email=email, password=password), origin=HERE)

    def caller(self, email: str = "ann@example.com", password: str = PASSWORD) -> Caller:
        return self.accounts.authentication.authenticate(self.login(email, password).access_token)

    def admin(self, email: str = "ada@example.com", tenant: str = "default") -> Caller:
        """An admin of a tenant, signed in."""
        request = AdminRequest(email=email, password=PASSWORD, name="Ada Summer", tenant_id=tenant)
        self.accounts.registration.create_admin(request)
        return self.caller(email)

    def invited(self, admin: Caller, email: str, access: Access = "member") -> Account:
        return self.accounts.registration.invite(
            admin, InviteRequest(email=email, name="Ben Frost", access=access), origin=HERE
        )

    def erase(self, caller: Caller, user_id: str) -> None:
        """Somebody erases a user, as the service has it done."""
        erase = partial(GuardedStore(self.store, caller).erase_user, now=self.clock())
        self.accounts.personal_data.erase_user(caller, user_id, erase, origin=HERE)

    def events(self) -> list[tuple[str, str]]:
        """What was noted: event and outcome, oldest first."""
        rows = self.database.read(lambda connection: connection.exec_driver_sql(_EVENTS).all())
        return [(row[0], row[1]) for row in rows]


_EVENTS = "SELECT event, outcome FROM meetkit_audit ORDER BY number"


def identity(email: str = "ann@example.com", *, verified: bool = True, subject: str = "g-1") -> Identity:
    return Identity(provider="google", subject=subject, email=email, email_verified=verified, name="Ann Winter")


def good(accounts: Accounts, credential: str) -> bool:
    """Whether a credential is good now."""
    try:
        accounts.authentication.authenticate(credential)
    except UnauthenticatedError:
        return False
    return True


def replace_parts(accounts: Any, **parts: Any) -> None:
    """Have accounts, in all their services, work with other collaborators of these names."""
    for field in dataclasses.fields(accounts):
        if field.name in parts:
            object.__setattr__(accounts, field.name, parts[field.name])
        elif dataclasses.is_dataclass(value := getattr(accounts, field.name)):
            replace_parts(value, **parts)


def together(*calls: Any) -> list[Any]:
    """What calls of as many threads give or raise, begun together."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = calls[number]()
        except MeetkitError as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
