"""`meetkit polls`: propose times, enter answers, book the winner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from meetkit.cli import database, output, terminal
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.models.base import parse

if TYPE_CHECKING:  # They need the extra `sql`.
    from meetkit.polls.models import Poll
    from meetkit.storage.sql import Database

_poll_id = click.argument("poll_id")


@click.group(cls=database.StoreGroup)
def polls() -> None:
    """List polls, and add, answer, close and book them, on the database of --database or MEETKIT_DATABASE_URL."""


@polls.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Maximum number to list.")
@click.option("--after", metavar="POLL_ID", help="The next page, after this poll.")
@output.as_json_option
def list_(as_json: bool, **query: Any) -> None:
    """List polls, the newest first; this is what `meetkit polls` alone does."""
    db = _database()
    from meetkit.polls import service  # noqa: PLC0415  # only with a database is the extra needed

    page = service.list_polls(db, **query)
    if as_json:
        output.print_json(page)
        return
    table = terminal.table("Title", "Options", "Asked", "Status", "Id")
    for poll in page:
        sizes = (str(len(poll.options)), str(len(poll.participants)))
        table.add_row(output.sanitize(poll.title), *sizes, poll.status, output.sanitize(poll.id))
    terminal.console().print(table if page else "There are no polls.")


@polls.command()
@_poll_id
@output.as_json_option
def show(poll_id: str, as_json: bool) -> None:
    """Show a poll with the ranking of its options and the answers."""
    db = _database()
    from meetkit.polls import service  # noqa: PLC0415  # as above

    _print(service.get_poll(db, poll_id), as_json=as_json)


@polls.command()
@click.option("--owner", "user_id", required=True, metavar="ID", help="The user who proposes and will own the meeting.")
@click.option("--title", required=True, help="The title of the poll and of its meeting.")
@click.option("--start", "starts", multiple=True, required=True, metavar="TIME", help="A time to propose; repeatable.")
@click.option(
    "--duration", "duration_minutes", type=int, default=60, show_default=True, metavar="MINUTES", help="Its length."
)
@click.option("--timezone", metavar="ZONE", help="An IANA name; default: the owner's.")
@click.option("--user", "user_ids", multiple=True, metavar="ID", help="A user to ask; repeatable.")
@click.option("--contact", "contact_ids", multiple=True, metavar="ID", help="A contact to ask; repeatable.")
@click.option(
    "--closes", "closes_at", metavar="TIME", help="The end of answers; default: until it is closed or booked."
)
@output.as_json_option
def add(as_json: bool, **fields: Any) -> None:
    """Propose times to users and contacts."""
    db = _database()
    from meetkit.polls import service  # noqa: PLC0415  # as above
    from meetkit.polls.models import NewPoll  # noqa: PLC0415

    _print(service.create_poll(db, parse(NewPoll, fields)), as_json=as_json)


@polls.command()
@_poll_id
@click.option("--user", "user_id", metavar="ID", help="The user who answers.")
@click.option("--contact", "contact_id", metavar="ID", help="The contact who answers, instead of a user.")
@click.option(
    "--answer", "answers", multiple=True, metavar="NUMBER=ANSWER", help="1=yes, 2=if_need_be, 3=no; repeatable."
)
@output.as_json_option
def answer(poll_id: str, user_id: str | None, contact_id: str | None, answers: Sequence[str], as_json: bool) -> None:
    """Store the answers of a user or a contact, in place of earlier ones."""
    db = _database()
    from meetkit.polls import service  # noqa: PLC0415  # as above

    by_number = dict(map(_answer, answers))
    poll = service.answer_poll(db, poll_id, by_number, user_id=user_id, contact_id=contact_id)
    _print(poll, as_json=as_json)


@polls.command()
@_poll_id
@output.as_json_option
def close(poll_id: str, as_json: bool) -> None:
    """End the answers to a poll."""
    db = _database()
    from meetkit.polls import service  # noqa: PLC0415  # as above

    _print(service.close_poll(db, poll_id), as_json=as_json)


@polls.command()
@_poll_id
@click.option("--option", type=int, metavar="NUMBER", help="The option; default: the best one that is to come.")
@output.as_json_option
def book(poll_id: str, option: int | None, as_json: bool) -> None:
    """Book a meeting at the best option, or at another."""
    db = _database()
    from meetkit.polls import service  # noqa: PLC0415  # as above

    _print(service.book_poll(db, poll_id, option=option), as_json=as_json)


@polls.command()
@_poll_id
@click.option("--contact", "contact_id", required=True, metavar="ID", help="The contact who gets the link.")
@output.as_json_option
def link(poll_id: str, contact_id: str, as_json: bool) -> None:
    """Make the token of a link by which a contact answers; it is shown this once."""
    db = _database()
    from meetkit.polls import service  # noqa: PLC0415  # as above

    new_link = service.create_link(db, poll_id, contact_id)
    if as_json:
        output.print_json(new_link)
    else:
        click.echo(f"{new_link.token}\nIt is valid until {new_link.expires_at.isoformat()}.")


@polls.command()
@_poll_id
def delete(poll_id: str) -> None:
    """Delete a poll with its answers and links; a meeting that it booked stays."""
    db = _database()
    from meetkit.polls import service  # noqa: PLC0415  # as above

    service.delete_poll(db, poll_id)
    click.echo(f"Deleted {output.sanitize(poll_id)}.")


def _database() -> Database:
    """Return the database of the store in use; polls are not part of the sample."""
    database.required_url()
    from meetkit.runtime.collaborators import current_store  # noqa: PLC0415  # as above
    from meetkit.storage.sql import SqlStore  # noqa: PLC0415

    store = current_store()
    assert isinstance(store, SqlStore), "a command uses the store of a database"
    return store.database


def _answer(text: str) -> tuple[int, str]:
    number, _, choice = text.partition("=")
    if not (number.isascii() and number.isdigit() and choice):
        raise InvalidRequestError(f"--answer: use NUMBER=ANSWER such as 1=yes, not {brief_repr(text)}")
    return int(number[:9]), choice


def _print(poll: Poll, *, as_json: bool) -> None:
    if as_json:
        output.print_json(poll)
        return
    zone = ZoneInfo(poll.timezone)
    console = terminal.console()
    console.print(f"{output.sanitize(poll.title)} ({poll.status}), {output.sanitize(poll.id)}")
    table = terminal.table("Option", "Start", "Yes", "If need be", "No")
    for tally in poll.ranking:
        counts = (str(tally.yes), str(tally.if_need_be), str(tally.no))
        table.add_row(str(tally.number), f"{tally.start.astimezone(zone):%a %d %b %Y %H:%M}", *counts)
    console.print(table)
    waiting = sum(person.answered_at is None for person in poll.participants)
    console.print(f"{len(poll.participants) - waiting} of {len(poll.participants)} answered. Times of {poll.timezone}.")
    if poll.meeting_id is not None:
        console.print(f"Option {poll.option} is booked: {output.sanitize(poll.meeting_id)}")
