"""The commands, and what they do with a mistake: one line on standard error, exit code 2."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

try:
    import click
    import rich  # noqa: F401  # what `show` and `demo` print with
except ImportError as error:
    raise ImportError("the command line needs the extra 'cli': pip install 'meetkit[cli]'") from error

import meetkit
from meetkit import meeting_service
from meetkit.accounts import commands as accounts
from meetkit.cli import database, db, doctor, purge, serve, show, transfer
from meetkit.cli.demo import run_demo
from meetkit.errors import InvalidRequestError, MeetkitError, SchemaError, StoreError
from meetkit.meetings.commands import analyze, slots, usage


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(meetkit.__version__, prog_name="meetkit")
@database.database_option
@click.pass_context
def cli(context: click.Context, /, **_: Any) -> None:
    """Meeting intelligence: meetings, common free time, and briefs people can trust.

    Without a database works on the sample meetings, whose today is 17 November 2025. Begin with `meetkit demo`.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


cli.command_class = database.StoreCommand
cli.add_command(accounts.admin)
cli.add_command(accounts.audit)
cli.add_command(analyze.analyze_)
cli.add_command(slots.slots)
cli.add_command(transfer.export)
cli.add_command(transfer.import_)
cli.add_command(db.db)
cli.add_command(usage.usage)
cli.add_command(purge.purge)
cli.add_command(serve.serve)
cli.add_command(doctor.doctor)


@cli.command(cls=click.Command)
def demo() -> None:
    """Show on sample data what meetkit does, in a few seconds."""
    run_demo(show.console())


@cli.command()
@click.option("--user", help="Whose meetings; of the sample, user_1 by default.")
@click.option("--contact", "contact_id", help="Only those with this contact.")
@click.option("--from", "date_from", metavar="DATE", help="Only those that begin on or after it.")
@click.option("--to", "date_to", metavar="DATE", help="Only those that begin before it; a bare date is included.")
@click.option("--status", help="Only those scheduled, completed or cancelled.")
@click.option("--kind", help="Only those internal or external.")
@click.option("--text", help="Only those with these words in title or summary.")
@click.option("--limit", type=int, help="The most to list.")
@click.option("--after", metavar="MEETING_ID", help="The next page after this meeting.")
@show.as_json_option
def meetings(user: str | None, as_json: bool, **filters: Any) -> None:
    """List a user's meetings."""
    if user is None and database.named() is not None:
        raise InvalidRequestError("--user: name the user of the database whose meetings to list")
    user = user or "user_1"
    given = {name: value for name, value in filters.items() if value is not None}
    found = meeting_service.get_all_meetings(user, given)
    if as_json:
        show.values(found, exclude={"transcript"})
    else:
        show.meetings(show.console(), meeting_service.get_user(user), found)


@cli.command()
@click.argument("meeting_id")
@show.as_json_option
def brief(meeting_id: str, as_json: bool) -> None:
    """Write the brief for a meeting, by the model of MEETKIT_MODEL or offline."""
    console = show.console(stderr=as_json)
    with show.working(console, "Writing the brief …"):
        prep = meeting_service.generate_pre_meeting_prep_with_retry(
            meeting_id, fallback="offline", on_retry=show.retry_notice(show.console(stderr=True))
        )
    if as_json:
        show.values(prep)
    else:
        show.brief(console, meeting_service.get_meeting(meeting_id), prep)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process: 0 when it worked, 2 for a mistake or a database's failure, 1 for a model's."""
    _prepare_streams()
    try:
        cli.main(arguments, prog_name="meetkit", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        _fail(f"{error.format_message()} (see meetkit --help)", 2)
    except click.Abort:
        _fail("interrupted", 130)
    except MeetkitError as error:
        _fail(str(error), 2 if isinstance(error, ValueError | StoreError | SchemaError) else 1)
    except ImportError as error:
        _fail(str(error), 2)
    except OSError as error:
        _abandon_output()
        if isinstance(error, BrokenPipeError):
            raise SystemExit(1) from None
        _fail(f"cannot write: {error.strerror}", 1)


def _prepare_streams() -> None:
    # Names from outside may not fit the terminal's encoding; a question mark beats a traceback.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  # open for as long as the process
        if hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="replace")


def _abandon_output() -> None:
    """Let what could not be written go, so that the end of the process does not try again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"meetkit: {show.plain(' '.join(message.split()))}", err=True)
    raise SystemExit(code)
