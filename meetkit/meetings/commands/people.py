"""`meetkit users` and `meetkit contacts`: list, show and add people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from meetkit.cli import database, output, terminal
from meetkit.meetings import service
from meetkit.meetings.commands import views
from meetkit.models.people import Contact, User

_ADD_OPTIONS = (
    click.option("--name", required=True, help="The name."),
    click.option("--email", required=True, help="The email address."),
    click.option("--timezone", metavar="ZONE", help="An IANA name, such as Europe/Berlin."),
    click.option("--id", help="The id; by default a new one."),
    output.as_json_option,
)
_LIST_OPTIONS = (
    click.option("--text", help="Only people with this text in name, email address or company."),
    click.option("--limit", type=int, help="Maximum number to list."),
    click.option("--after", metavar="ID", help="The next page, after this person."),
    output.as_json_option,
)


@dataclass(frozen=True)
class _Kind:
    """The differences between the commands of users and of contacts: names, functions and options."""

    plural: str
    singular: str
    find: Callable[[Any], Sequence[User | Contact]]
    get: Callable[[str], User | Contact]
    create: Callable[[Any], User | Contact]
    options: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...]


def _group(kind: _Kind) -> click.Group:
    group = database.StoreGroup(kind.plural, help=f"List {kind.plural}, and show and add them.")

    def list_people(as_json: bool, **filters: Any) -> None:
        people = kind.find(_without_unset(filters))
        if as_json:
            output.print_json(people)
        else:
            views.print_people(terminal.console(), kind.plural, people)

    def show(person_id: str, as_json: bool) -> None:
        _print(kind.get(person_id), as_json=as_json)

    def add(as_json: bool, **fields: Any) -> None:
        database.required_url()
        _print(kind.create(_without_unset(fields)), as_json=as_json)

    list_help = f"List {kind.plural} by name; this is what `meetkit {kind.plural}` alone does."
    group.command("list", help=list_help)(_with(_LIST_OPTIONS, list_people))
    person_id = click.argument("person_id", metavar=f"{kind.singular.upper()}_ID")
    group.command("show", help=f"Show a {kind.singular}.")(_with((person_id, output.as_json_option), show))
    group.command("add", help=f"Add a {kind.singular}.")(_with((*kind.options, *_ADD_OPTIONS), add))
    return group


def _with(options: Sequence[Callable[..., Any]], command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(options):
        command = option(command)
    return command


def _without_unset(values: dict[str, Any]) -> dict[str, Any]:
    """Return the options that have a value."""
    return {name: value for name, value in values.items() if value is not None}


def _print(person: User | Contact, *, as_json: bool) -> None:
    if as_json:
        output.print_json(person)
    else:
        views.print_person(terminal.console(), person)


users = _group(
    _Kind(
        "users",
        "user",
        service.get_users,
        service.get_user,
        service.create_user,
        (click.option("--role", default="Team member", show_default=True, help="The job title."),),
    )
)
contacts = _group(
    _Kind(
        "contacts",
        "contact",
        service.get_contacts,
        service.get_contact,
        service.create_contact,
        (
            click.option("--role", required=True, help="The job title."),
            click.option("--company", required=True, help="The company."),
        ),
    )
)
