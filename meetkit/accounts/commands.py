"""`meetkit admin` and `meetkit audit`: the first admin of a service, and its audit log."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console

from meetkit import settings
from meetkit.cli import database, output, terminal
from meetkit.cli.command import Command, Group
from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.models.meetings import MeetingFilters

if TYPE_CHECKING:  # They need the extra `web`.
    from meetkit.accounts.events import AuditEvent
    from meetkit.accounts.service import Accounts
    from meetkit.mail import MessageFactory

# Passwords have at most 200 characters; a larger file on standard input is a mistake.
_MAX_LINE = 1000


@click.group(cls=Group)
def admin() -> None:
    """Manage the admins of the service."""


@admin.command()
@click.option("--email", help="The email address that the admin signs in with; prompted for by default.")
@click.option("--name", help="The admin's name; prompted for by default.")
@click.option("--tenant", default="default", show_default=True, help="The admin's tenant; created if it is new.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@output.as_json_option
def create(email: str | None, name: str | None, tenant: str, password_stdin: bool, as_json: bool) -> None:
    """Create an admin account, which may do everything in its tenant, such as invite others."""
    url = database.required_url()
    from meetkit.accounts.models import AdminRequest  # noqa: PLC0415  # only here is the extra needed

    fields = {
        "email": _prompt("Email address", "--email") if email is None else email,
        "name": _prompt("Name", "--name") if name is None else name,
        "password": _first_line() if password_stdin else _prompt("Password", "--password-stdin", is_secret=True),
        "tenant_id": tenant,
    }
    request = parse(AdminRequest, fields)
    with _accounts(url) as accounts:
        account = accounts.registration.create_admin(request)
    if as_json:
        output.print_json(account)
    else:
        email, tenant_id = output.sanitize(account.email), output.sanitize(account.tenant_id)
        click.echo(f"{email} is an admin of {tenant_id}: account {account.id}.")


@click.command(cls=Command)
@click.option("--account", help="Only events of this account, by its id.")
@click.option("--from", "date_from", metavar="TIME", help="Only events at or after this time, in UTC.")
@click.option(
    "--to", "date_to", metavar="TIME", help="Only events before this time; a date without a time is included."
)
@click.option("--event", help="Only events of this name, such as login or transcript_read.")
@click.option("--limit", type=int, default=100, show_default=True, help="Maximum number of events to list, the newest.")
@output.as_json_option
def audit(
    account: str | None, date_from: str | None, date_to: str | None, event: str | None, limit: int, as_json: bool
) -> None:
    """List audit events: logins, reads of transcripts, changes of accounts.

    Nobody can change or delete them.
    """
    url = database.required_url()
    from meetkit.accounts.events import AuditFilters  # noqa: PLC0415  # as above
    from meetkit.accounts.repository import audit as audit_rows  # noqa: PLC0415
    from meetkit.storage.sql import maintenance  # noqa: PLC0415

    start, end = parse(MeetingFilters, {"date_from": date_from, "date_to": date_to}).bounds("UTC")
    fields = {"account_id": account, "start": start, "end": end, "event": event, "limit": limit}
    filters = parse(AuditFilters, fields)
    with maintenance.open_store(url) as store:
        events = store.database.read(audit_rows.find, filters)
    if as_json:
        output.print_json(events)
    elif events:
        _print_table(terminal.console(), events)
    else:
        terminal.console().print("No such events are on record.")


@contextmanager
def _accounts(url: str) -> Iterator[Accounts]:
    from meetkit.accounts.policy import AccountPolicy  # noqa: PLC0415  # as above
    from meetkit.accounts.service import Accounts  # noqa: PLC0415
    from meetkit.storage.sql import maintenance  # noqa: PLC0415

    with maintenance.open_store(url) as store:
        policy = AccountPolicy.of(settings.load())
        yield Accounts.of(policy, database=store.database, store=store, post=_NoMail())


class _NoMail:
    """A mail queue for an operation that sends no email."""

    def put(self, message: MessageFactory) -> None:
        raise AssertionError(f"unexpected mail: {message}")


def _first_line() -> str:
    # Python sets it to None if the process starts with standard input closed.
    if sys.stdin is None:
        raise InvalidRequestError("--password-stdin: standard input is closed")
    try:
        return sys.stdin.readline(_MAX_LINE).rstrip("\r\n")
    except UnicodeDecodeError:
        raise InvalidRequestError(f"--password-stdin: standard input is not valid {sys.stdin.encoding}") from None


def _prompt(label: str, option: str, *, is_secret: bool = False) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise InvalidRequestError(f"{option} is required without a terminal to prompt for the {label.lower()}")
    return str(click.prompt(label, hide_input=is_secret, confirmation_prompt=is_secret))


def _print_table(out: Console, events: Sequence[AuditEvent]) -> None:
    table = terminal.table("Time", "Event", "Outcome", "Account", "Subject", "Address")
    for event in events:
        ids = (output.sanitize(name or "") for name in (event.account_id, event.subject, event.address))
        table.add_row(f"{event.at:%Y-%m-%d %H:%M:%S}", event.event, event.outcome, *ids)
    out.print(table)
    out.print("Times in UTC.")
