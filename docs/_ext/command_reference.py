"""The command-line reference: click's commands as Markdown, a heading for each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

_CODE = re.compile(r"(`[^`]*`)")
_NAME = re.compile(r"(?<![\w-])--[a-z][\w-]*|\bMEETKIT_[A-Z_]+")


def render(group: click.Group, name: str) -> str:
    """Return the usage, help and options of each command."""
    return "\n".join(line for context in contexts(group, name) for line in _command(context))


def contexts(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """Return a context of the command and of each below it, depth first, in alphabetical order."""
    context = click.Context(command, info_name=name, parent=parent)
    yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            # Imports a command that is a stub until it is used.
            _, child, _ = command.resolve_command(context, [below])
            if child is not None and not child.hidden:
                yield from contexts(child, below, context)


def _command(context: click.Context) -> Iterator[str]:
    command = context.command
    usage = " ".join(["$", context.command_path, *command.collect_usage_pieces(context)])
    yield from (f"## `{context.command_path}`", "", _markdown(command.help or ""), "", "```text", usage, "```", "")
    parameters = command.get_params(context) if context.parent is None else command.params
    rows = [record for parameter in parameters if (record := parameter.get_help_record(context))]
    if rows:
        yield from ("| Option | Meaning |", "|---|---|")
        yield from (f"| `{_cell(option)}` | {_cell(_mark_names(meaning))} |" for option, meaning in rows)
        yield ""


def _markdown(text: str) -> str:
    """Return a help text without click's mark before paragraphs that are not wrapped."""
    paragraphs = [part.strip("\n") for part in text.replace("\r", "").split("\n\n")]
    return "\n\n".join(_verbatim(part) if part.startswith("\b") else _mark_names(part.strip()) for part in paragraphs)


def _mark_names(text: str) -> str:
    """Return text in which options and environment variables are code, also where click's help has them plain."""
    return "".join(part if part.startswith("`") else _NAME.sub(r"`\g<0>`", part) for part in _CODE.split(text))


def _verbatim(paragraph: str) -> str:
    return "\n".join(["```text", *paragraph.removeprefix("\b").strip("\n").splitlines(), "```"])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
