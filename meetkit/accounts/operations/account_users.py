"""The users that accounts belong to, in the accounts' database or in a host's own store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.errors import NotFoundError
from meetkit.models.people import User
from meetkit.storage import Store
from meetkit.storage.sql import Database, SqlStore
from meetkit.storage.sql.people import users


@dataclass(frozen=True, kw_only=True)
class AccountUsers:
    """The users of `store`: an `SqlStore` on `database`, or a host's own store elsewhere."""

    store: Store
    database: Database

    @property
    def share_database(self) -> bool:
        """True if users are stored with the accounts, so that one transaction writes both."""
        return isinstance(self.store, SqlStore) and self.store.database is self.database

    def find(self, user_id: str) -> User | None:
        """Return a user, or `None`."""
        try:
            return self.store.get_user(user_id)
        except NotFoundError:
            return None

    def check_tenant(self, user_id: str, tenant_id: str) -> None:
        """Refuse a user of another tenant like one that does not exist.

        Raises:
            NotFoundError: the tenant has no such user.
        """
        if self.store.get_user(user_id).tenant_id != tenant_id:
            raise NotFoundError("user", user_id)

    def add(self, connection: Connection, user: User) -> None:
        """Add a user, in the transaction of their account where both share a database."""
        if self.share_database:
            users.add(connection, user)
        else:
            # Elsewhere, before the account is committed here: at worst there is a user whom nobody signs in as.
            self.store.add_user(user)

    def update(self, connection: Connection, user_id: str, change: Callable[[User], User]) -> None:
        """Update a user, in the transaction of their account where both share a database.

        Call it last: elsewhere its failure then rolls back what the transaction has written.
        """
        if self.share_database:
            users.update(connection, user_id, change)
        else:
            self.store.update_user(user_id, change)
