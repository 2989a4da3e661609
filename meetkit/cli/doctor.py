"""`meetkit doctor`: a check of the configuration."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from meetkit import settings
from meetkit.cli import database, output, terminal
from meetkit.cli.command import Command
from meetkit.settings import Settings
from meetkit.settings.databases import DATABASE_URL

if TYPE_CHECKING:
    from meetkit.cli.checks import Check


@click.command(cls=Command)
@click.option("--ask-model", is_flag=True, help="Also send the model a short prompt, which may cost a little.")
@output.as_json_option
def doctor(ask_model: bool, as_json: bool) -> None:
    """Check the configuration and report what to do next; exit code 1 if a required part is broken."""
    from meetkit.cli import checks  # noqa: PLC0415  # needs the extra `sql`

    # The option --database wins over the environment.
    config = settings.load().model_copy(update={"database_url": database.url()})
    with terminal.status(terminal.console(stderr=True), "Checking …"):
        results = list(checks.run(config, DATABASE_URL, ask_model=ask_model))
    if as_json:
        output.print_json([asdict(check) for check in results])
    else:
        _print_table(results, config)
    if any(check.state == "broken" for check in results):
        raise SystemExit(1)


def _print_table(results: list[Check], config: Settings) -> None:
    out = terminal.console()
    out.print(f"meetkit, configured for {config.environment}.")
    table = terminal.table("Part", "State", "Details", "What to do")
    for check in results:
        table.add_row(*(output.sanitize(text) for text in (check.part, check.state, check.found, check.do or "")))
    out.print(table)
