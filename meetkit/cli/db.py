"""`meetkit db`: create, upgrade, check, encrypt and seed a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import click

from meetkit import data, settings
from meetkit.cli import database, encryption, output, terminal, transfer
from meetkit.cli.command import Group
from meetkit.errors import ConflictError, InvalidRequestError, RecordError, SchemaError
from meetkit.meetings import synthetic
from meetkit.models.records import Record, count_kinds
from meetkit.models.zones import parse_date


@click.group(cls=Group)
def db() -> None:
    """Manage the database: create, upgrade, check, encrypt and seed it."""


db.add_command(encryption.new_key)
db.add_command(encryption.encrypt)


@db.command()
@output.as_json_option
def upgrade(as_json: bool) -> None:
    """Create the tables, or upgrade them to this version."""
    url = database.required_url()
    from meetkit.storage.sql import maintenance  # noqa: PLC0415  # only with a database is the extra needed

    with maintenance.open_connection(url, to_write=True) as connection:
        upgrades = maintenance.upgrade(connection)
    before, after = upgrades.pop("meetkit")
    if as_json:
        by_name = {name: upgrade._asdict() for name, upgrade in upgrades.items()}
        output.print_json({"before": before, "after": after, **({"capabilities": by_name} if by_name else {})})
        return
    click.echo(_upgrade_message(before, after))
    for name, upgrade in upgrades.items():
        click.echo(f"{name}: {_upgrade_message(*upgrade)}")


def _upgrade_message(before: str | None, after: str) -> str:
    if before == after:
        return f"Already at revision {after}."
    return f"Upgraded from {f'revision {before}' if before else 'no tables'} to revision {after}."


@db.command()
@output.as_json_option
def current(as_json: bool) -> None:
    """Print the revision of the tables."""
    url = database.required_url()
    from meetkit.storage.sql import maintenance, schema  # noqa: PLC0415  # as above

    with maintenance.open_connection(url) as connection:
        revision = schema.current(connection)
    if as_json:
        output.print_json({"revision": revision, "needed": schema.REVISION})
    else:
        click.echo(f"revision {revision}" if revision else "no meetkit tables yet")


@db.command()
@output.as_json_option
def check(as_json: bool) -> None:
    """Check the tables and their contents against this version; exit code 2 if there is a problem."""
    url = database.required_url()
    from meetkit.storage.sql import SqlOptions, maintenance  # noqa: PLC0415  # as above

    options = SqlOptions.of(settings.load())
    with maintenance.open_connection(url, options=options) as connection:
        problems = maintenance.problems(connection)
    if as_json:
        output.print_json({"problems": problems})
    # Also with --json, for the exit code.
    if problems:
        more = f" (and {len(problems) - 1} more, listed by --json)" if len(problems) > 1 else ""
        raise SchemaError(f"{problems[0]}{more}")
    if not as_json:
        click.echo("No problems found.")


@db.command()
@click.option("--users", type=click.IntRange(min=1), default=20, show_default=True, help="How many users.")
@click.option("--meetings", type=click.IntRange(min=0), default=2000, show_default=True, help="How many meetings.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same number generates the same data.")
@click.option(
    "--start", default=data.TODAY.isoformat(), show_default=True, metavar="DATE", help="The day that counts as today."
)
@output.as_json_option
def seed(users: int, meetings: int, seed: int, start: str, as_json: bool) -> None:
    """Fill a database with synthetic people and meetings, for trials."""
    try:
        day = parse_date(start)
    except ValueError as error:
        raise InvalidRequestError(f"--start: {error}") from error
    tally: Counter[str] = Counter()
    records = synthetic.records(users, meetings, seed, day)
    with database.opened_store() as store, terminal.progress("Seeding", users + meetings) as advance:
        # Ids of synthetic records are the same for every seed, so that a second run collides at the first record.
        try:
            store.import_records(_with_progress(count_kinds(records, tally), advance))
        except RecordError as error:
            raise ConflictError(f"this database is already seeded: {error.reason}; seed an empty one") from error
    transfer.print_tally("Seeded", tally, as_json=as_json)


def _with_progress(records: Iterable[Record], advance: Callable[[int], None]) -> Iterator[Record]:
    for record in records:
        advance(1)
        yield record
