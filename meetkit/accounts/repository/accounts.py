"""The rows of accounts."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from meetkit.accounts import tables
from meetkit.accounts.models import Account
from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import STORED_VALUES, is_storable
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
_PENDING_EMAIL = (
    select(tables.email_changes.c.email)
    .where(tables.email_changes.c.account_number == _a.c.number)
    .scalar_subquery()
    .label("pending_email")
)
_SELECT: Select[Any] = select(_a, _PROVIDERS, _PENDING_EMAIL)
_BY_ID = _SELECT.where(_a.c.id == bindparam("account_id"))
_BY_EMAIL = _SELECT.where(_a.c.email_key == bindparam("key"))
_IN_TENANT = _a.c.tenant_id == bindparam("tenant")
# An invitation that nobody has accepted has neither a password nor an identity.
_CAN_SIGN_IN = _a.c.active & or_(
    _a.c.password_hash.is_not(None),
    select(tables.identities.c.number).where(tables.identities.c.account_number == _a.c.number).exists(),
)


# The fields of an account that its row, or a subquery, holds as they are.
_PLAIN = ("id", "email", "pending_email", "access", "tenant_id", "user_id", "active", "verified")


class AccountRecord(NamedTuple):
    """An account with the number of its row and the hash of its password, which no caller sees."""

    number: int
    account: Account
    password_hash: str | None


def optional_datetime(microseconds: int | None) -> dt.datetime | None:
    """Return the instant of a nullable column."""
    return None if microseconds is None else to_datetime(microseconds)


def email_key(email: str) -> str:
    """Return the key that all spellings of one email address share: lower case, NFC.

    It is not case-folded, as mail servers tell ß from ss.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email).lower())


def record_of(row: Row[Any]) -> AccountRecord:
    """Return the account of a row."""
    fields = row._asdict()
    values = {
        **{name: fields[name] for name in _PLAIN},
        "providers": tuple(sorted(set(fields["providers"].split("\n")))) if fields["providers"] else (),
        "created_at": to_datetime(fields["created_at"]),
        "last_login_at": optional_datetime(fields["last_login_at"]),
    }
    return AccountRecord(row.number, Account.model_validate(values, context=STORED_VALUES), row.password_hash)


def by_email(connection: Connection, email: str, *, lock: bool = False) -> AccountRecord | None:
    """Return the account of an email address, case-insensitively, or `None`."""
    statement = _BY_EMAIL.with_for_update(of=_a) if lock else _BY_EMAIL
    row = connection.execute(statement, {"key": email_key(email)}).one_or_none()
    return record_of(row) if row else None


def by_id(
    connection: Connection, account_id: str, *, tenant_id: str | None = None, lock: bool = False
) -> AccountRecord:
    """Return the account of an id; with `tenant_id`, only if it belongs to that tenant.

    Raises:
        NotFoundError: there is no such account.
    """
    statement = _BY_ID.with_for_update(of=_a) if lock else _BY_ID
    # PostgreSQL refuses some text as a parameter, such as NUL; no id contains it.
    is_id = is_storable(account_id)
    row = connection.execute(statement, {"account_id": account_id}).one_or_none() if is_id else None
    if row is None or tenant_id not in (None, row.tenant_id):
        raise NotFoundError("account", account_id)
    return record_of(row)


def by_user(connection: Connection, user_id: str, *, tenant_id: str) -> AccountRecord | None:
    """Return the account of a user of this tenant, `None` where they have none."""
    statement = _SELECT.where(_a.c.user_id == user_id, _IN_TENANT)
    row = connection.execute(statement, {"tenant": tenant_id}).one_or_none() if is_storable(user_id) else None
    return record_of(row) if row else None


def by_number(connection: Connection, number: int, *, lock: bool = False) -> AccountRecord:
    """Return the account that another row refers to by this number.

    Raises:
        ConflictError: both rows were deleted since the other was read.
    """
    statement = _SELECT.where(_a.c.number == number)
    row = connection.execute(statement.with_for_update(of=_a) if lock else statement).one_or_none()
    if row is None:
        raise ConflictError("this account was erased just now")
    return record_of(row)


def page(connection: Connection, tenant_id: str, *, limit: int, after: str | None, offset: int = 0) -> list[Account]:
    """Return accounts of a tenant, oldest first: at most `limit`, from `offset` places after the account `after`.

    Raises:
        NotFoundError: the tenant has no account `after`.
    """
    last = by_id(connection, after, tenant_id=tenant_id).number if after is not None else 0
    statement = _SELECT.where(_IN_TENANT, _a.c.number > last).order_by(_a.c.number).limit(limit).offset(offset)
    return [record_of(row).account for row in connection.execute(statement, {"tenant": tenant_id})]


