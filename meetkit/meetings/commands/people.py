"""`meetkit users` and `meetkit contacts`: list, show, add and change people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from meetkit.cli import database, output, terminal
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.meetings import service
from meetkit.meetings.commands import rules, views
from meetkit.models.people import Contact, User
from meetkit.models.rules import NO_RULES, BookingRules

_new_id = click.option("--id", help="The id; by default a new one.")
_zone_change = click.option(
    "--zone-change",
    "zone_changes",
    multiple=True,
    metavar="DATE=ZONE",
    help="Another zone from a date on, such as 2026-03-01=Europe/Paris; repeatable.",
)
_no_zone_changes = click.option("--no-zone-changes", is_flag=True, help="Remove the former changes of the zone.")
_no_rules = click.option("--no-rules", is_flag=True, help="Remove the former booking rules.")
_LIST_OPTIONS = (
    click.option("--text", help="Only people with this text in name, email address or company."),
    click.option("--limit", type=int, help="Maximum number to list."),
    click.option("--after", metavar="ID", help="The next page, after this person."),
    output.as_json_option,
)


_Option = Callable[[Callable[..., None]], Callable[..., None]]


@dataclass(frozen=True)
class _Kind:
    """The differences between the commands of users and of contacts: names, functions and options."""

    plural: str
    singular: str
    find: Callable[[Any], Sequence[User | Contact]]
    get: Callable[[str], User | Contact]
    create: Callable[[Any], User | Contact]
    update: Callable[..., User | Contact]
    add_options: tuple[_Option, ...]
    update_options: tuple[_Option, ...]


def _group(kind: _Kind) -> click.Group:
    group = database.StoreGroup(kind.plural, help=f"List {kind.plural}, and show, add and change them.")

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
        _print(kind.create(_fields(fields)), as_json=as_json)

    def update(person_id: str, as_json: bool, **fields: Any) -> None:
        database.required_url()
        person = kind.get(person_id)
        updates = _fields(fields, person)
        if not updates:
            raise InvalidRequestError("name what to change, such as --name; --help lists all options")
        # The updates complete rules and zones as they were read.
        _print(kind.update(person_id, updates, expected_record=person), as_json=as_json)

    list_help = f"List {kind.plural} by name; this is what `meetkit {kind.plural}` alone does."
    group.command("list", help=list_help)(_with(_LIST_OPTIONS, list_people))
    person_id = click.argument("person_id", metavar=f"{kind.singular.upper()}_ID")
    group.command("show", help=f"Show a {kind.singular}.")(_with((person_id, output.as_json_option), show))
    group.command("add", help=f"Add a {kind.singular}.")(
        _with((*kind.add_options, _new_id, output.as_json_option), add)
    )
    group.command("update", help=f"Change a {kind.singular}; what no option names stays.")(
        _with((person_id, *kind.update_options, output.as_json_option), update)
    )
    return group


def _with(options: Sequence[Callable[..., Any]], command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(options):
        command = option(command)
    return command


def _without_unset(values: dict[str, Any]) -> dict[str, Any]:
    """Return the options that have a value."""
    return {name: value for name, value in values.items() if value is not None}


def _fields(options: dict[str, Any], person: User | Contact | None = None) -> dict[str, Any]:
    """Turn the options of a command into fields; those of rules and zones complete the person's."""
    former = person if isinstance(person, User) else None
    has_rules = any(options.get(name) is not None for name in BookingRules.model_fields)
    no_rules, no_zone_changes = (options.pop(name, False) for name in ("no_rules", "no_zone_changes"))
    former_rules = former.booking_rules if former and not no_rules else None
    new_rules = rules.rules_of(options, former_rules or NO_RULES)
    # Unparsed, so that an error of the library's names the option.
    zones = [_zone_change_of(text) for text in options.pop("zone_changes", ())]
    fields = _without_unset(options)
    # Without any option of theirs the rules stay as they are, also where there are none.
    if has_rules or no_rules:
        fields["booking_rules"] = new_rules if has_rules else None
    if zones or no_zone_changes:
        remaining = former.zone_changes if former and not no_zone_changes else ()
        # A date has one zone, and the new one counts; two new ones of a date are left to be refused.
        dates = {zone["date"] for zone in zones}
        fields["zone_changes"] = [*(change for change in remaining if change.date.isoformat() not in dates), *zones]
    return fields


def _zone_change_of(text: str) -> dict[str, str]:
    date, _, zone = text.partition("=")
    if not (date and zone):
        raise InvalidRequestError(
            f"--zone-change: use DATE=ZONE such as 2026-03-01=Europe/Paris, not {brief_repr(text)}"
        )
    return {"date": date, "timezone": zone}


def _print(person: User | Contact, *, as_json: bool) -> None:
    if as_json:
        output.print_json(person)
    else:
        views.print_person(terminal.console(), person)


def _person_options(*, is_required: bool) -> tuple[_Option, ...]:
    return (
        click.option("--name", required=is_required, help="The name."),
        click.option("--email", required=is_required, help="The email address."),
        click.option("--timezone", metavar="ZONE", help="An IANA name, such as Europe/Berlin."),
    )


def _contact_options(*, is_required: bool) -> tuple[_Option, ...]:
    return (
        *_person_options(is_required=is_required),
        click.option("--role", required=is_required, help="The job title."),
        click.option("--company", required=is_required, help="The company."),
    )


users = _group(
    _Kind(
        "users",
        "user",
        service.get_users,
        service.get_user,
        service.create_user,
        service.update_user,
        add_options=(
            *_person_options(is_required=True),
            click.option("--role", default="Team member", show_default=True, help="The job title."),
            _zone_change,
            *rules.OPTIONS,
        ),
        update_options=(
            *_person_options(is_required=False),
            click.option("--role", help="The job title."),
            _zone_change,
            _no_zone_changes,
            *rules.OPTIONS,
            _no_rules,
        ),
    )
)
contacts = _group(
    _Kind(
        "contacts",
        "contact",
        service.get_contacts,
        service.get_contact,
        service.create_contact,
        service.update_contact,
        add_options=_contact_options(is_required=True),
        update_options=_contact_options(is_required=False),
    )
)
