"""The base classes of commands: the option --database after the command, and option names in errors."""

from __future__ import annotations

import re
from typing import Any

import click

from meetkit.errors import InvalidRequestError

_DATABASE = "meetkit.database"
DATABASE_HELP = (
    "Use this database, such as sqlite:///meetings.db; default: MEETKIT_DATABASE_URL, else meetkit.db in this folder."
)


def database_option() -> click.Option:
    """Return the option `--database`, which is valid before and after the name of a command."""
    return click.Option(["--database"], metavar="URL", expose_value=False, callback=_store_database, help=DATABASE_HELP)


def database_option_value() -> str | None:
    """Return the value of `--database`, the last one if it is given twice."""
    # An empty one is none, as for the variable.
    return click.get_current_context().meta.get(_DATABASE) or None


def _store_database(context: click.Context, _: click.Parameter, value: str | None) -> None:
    # Contexts of a command and its groups share `meta`.
    if value is not None:
        context.meta[_DATABASE] = value


class Command(click.Command):
    """A command that takes `--database` and whose errors name options, not the fields behind them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(database_option())

    def invoke(self, context: click.Context) -> Any:
        """Run the command.

        Raises:
            InvalidRequestError: the value of an option is invalid; the message begins with the option.
        """
        try:
            return super().invoke(context)
        except InvalidRequestError as error:
            message = _with_option_names(str(error), self.params)
            if message == str(error):
                raise
            raise InvalidRequestError(message) from error


class Group(click.Group):
    """A group of such commands, which takes `--database` too and prints its help when none is named."""

    command_class = Command

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"invoke_without_command": True, **options})
        self.params.append(database_option())

    def invoke(self, context: click.Context) -> Any:
        """Run the command that is named, or print the help."""
        result = super().invoke(context)
        if context.invoked_subcommand is None:
            click.echo(context.get_help())
        return result


def _with_option_names(message: str, params: list[click.Parameter]) -> str:
    """Replace the names of fields at the start of each problem of a message by those of their options."""
    options = [param for param in params if isinstance(param, click.Option)]
    # A message about the database says the same whether the option or the variable names it.
    names = {option.name: max(option.opts, key=len) for option in options if option.name != "database"}
    return re.sub(r"(^|; )([a-z_]+)(?=[:.])", lambda match: match[1] + names.get(match[2], match[2]), message)
