"""Commands by name, imported when they are used."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the tree: its name, where it is defined (`package.module:attribute`), and its short help."""

    name: str
    target: str
    help: str


class LazyGroup(click.Group):
    """A group that imports a command when it runs, or when its own help is requested.

    The help of the group, suggestions and completion need names and short help alone; for these it has stubs.
    """

    def __init__(self, *arguments: Any, lazy: Iterable[Command] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._targets = {command.name: command.target for command in lazy}
        # `resolve_command` is the one way to a command that runs; everything else asks for these stubs.
        for command in lazy:
            self.add_command(click.Command(command.name, help=command.help))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name, the imported command and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        if name in self._targets:
            command = pkgutil.resolve_name(self._targets[name])
        return name, command, rest
