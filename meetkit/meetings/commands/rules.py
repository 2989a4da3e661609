"""Options for booking rules, which several commands take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from meetkit.models.base import parse
from meetkit.models.rules import NO_RULES, BookingRules

_F = TypeVar("_F", bound=Callable[..., Any])
_HELP = {
    "min_notice_minutes": ("--notice", "MINUTES", "From now to the earliest start."),
    "buffer_minutes": ("--buffer", "MINUTES", "Minutes to keep free before and after each meeting."),
    "max_meetings_per_day": ("--max-per-day", "NUMBER", "Meetings a day, of each."),
    "max_minutes_per_day": ("--max-minutes-per-day", "MINUTES", "Minutes a day, of each."),
    "max_meetings_per_week": ("--max-per-week", "NUMBER", "Meetings a week, of each."),
    "max_minutes_per_week": ("--max-minutes-per-week", "MINUTES", "Minutes a week, of each."),
}
# Parameters have the names of the fields, so that errors can be told by option.
OPTIONS = tuple(
    click.option(flag, name, type=int, metavar=metavar, help=text) for name, (flag, metavar, text) in _HELP.items()
)
align_option = click.option(
    "--align", type=int, metavar="MINUTES", help="Begin at multiples from midnight; 15 is :00, :15, :30 and :45."
)


def rule_options(command: _F) -> _F:
    """Add the options of booking rules to a command, which gives their values to `rules_of`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def rules_of(options: dict[str, Any], base: BookingRules = NO_RULES) -> BookingRules:
    """Take the rules out of the options of a command; those that are not given are as in `base`.

    Raises:
        InvalidRequestError: the value of an option breaks a rule.
    """
    values = {name: options.pop(name) for name in BookingRules.model_fields if name in options}
    return parse(BookingRules, {**dict(base), **{name: value for name, value in values.items() if value is not None}})
