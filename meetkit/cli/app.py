"""The command tree. Needs the extra `cli`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

# Other packages may bring click alone. Rich is not imported here, as only some commands need it.
if find_spec("click") is None or find_spec("rich") is None:
    raise ImportError("the command line needs the extra 'cli': pip install 'meetkit[cli]'")

import click

import meetkit
from meetkit import capabilities
from meetkit.capabilities import Command
from meetkit.cli import program
from meetkit.cli.lazy_group import LazyGroup

# The commands that are of no single capability.
_COMMANDS = (
    Command("db", "meetkit.cli.db:db", "Manage the database: create, upgrade, check, encrypt and seed it."),
    Command("demo", "meetkit.cli.demo:demo", "Show what meetkit does, on sample data and in a few seconds."),
    Command(
        "doctor",
        "meetkit.cli.doctor:doctor",
        "Check the configuration and report what to do next; exit code 1 if a required part is broken.",
    ),
    Command("export", "meetkit.cli.transfer:export", "Export all data to FILE, or with `-` to standard output."),
    Command(
        "import",
        "meetkit.cli.transfer:import_",
        "Import into a database what `meetkit export` wrote, from FILE or with `-` from standard input.",
    ),
    Command("mcp", "meetkit.cli.mcp:mcp", "Serve tools for assistants by the Model Context Protocol."),
    Command(
        "purge",
        "meetkit.cli.purge:purge",
        "Delete transcripts and everything derived from them once they are older than the retention period.",
    ),
    Command(
        "serve",
        "meetkit.cli.serve:serve",
        "Serve the API over HTTP, on the database that is named, or else on meetkit.db in the current folder.",
    ),
)


def commands() -> tuple[Command, ...]:
    """Return the commands of all capabilities and those of none, which a host's capability cannot replace."""
    return (*(command for capability in capabilities.installed() for command in capability.commands), *_COMMANDS)


@click.group(
    cls=LazyGroup,
    lazy=commands,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(meetkit.__version__, prog_name=program.NAME)
def cli() -> None:
    """Meeting intelligence: meetings, common free time, and briefs people can trust.

    Without a database, commands work on the sample meetings, where today is 17 November 2025. Start with
    `meetkit demo`.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process if it fails."""
    program.run(cli, arguments)
