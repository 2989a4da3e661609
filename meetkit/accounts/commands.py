"""`meetkit admin` and `meetkit audit`: the first admin of a server, and what happened on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console

from meetkit import settings
from meetkit.cli import database, output, terminal
from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.models.meetings import MeetingFilters

if TYPE_CHECKING:  # With these comes the extra.
    from meetkit.accounts.events import AuditEvent
    from meetkit.accounts.service import Accounts
    from meetkit.mail import MessageFactory

_LONGEST_LINE = 1000


@click.group()
def admin() -> None:
    """Look after who administers the server on the database that --database or MEETKIT_DATABASE_URL names."""


@admin.command()
@click.option("--email", help="What the admin signs in by; asked for where it is left out.")
@click.option("--name", help="Who that is; likewise.")
@click.option("--tenant", default="default", show_default=True, help="Whose admin; made where there is none.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, its first line.")
@output.as_json_option
def create(email: str | None, name: str | None, tenant: str, password_stdin: bool, as_json: bool) -> None:
    """Make an account that may do everything in its tenant, such as inviting others."""
    url = database.required_url()
    from meetkit.accounts.models import AdminRequest  # noqa: PLC0415  # only here is the extra needed

    given = {
        "email": _asked("E-mail", "--email") if email is None else email,
        "name": _asked("Name", "--name") if name is None else name,
        "password": _first_line() if password_stdin else _asked("Password", "--password-stdin", is_secret=True),
        "tenant_id": tenant,
    }
    request = parse(AdminRequest, given)
    with _accounts(url) as accounts:
        made = accounts.registration.create_admin(request)
    if as_json:
        output.print_json(made)
    else:
        click.echo(
            f"{output.sanitize(made.email)} is an admin of {output.sanitize(made.tenant_id)}: account {made.id}."
        )


@click.command()
@click.option("--account", help="Only what this account did, or what was tried on it; its id.")
@click.option("--from", "date_from", metavar="TIME", help="Only what happened at or after it, in UTC.")
@click.option("--to", "date_to", metavar="TIME", help="Only what happened before it; a bare date is included.")
@click.option("--event", help="Only this, such as login or transcript_read.")
@click.option("--limit", type=int, default=100, show_default=True, help="The most to list, the newest.")
@output.as_json_option
def audit(
    account: str | None, date_from: str | None, date_to: str | None, event: str | None, limit: int, as_json: bool
) -> None:
    """List who signed in, read transcripts, changed accounts: what nobody can change or remove."""
    url = database.required_url()
    from meetkit.accounts.events import AuditFilters  # noqa: PLC0415  # as above
    from meetkit.accounts.repository import audit as events  # noqa: PLC0415
    from meetkit.storage.sql import maintenance  # noqa: PLC0415

    start, end = parse(MeetingFilters, {"date_from": date_from, "date_to": date_to}).bounds("UTC")
    given = {"account_id": account, "start": start, "end": end, "event": event, "limit": limit}
    filters = parse(AuditFilters, given)
    with maintenance.open_store(url) as store:
        found = store.database.read(events.find, filters)
    if as_json:
        output.print_json(found)
    elif found:
        _show(terminal.console(), found)
    else:
        terminal.console().print("Nothing of that kind is on record.")


@contextmanager
def _accounts(url: str) -> Iterator[Accounts]:
    from meetkit.accounts.policy import AccountPolicy  # noqa: PLC0415  # as above
    from meetkit.accounts.service import Accounts  # noqa: PLC0415
    from meetkit.storage.sql import maintenance  # noqa: PLC0415

    with maintenance.open_store(url) as store:
        policy = AccountPolicy.of(settings.load())
        yield Accounts.of(policy, database=store.database, store=store, post=_NoMail())


class _NoMail:
    """Nobody is mailed: who runs the server is asked nothing."""

    def put(self, letter: MessageFactory) -> None:
        raise AssertionError(f"a mail about {letter}")


def _first_line() -> str:
    # Where standard input is closed, there is none.
    if sys.stdin is None:
        raise InvalidRequestError("--password-stdin: standard input is closed")
    try:
        return sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
    except UnicodeDecodeError:
        raise InvalidRequestError(f"--password-stdin: standard input is no {sys.stdin.encoding}") from None


def _asked(what: str, option: str, *, is_secret: bool = False) -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise InvalidRequestError(f"there is no terminal to ask for the {what.lower()}; give it by {option}")
    return str(click.prompt(what, hide_input=is_secret, confirmation_prompt=is_secret))


def _show(out: Console, found: Sequence[AuditEvent]) -> None:
    table = terminal.table("When", "What", "Outcome", "Account", "Of", "From")
    for one in found:
        ids = (output.sanitize(name or "") for name in (one.account_id, one.subject, one.address))
        table.add_row(f"{one.at:%Y-%m-%d %H:%M:%S}", one.event, one.outcome, *ids)
    out.print(table)
    out.print("Times in UTC.")
