"""`meetkit usage`: the calls to models, their tokens and time."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console

from meetkit.cli import database, output, terminal
from meetkit.meetings import service
from meetkit.models.usage import UsageTotal


@click.command(cls=database.StoreCommand)
@click.option("--from", "date_from", metavar="DATE", help="Only calls on or after it, in UTC.")
@click.option("--to", "date_to", metavar="DATE", help="Only calls before it; a bare date is included.")
@output.as_json_option
def usage(date_from: str | None, date_to: str | None, as_json: bool) -> None:
    """Sum the calls to models, their tokens and time, by model, purpose and outcome."""
    totals = service.get_usage(date_from=date_from, date_to=date_to)
    if as_json:
        output.print_json(totals)
    elif totals:
        _print_table(terminal.console(), totals)
    else:
        terminal.console().print("No model calls are recorded.")


def _print_table(out: Console, totals: Sequence[UsageTotal]) -> None:
    table = terminal.table("Model", "For", "Outcome", "Calls", "Tokens in", "Tokens out", "Seconds")
    for total in totals:
        names = (output.sanitize(name) for name in (total.model, total.purpose, total.outcome))
        table.add_row(*names, *_costs([total]))
    if len(totals) > 1:
        table.add_row("Total", "", "", *_costs(totals))
    out.print(table)


def _costs(totals: Sequence[UsageTotal]) -> tuple[str, ...]:
    counts = (sum(getattr(total, name) for total in totals) for name in ("calls", "input_tokens", "output_tokens"))
    return (*(f"{count:,}" for count in counts), f"{sum(total.seconds for total in totals):,.1f}")
