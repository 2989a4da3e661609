"""Options for booking rules, which several commands take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from meetkit.models.base import parse
from meetkit.models.rules import BookingRules

_F = TypeVar("_F", bound=Callable[..., Any])
# Parameters have the names of the fields, so that errors can be told by option.
_OPTIONS = (
    click.option(
        "--buffer",
        "buffer_minutes",
        type=int,
        default=0,
        metavar="MINUTES",
        help="Minutes to keep free before and after each meeting.",
    ),
    click.option(
        "--notice", "min_notice_minutes", type=int, default=0, metavar="MINUTES", help="From now to the earliest start."
    ),
    click.option("--max-per-day", "max_meetings_per_day", type=int, metavar="NUMBER", help="Meetings a day, of each."),
    click.option(
        "--max-minutes-per-day", "max_minutes_per_day", type=int, metavar="MINUTES", help="Minutes a day, of each."
    ),
    click.option(
        "--max-per-week", "max_meetings_per_week", type=int, metavar="NUMBER", help="Meetings a week, of each."
    ),
    click.option(
        "--max-minutes-per-week", "max_minutes_per_week", type=int, metavar="MINUTES", help="Minutes a week, of each."
    ),
)
align_option = click.option(
    "--align", type=int, metavar="MINUTES", help="Begin at multiples from midnight; 15 is :00, :15, :30 and :45."
)


def rule_options(command: _F) -> _F:
    """Add the options of booking rules to a command, which gives their values to `rules_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def rules_of(options: dict[str, Any]) -> BookingRules:
    """Take the rules out of the options of a command.

    Raises:
        InvalidRequestError: the value of an option breaks a rule.
    """
    names = [name for name in BookingRules.model_fields if name in options]
    return parse(BookingRules, {name: options.pop(name) for name in names})
