"""What the verbs of `Accounts` work with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from meetkit.accounts.passwords import Passwords
from meetkit.accounts.policy import AccountPolicy
from meetkit.accounts.ports import Later, Mailer
from meetkit.accounts.throttle import Throttle
from meetkit.accounts.tokens import Tokens
from meetkit.storage import Store
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The collaborators. `store` keeps the users: an `SqlStore` on `database`, or a host's own elsewhere."""

    database: Database
    store: Store
    policy: AccountPolicy
    mailer: Mailer
    throttle: Throttle
    passwords: Passwords
    tokens: Tokens
    clock: Callable[[], dt.datetime]
    later: Later
