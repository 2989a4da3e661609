"""`meetkit slots`: the time that users, or exported calendars, are free together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from meetkit import settings
from meetkit.cli import database, output, terminal
from meetkit.cli.command import Command
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.meetings import service
from meetkit.meetings.commands import rules, views
from meetkit.meetings.commands.calendars import POLICY_DEFAULTS, policy_options
from meetkit.models.rules import BookingRules
from meetkit.models.zones import parse_date, utc_now


# No `StoreCommand`, as calendars need no database.
@click.command(cls=Command)
@click.option("--user", "users", multiple=True, help="A user's id; repeatable.")
@click.option(
    "--calendar", "calendars", multiple=True, metavar="FILE", help="An .ics file instead of a user; repeatable."
)
@click.option("--date", metavar="YYYY-MM-DD", help="The day, with --user.")
@click.option("--from", "first", metavar="YYYY-MM-DD", help="The first day, with --calendar; default: today.")
@click.option("--days", type=int, metavar="NUMBER", help="How many days, with --calendar; default: 5.")
@click.option("--explain", metavar="START", help="Instead of slots, what stands against this start, with --user.")
@click.option(
    "--host", "hosts", multiple=True, metavar="ID", help="With --explain: a user of whom one must be free; repeatable."
)
@click.option("--duration", type=int, required=True, metavar="MINUTES", help="The length of the meeting.")
@click.option(
    "--hours",
    default="9-17",
    show_default=True,
    help="Work hours, with --calendar from Monday to Friday; 22-6 crosses midnight; `own` for each user's own.",
)
@click.option("--timezone", metavar="ZONE", help="An IANA name; default: the first user's. Required with --calendar.")
@click.option("--step", type=int, metavar="MINUTES", help="Offer a slot of the duration every MINUTES.")
@rules.align_option
@rules.rule_options
@click.option("--excluding", metavar="MEETING_ID", help="A meeting that is about to move, and takes no time.")
@policy_options
@click.option("--open-seats", metavar="TITLE", help="With --user: count free seats in meetings of this title, too.")
@output.as_json_option
def slots(
    users: tuple[str, ...],
    calendars: tuple[str, ...],
    date: str | None,
    first: str | None,
    days: int | None,
    explain: str | None,
    hosts: tuple[str, ...],
    excluding: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Find when people are free together: users on a day, or exported calendars in the next days.

    A calendar is a file that Google, Outlook or Apple exported:
    `meetkit slots --calendar me.ics --calendar them.ics --duration 45 --timezone Europe/Berlin`
    """
    # Hosts alone are enough for --explain, as in `explain_start`.
    people = (*users, *hosts)
    if bool(people) == bool(calendars):
        _reject({"--host": hosts or None}, "cannot be combined with --calendar; it needs --explain")
        raise InvalidRequestError("give each person by --user, or each by --calendar")
    work_hours = _work_hours(options.pop("hours"))
    options["rules"] = rules.rules_of(options)
    reading = {name: options.pop(name) for name in POLICY_DEFAULTS}
    if people:
        _reject({"--from": first, "--days": days}, "cannot be combined with --user; use --date")
        if reading != POLICY_DEFAULTS:
            raise InvalidRequestError("--all-day, --no-tentative and --on-doubt need --calendar")
        with database.in_use():
            if explain is None:
                _reject(
                    {"--host": hosts or None},
                    "needs --explain; `meetkit hosts slots` lists when one of several hosts is free",
                )
                _slots_of_users(users, date, work_hours, excluding=excluding, as_json=as_json, **options)
            else:
                _reject({"--date": date}, "cannot be combined with --explain, which names the start")
                _obstacles(users, hosts, explain, excluding=excluding, as_json=as_json, **options)
    else:
        _reject({"--date": date}, "cannot be combined with --calendar; use --from and --days")
        _reject({"--explain": explain, "--excluding": excluding}, "cannot be combined with --calendar; it needs --user")
        options["reading"] = reading
        _reject({"--open-seats": options.pop("open_seats")}, "cannot be combined with --calendar; name users by --user")
        _slots_of_calendars(calendars, first, 5 if days is None else days, work_hours, as_json=as_json, **options)


def _reject(options: dict[str, object], why: str) -> None:
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
    align: int | None,
    rules: BookingRules,
    excluding: str | None,
    open_seats: str | None,
    as_json: bool,
) -> None:
    if date is None:
        raise InvalidRequestError("--user needs --date")
    free_slots = service.find_available_slots(
        users,
        date,
        duration,
        work_hours,
        timezone=timezone,
        step_minutes=step,
        align=align,
        rules=rules,
        excluding=excluding,
        open_seats=open_seats,
    )
    if as_json:
        output.print_json(free_slots)
    else:
        people = [service.get_user(user) for user in users]
        zone = timezone or people[0].timezone
        views.print_slots(terminal.console(), people, parse_date(date), zone, free_slots)


def _obstacles(
    users: tuple[str, ...],
    hosts: tuple[str, ...],
    start: str,
    *,
    duration: int,
    align: int | None,
    rules: BookingRules,
    excluding: str | None,
    open_seats: str | None,
    as_json: bool,
    **other_options: Any,
) -> None:
    _reject({f"--{name}": value for name, value in other_options.items()}, "cannot be combined with --explain")
    obstacles = service.explain_start(
        users, start, duration, align=align, rules=rules, excluding=excluding, hosts=hosts, open_seats=open_seats
    )
    if as_json:
        output.print_json(obstacles)
    else:
        people = [service.get_user(user) for user in (*users, *hosts)]
        views.print_obstacles(terminal.console(), people, obstacles)


def _slots_of_calendars(
    paths: tuple[str, ...],
    first: str | None,
    days: int,
    work_hours: tuple[float, float] | None,
    *,
    timezone: str | None,
    rules: BookingRules,
    as_json: bool,
    **options: Any,
) -> None:
    if rules.has_limits:
        raise InvalidRequestError("limits cannot be combined with --calendar: busy time does not tell meetings apart")
    if timezone is None:
        raise InvalidRequestError("--calendar needs --timezone, e.g. Europe/Berlin")
    if work_hours is None:
        raise InvalidRequestError("--hours own cannot be combined with --calendar: calendar files hold no work hours")
    from meetkit.meetings.commands import calendar_files  # noqa: PLC0415  # with --user its extra is not needed

    dates, free_slots = calendar_files.common_time(
        paths,
        first,
        days,
        work_hours=work_hours,
        timezone=timezone,
        rules=rules,
        now=utc_now(),
        max_mb=settings.load().max_calendar_mb,
        **options,
    )
    if as_json:
        output.print_json(free_slots)
    else:
        names = [Path(path).stem for path in paths]
        views.print_common_days(terminal.console(), names, dates, timezone, free_slots)


def _work_hours(text: str) -> tuple[float, float] | None:
    if text == "own":
        return None
    # Python's own numbers would also take underscores, signs and exponents.
    hours = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)-([0-9]+(?:\.[0-9]+)?)", text)
    if not hours:
        raise InvalidRequestError(f"--hours: use FROM-TO such as 9-17 or 8.5-16, or 'own', not {brief_repr(text)}")
    return float(hours[1]), float(hours[2])
