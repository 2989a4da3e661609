"""The rows of accounts, by functions that take the caller's connection and never commit."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, delete, select, update

from meetkit.accounts import tables
from meetkit.accounts.models import Account
from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import is_storable
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.storage.sql import dialects
from meetkit.storage.sql.aggregate import joined_lines

_a = tables.accounts
_PROVIDERS = (
    select(joined_lines(tables.identities.c.provider))
    .where(tables.identities.c.account_number == _a.c.number)
    .scalar_subquery()
    .label("providers")
)
_SELECT: Select[Any] = select(_a, _PROVIDERS)
_BY_ID = _SELECT.where(_a.c.id == bindparam("one"))
_BY_EMAIL = _SELECT.where(_a.c.email_key == bindparam("key"))
_IN_TENANT = _a.c.tenant_id == bindparam("tenant")


class Kept(NamedTuple):
    """An account, with what of it stays here."""

    number: int
    account: Account
    password_hash: str | None


def moment(microseconds: int | None) -> dt.datetime | None:
    """The instant of a column, if there is one."""
    return None if microseconds is None else to_datetime(microseconds)


def email_key(email: str) -> str:
    """What two writings of one e-mail share; not folded, as to mail servers ß is not ss."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email).lower())


def read(row: Row[Any]) -> Kept:
    """The account of a row."""
    fields = row._asdict()
    account = Account(
        **{name: fields[name] for name in ("id", "email", "access", "tenant_id", "user_id", "active", "verified")},
        providers=tuple(sorted(set(fields["providers"].split("\n")))) if fields["providers"] else (),
        created_at=to_datetime(fields["created_at"]),
        last_login_at=moment(fields["last_login_at"]),
    )
    return Kept(row.number, account, row.password_hash)


def by_email(connection: Connection, email: str, *, lock: bool = False) -> Kept | None:
    """The account of an e-mail, however it is written."""
    statement = _BY_EMAIL.with_for_update(of=_a) if lock else _BY_EMAIL
    row = connection.execute(statement, {"key": email_key(email)}).one_or_none()
    return read(row) if row else None


def by_id(connection: Connection, account_id: str, *, tenant_id: str | None = None, lock: bool = False) -> Kept:
    """The account of an id, in this tenant, where one is given.

    Raises:
        NotFoundError: there is none.
    """
    statement = _BY_ID.with_for_update(of=_a) if lock else _BY_ID
    row = connection.execute(statement, {"one": account_id}).one_or_none() if is_storable(account_id) else None
    if row is None or tenant_id not in (None, row.tenant_id):
        raise NotFoundError("account", account_id)
    return read(row)


def by_user(connection: Connection, user_id: str, *, tenant_id: str) -> Kept | None:
    """The account of a user of this tenant, if they have one."""
    statement = _SELECT.where(_a.c.user_id == user_id, _IN_TENANT)
    row = connection.execute(statement, {"tenant": tenant_id}).one_or_none() if is_storable(user_id) else None
    return read(row) if row else None


def by_number(connection: Connection, number: int, *, lock: bool = False) -> Kept:
    """The account of a row that refers to it.

    Raises:
        ConflictError: both were removed meanwhile.
    """
    statement = _SELECT.where(_a.c.number == number)
    row = connection.execute(statement.with_for_update(of=_a) if lock else statement).one_or_none()
    if row is None:
        raise ConflictError("this account was erased just now")
    return read(row)


def page(connection: Connection, tenant_id: str, *, limit: int, after: str | None, offset: int = 0) -> list[Account]:
    """The accounts of a tenant, oldest first; `offset` of those after that one are left out.

    Raises:
        NotFoundError: it has no account `after`.
    """
    last = by_id(connection, after, tenant_id=tenant_id).number if after is not None else 0
    statement = _SELECT.where(_IN_TENANT, _a.c.number > last).order_by(_a.c.number).limit(limit).offset(offset)
    return [read(row).account for row in connection.execute(statement, {"tenant": tenant_id})]


def add(connection: Connection, account: Account, password_hash: str | None, *, elsewhere: bool = False) -> int:
    """Keep a new account, and its tenant where that is new; its row's number.

    One whose e-mail has an account `elsewhere`, in another tenant, is found by that e-mail by nobody.

    Raises:
        ConflictError: the e-mail, or the user, has one.
    """
    dialects.insert_new(connection, tables.tenants, {"id": account.tenant_id, "name": account.tenant_id})
    row = {
        **account.model_dump(exclude={"providers", "created_at", "last_login_at"}),
        "email_key": _key_elsewhere(account) if elsewhere else email_key(account.email),
        "password_hash": password_hash,
        "created_at": to_microseconds(account.created_at),
    }
    number: int | None = dialects.insert_new(connection, _a, row)
    if number is None:
        raise ConflictError(f"this {'user' if _has_user(connection, account) else 'e-mail'} has an account already")
    return number


def _key_elsewhere(account: Account) -> str:
    """What stands for an e-mail within one tenant; no e-mail is like it, as it has no @."""
    return hashlib.sha256(f"{account.tenant_id}\n{email_key(account.email)}".encode()).hexdigest()


def _has_user(connection: Connection, account: Account) -> bool:
    return connection.execute(select(_a.c.number).where(_a.c.user_id == account.user_id)).first() is not None


def change(connection: Connection, number: int, **values: Any) -> None:
    """Set these columns of an account."""
    connection.execute(update(_a).where(_a.c.number == number).values(**values))


def enter(connection: Connection, number: int, *, password_hash: str | None, now: dt.datetime) -> bool:
    """Note a sign-in; false where the account was deactivated or got another password since it was read."""
    same = _a.c.password_hash.is_not_distinct_from(password_hash)
    statement = update(_a).where(_a.c.number == number, _a.c.active, same)
    return connection.execute(statement.values(last_login_at=to_microseconds(now))).rowcount == 1


def lock_admins(connection: Connection, tenant_id: str) -> set[int]:
    """The numbers of a tenant's active admins; until the transaction ends, none of them ceases to be one."""
    active_admins = _a.c.active & (_a.c.access == "admin")
    # Locked in order: of two who remove each other one waits, and then finds itself the last.
    statement = select(_a.c.number).where(_IN_TENANT, active_admins).order_by(_a.c.number).with_for_update()
    return set(connection.execute(statement, {"tenant": tenant_id}).scalars())


def is_alone(connection: Connection, kept: Kept) -> bool:
    """Whether its tenant has no other account."""
    others = select(_a.c.number).where(_IN_TENANT, _a.c.number != kept.number).limit(1)
    return connection.execute(others, {"tenant": kept.account.tenant_id}).first() is None


def clear(connection: Connection, number: int, of: Sequence[Any]) -> None:
    """Remove what these tables hold of an account."""
    for table in of:
        connection.execute(delete(table).where(table.c.account_number == number))


def leave_teams(connection: Connection, user_id: str) -> None:
    """Take a user out of all teams."""
    people = tables.team_people
    connection.execute(delete(people).where(people.c.user_id == user_id))


def remove(connection: Connection, kept: Kept) -> None:
    """Remove an account and all that belongs to it."""
    clear(connection, kept.number, (tables.sessions, tables.api_keys, tables.identities, tables.one_time_tokens))
    leave_teams(connection, kept.account.user_id)
    connection.execute(delete(_a).where(_a.c.number == kept.number))
