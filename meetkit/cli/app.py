"""The commands, and what they do with a mistake: one line on standard error, exit code 2."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

try:
    import click
    import rich  # noqa: F401  # what `show` and `demo` print with
except ImportError as error:
    raise ImportError("the command line needs the extra 'cli': pip install 'meetkit[cli]'") from error

import meetkit
from meetkit import meeting_service, settings
from meetkit.cli import database, db, show, transfer
from meetkit.cli.demo import run_demo
from meetkit.errors import InvalidRequestError, MeetkitError, SchemaError, StoreError, shown
from meetkit.models.base import Value
from meetkit.models.zones import parse_date

as_json_option = show.as_json_option


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
cli.add_command(transfer.export)
cli.add_command(transfer.import_)
cli.add_command(db.db)


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
@click.option("--limit", type=int, help="At most so many.")
@click.option("--after", metavar="MEETING_ID", help="The next page after this meeting.")
@as_json_option
def meetings(user: str | None, as_json: bool, **filters: Any) -> None:
    """List a user's meetings."""
    if user is None and database.named() is not None:
        raise InvalidRequestError("--user: name the user of the database whose meetings to list")
    user = user or "user_1"
    given = {name: value for name, value in filters.items() if value is not None}
    found = meeting_service.get_all_meetings(user, given)
    if as_json:
        _print_json(found, exclude={"transcript"})
    else:
        show.meetings(show.console(), meeting_service.get_user(user), found)


@cli.command(cls=click.Command)
@click.option("--user", "users", multiple=True, help="Who is to meet; once for each.")
@click.option("--calendar", "calendars", multiple=True, metavar="FILE", help="Or an .ics file of theirs, likewise.")
@click.option("--date", metavar="YYYY-MM-DD", help="The day, with --user.")
@click.option("--from", "first", metavar="YYYY-MM-DD", help="The first day, with --calendar; default: today.")
@click.option("--days", type=int, metavar="NUMBER", help="How many days, with --calendar; default: 5.")
@click.option("--duration", type=int, required=True, metavar="MINUTES", help="How long they need.")
@click.option(
    "--hours",
    default="9-17",
    show_default=True,
    help="Work hours; with --calendar those of Monday to Friday. Or `own` for each user's own.",
)
@click.option("--timezone", metavar="ZONE", help="An IANA name; default: the first user's. Needed with --calendar.")
@click.option("--step", type=int, metavar="MINUTES", help="Slots of the duration, one every so often.")
@click.option("--buffer", type=int, default=0, metavar="MINUTES", help="Kept free around meetings.")
@as_json_option
def slots(
    users: tuple[str, ...],
    calendars: tuple[str, ...],
    date: str | None,
    first: str | None,
    days: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Find when people are free together: users on a day, or exported calendars in the next days.

    A calendar is a file as Google, Outlook and Apple export it, e.g.
    `meetkit slots --calendar me.ics --calendar them.ics --duration 45 --timezone Europe/Berlin`
    """
    if bool(users) == bool(calendars):
        raise InvalidRequestError("name who is to meet, each by --user or each by --calendar")
    work_hours = _work_hours(options.pop("hours"))
    if users:
        _refuse({"--from": first, "--days": days}, "goes with --calendar; with --user give --date")
        with database.in_use():
            _slots_of_users(users, date, work_hours, as_json=as_json, **options)
    else:
        _refuse({"--date": date}, "goes with --user; with --calendar give --from and --days")
        _slots_of_calendars(calendars, first, 5 if days is None else days, work_hours, as_json=as_json, **options)


@cli.command()
@click.argument("meeting_id")
@as_json_option
def brief(meeting_id: str, as_json: bool) -> None:
    """Write the brief for a meeting, by the model of MEETKIT_MODEL or offline."""
    console = show.console(stderr=as_json)
    with show.working(console, "Writing the brief …"):
        prep = meeting_service.generate_pre_meeting_prep_with_retry(
            meeting_id, fallback="offline", on_retry=show.retry_notice(show.console(stderr=True))
        )
    if as_json:
        _print_json(prep)
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


def _refuse(options: dict[str, object], why: str) -> None:
    for name, value in options.items():
        if value is not None:
            raise InvalidRequestError(f"{name} {why}")


def _slots_of_users(
    users: tuple[str, ...],
    date: str | None,
    work_hours: tuple[float, float] | None,
    *,
    duration: int,
    timezone: str | None,
    step: int | None,
    buffer: int,
    as_json: bool,
) -> None:
    if date is None:
        raise InvalidRequestError("--user needs --date, the day to look at")
    found = meeting_service.find_available_slots(
        users, date, duration, work_hours, timezone=timezone, step_minutes=step, buffer_minutes=buffer
    )
    if as_json:
        _print_json(found)
    else:
        people = [meeting_service.get_user(user) for user in users]
        show.slots(show.console(), people, parse_date(date), timezone or people[0].timezone, found)


def _slots_of_calendars(
    paths: tuple[str, ...],
    first: str | None,
    days: int,
    work_hours: tuple[float, float] | None,
    *,
    timezone: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    if timezone is None:
        raise InvalidRequestError("--calendar needs --timezone, e.g. Europe/Berlin")
    if work_hours is None:
        raise InvalidRequestError("--hours own goes with --user; calendar files do not tell work hours")
    calendars = _calendars()
    asked, found = calendars.common_time(
        paths,
        first,
        days,
        work_hours=work_hours,
        timezone=timezone,
        now=dt.datetime.now(dt.UTC),
        max_mb=settings.load().max_calendar_mb,
        **options,
    )
    if as_json:
        _print_json(found)
    else:
        show.common_days(show.console(), [Path(path).stem for path in paths], asked, timezone, found)


def _calendars() -> ModuleType:
    try:
        from meetkit.cli import calendars  # noqa: PLC0415  # an extra of its own, which users can do without
    except ImportError as error:
        raise InvalidRequestError(str(error)) from error
    return calendars


def _work_hours(text: str) -> tuple[float, float] | None:
    if text == "own":
        return None
    hours = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)-([0-9]+(?:\.[0-9]+)?)", text)
    if not hours:
        raise InvalidRequestError(f"--hours: from and to such as 9-17 or 8.5-16, or 'own', not {shown(text)}")
    return float(hours[1]), float(hours[2])


def _print_json(value: Value | Sequence[Value], *, exclude: set[str] | None = None) -> None:
    if isinstance(value, Value):
        dumped: object = value.model_dump(mode="json")
    else:
        dumped = [part.model_dump(mode="json", exclude=exclude) for part in value]
    click.echo(show.json_text(dumped))


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
