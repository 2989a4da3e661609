"""A group of commands that imports a command when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from meetkit.capabilities import Command, resolve


class LazyGroup(click.Group):
    """A group that imports a command when it runs, or when its own help is requested.

    The help of the group, suggestions and completion need names and short help alone; for these it has stubs.
    """

    def __init__(self, *arguments: Any, lazy: Callable[[], Iterable[Command]] = tuple, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in alphabetical order."""
        return sorted({*super().list_commands(ctx), *(command.name for command in self._lazy())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a stub with the name and the short help of a command; `resolve_command` imports it."""
        for command in self._lazy():
            if command.name == cmd_name:
                return click.Command(command.name, help=command.help)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name, the imported command and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        targets = {lazy.name: lazy.target for lazy in self._lazy()}
        return name, resolve(targets[name]) if name in targets else command, rest
