"""`meetkit doctor`: what is configured, what works, and what to do next."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from meetkit import settings
from meetkit.cli import database, show
from meetkit.settings import Settings
from meetkit.settings.databases import DATABASE_URL

if TYPE_CHECKING:
    from meetkit.cli.checks import Check


@click.command()
@click.option("--ask-model", is_flag=True, help="Also ask the model a word, which may cost a little.")
@show.as_json_option
def doctor(ask_model: bool, as_json: bool) -> None:
    """Say what is configured, what works and what to do next; exit code 1 where something needed is broken."""
    from meetkit.cli import checks  # noqa: PLC0415  # needs the extra `sql`

    given = settings.load()
    given = given.model_copy(update={"database_url": database.named()})
    with show.working(show.console(stderr=True), "Looking …"):
        found = list(checks.run(given, DATABASE_URL, ask_model=ask_model))
    if as_json:
        click.echo(show.json_text([asdict(check) for check in found]))
    else:
        _show(found, given)
    if any(check.state == "broken" for check in found):
        raise SystemExit(1)


def _show(found: list[Check], given: Settings) -> None:
    out = show.console()
    out.print(f"meetkit, set up for {given.environment}.")
    table = show.table_of("Part", "State", "Found", "What to do")
    for check in found:
        table.add_row(*(show.plain(text) for text in (check.part, check.state, check.found, check.do or "")))
    out.print(table)
