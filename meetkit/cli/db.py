"""`meetkit db`: bringing a database up, asking how it is, and filling it to try things on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import click

from meetkit import data, settings
from meetkit.cli import database, encryption, show
from meetkit.errors import ConflictError, InvalidRequestError, RecordError, SchemaError
from meetkit.meetings import synthetic
from meetkit.models.records import Record, count_kinds
from meetkit.models.zones import parse_date


@click.group()
def db() -> None:
    """Look after the database that --database or MEETKIT_DATABASE_URL names."""


db.add_command(encryption.new_key)
db.add_command(encryption.encrypt)


@db.command()
@show.as_json_option
def upgrade(as_json: bool) -> None:
    """Create the tables, or bring older ones up to this version."""
    url = database.required()
    from meetkit.storage.sql import maintenance  # noqa: PLC0415  # only with a database is the extra needed

    with maintenance.open_connection(url, to_write=True) as connection:
        before, after = maintenance.upgrade(connection)
    if as_json:
        click.echo(show.json_text({"before": before, "after": after}))
    elif before == after:
        click.echo(f"At revision {after}, as before.")
    else:
        click.echo(f"Upgraded from {f'revision {before}' if before else 'no tables'} to revision {after}.")


@db.command()
@show.as_json_option
def current(as_json: bool) -> None:
    """Say which revision the tables are at."""
    url = database.required()
    from meetkit.storage.sql import maintenance, schema  # noqa: PLC0415  # as above

    with maintenance.open_connection(url) as connection:
        revision = schema.current(connection)
    if as_json:
        click.echo(show.json_text({"revision": revision, "needed": schema.REVISION}))
    else:
        click.echo(f"revision {revision}" if revision else "no tables of meetkit yet")


@db.command()
@show.as_json_option
def check(as_json: bool) -> None:
    """Say whether tables and contents are as this version needs them; exit code 2 where they are not."""
    url = database.required()
    from meetkit.storage.sql import SqlOptions, maintenance  # noqa: PLC0415  # as above

    options = SqlOptions.of(settings.load())
    import meetkit.accounts.tables  # noqa: F401, PLC0415  # what is known is what is compared

    with maintenance.open_connection(url, options=options) as connection:
        found = maintenance.problems(connection)
    if as_json:
        click.echo(show.json_text({"problems": found}))
    if found:
        more = f" (and {len(found) - 1} more, which --json lists)" if len(found) > 1 else ""
        raise SchemaError(f"{found[0]}{more}")
    if not as_json:
        click.echo("All is well.")


@db.command()
@click.option("--users", type=click.IntRange(min=1), default=20, show_default=True, help="How many users.")
@click.option("--meetings", type=click.IntRange(min=0), default=2000, show_default=True, help="How many meetings.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same number makes the same meetings.")
@click.option("--start", default=data.TODAY.isoformat(), show_default=True, metavar="DATE", help="Their today.")
@show.as_json_option
def seed(users: int, meetings: int, seed: int, start: str, as_json: bool) -> None:
    """Fill a database with made-up people and meetings, to try things on."""
    try:
        day = parse_date(start)
    except ValueError as error:
        raise InvalidRequestError(f"--start: {error}") from error
    tally: Counter[str] = Counter()
    made = synthetic.records(users, meetings, seed, day)
    with database.opened_store() as store, show.progress("Seeding", users + meetings) as advance:
        try:
            store.import_records(_shown(count_kinds(made, tally), advance))
        except RecordError as error:
            raise ConflictError(f"this database was seeded before: {error.reason}; seed another") from error
    show.records("Seeded", tally, as_json=as_json)


def _shown(made: Iterable[Record], advance: Callable[[int], None]) -> Iterator[Record]:
    for record in made:
        advance(1)
        yield record
