"""A group of commands that imports a command when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from meetkit.capabilities import Command, resolve
from meetkit.cli.command import Group


class _Stub(click.Command):
    """The name and the short help of a command that is not imported yet."""

    def __init__(self, command: Command) -> None:
        super().__init__(command.name, help=command.help)
        self.target = command.target


class LazyGroup(Group):
    """A group that imports a command when it runs, or when its own help is requested.

    The help of the group, suggestions and completion need names and short help alone; for these it has stubs.
    """

    def __init__(self, *arguments: Any, lazy: Callable[[], Iterable[Command]] = tuple, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in alphabetical order."""
        self._update_stubs()
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or its stub if it is lazy; `resolve_command` imports it."""
        self._update_stubs()
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name, the imported command and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, resolve(command.target) if isinstance(command, _Stub) else command, rest

    def _update_stubs(self) -> None:
        # Among the group's own commands, as click suggests names from these; each time, as a host may register more.
        own = {name: command for name, command in self.commands.items() if not isinstance(command, _Stub)}
        self.commands = own | {command.name: _Stub(command) for command in self._lazy()}