def add(connection: Connection, account: Account, password_hash: str | None, *, email_in_use: bool = False) -> int:
    """Store a new account, and its tenant if that is new. Return the number of the account's row.

    Args:
        connection: the transaction to write in.
        account: the new account.
        password_hash: the hash of its password, `None` where it has none yet.
        email_in_use: whether an account of another tenant has this address; then no lookup by email finds the new one.

    Raises:
        ConflictError: the email address or the user has an account already.
    """
    dialects.insert_new(connection, tables.tenants, {"id": account.tenant_id, "name": account.tenant_id})
    row = {
        **account.model_dump(exclude={"providers", "pending_email", "created_at", "last_login_at"}),
        # The column is unique over all tenants.
        "email_key": _tenant_email_key(account) if email_in_use else email_key(account.email),
        "password_hash": password_hash,
        "created_at": to_microseconds(account.created_at),
    }
    number: int | None = dialects.insert_new(connection, _a, row)
    if number is None:
        raise ConflictError(
            f"this {'user' if _has_user(connection, account) else 'email address'} already has an account"
        )
    return number


def _tenant_email_key(account: Account) -> str:
    """Return a key for an email address within one tenant. No email address has it as its key, as it contains no @."""
    return hashlib.sha256(f"{account.tenant_id}\n{email_key(account.email)}".encode()).hexdigest()


def _has_user(connection: Connection, account: Account) -> bool:
    return connection.execute(select(_a.c.number).where(_a.c.user_id == account.user_id)).first() is not None


def set_columns(connection: Connection, number: int, **values: Any) -> None:
    """Set columns of an account."""
    connection.execute(update(_a).where(_a.c.number == number).values(**values))


def set_email(connection: Connection, number: int, email: str) -> None:
    """Set the email address of an account, which its reader has verified.

    Raises:
        ConflictError: another account has it.
    """
    try:
        with connection.begin_nested():
            set_columns(connection, number, email=email, email_key=email_key(email), verified=True)
    except IntegrityError:
        raise ConflictError("another account has this email address") from None


def record_login(connection: Connection, number: int, *, password_hash: str | None, now: dt.datetime) -> bool:
    """Record a login. Return `False` if the account was deactivated or its password changed since it was read."""
    is_same = _a.c.password_hash.is_not_distinct_from(password_hash)
    statement = update(_a).where(_a.c.number == number, _a.c.active, is_same)
    return connection.execute(statement.values(last_login_at=to_microseconds(now))).rowcount == 1


def lock_admins(connection: Connection, tenant_id: str) -> set[int]:
    """Return the numbers of a tenant's admins who can sign in, locked against changes until the transaction ends."""
    # Locked in order: of two who remove each other one waits, and then finds itself the last.
    statement = select(_a.c.number).where(_IN_TENANT, _a.c.access == "admin", _CAN_SIGN_IN).order_by(_a.c.number)
    return set(connection.execute(statement.with_for_update(of=_a), {"tenant": tenant_id}).scalars())


def is_only_account(connection: Connection, record: AccountRecord) -> bool:
    """Return whether its tenant has no other account."""
    rest = select(_a.c.number).where(_IN_TENANT, _a.c.number != record.number).limit(1)
    return connection.execute(rest, {"tenant": record.account.tenant_id}).first() is None


def delete_rows(connection: Connection, number: int, from_tables: Sequence[Any]) -> None:
    """Delete the rows of an account from these tables."""
    for table in from_tables:
        connection.execute(delete(table).where(table.c.account_number == number))


def leave_teams(connection: Connection, user_id: str) -> None:
    """Remove a user from all teams."""
    people = tables.team_people
    connection.execute(delete(people).where(people.c.user_id == user_id))


def delete_account(connection: Connection, record: AccountRecord) -> None:
    """Delete an account with its sessions, keys, identities, tokens and team memberships."""
    account_tables = (tables.sessions, tables.api_keys, tables.identities, tables.one_time_tokens, tables.email_changes)
    delete_rows(connection, record.number, account_tables)
    leave_teams(connection, record.account.user_id)
    connection.execute(delete(_a).where(_a.c.number == record.number))
