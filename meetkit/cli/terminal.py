"""Text, tables and progress bars on a terminal, and in a plain pipe."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from meetkit.cli.output import sanitize

_TRAILING_SPACES = re.compile(" +$", re.MULTILINE)
# The same for each reader, whatever the width of the terminal that a command was started from.
_PIPE_WIDTH = 120


def console(*, stderr: bool = False) -> Console:
    """Return the console on standard output or standard error; in a pipe it prints plain text of 120 columns."""
    # Names from outside are text, not rich's markup or emoji.
    if (sys.stderr if stderr else sys.stdout).isatty():
        return Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    return _PipeConsole(stderr=stderr, highlight=False, emoji=False, markup=False, width=_PIPE_WIDTH)


class _PipeConsole(Console):
    """A console without the spaces that pad the lines of a table."""

    def print(self, *objects: Any, **options: Any) -> None:
        with self.capture() as capture:
            super().print(*objects, **options)
        self.file.write(_TRAILING_SPACES.sub("", capture.get()))


def status(out: Console, message: str) -> AbstractContextManager[object]:
    """Show a message with a spinner during a block, on a terminal only."""
    return out.status(message) if out.is_terminal else contextlib.nullcontext()


@contextlib.contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error, if it is a terminal; the block reports each step to the function."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield lambda _: None
        return
    count = last_update = 0
    columns = (TextColumn(label), BarColumn(), TaskProgressColumn(show_speed=True), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(label, total=total)

        def advance(step: int) -> None:
            nonlocal count, last_update
            count += step
            # To update the bar at every record would cost as much as the record itself.
            if count - last_update >= (total or 100_000) // 100:
                bar.update(task, completed=count)
                last_update = count

        yield advance


def table(*columns: str) -> Table:
    """Return an empty table with these columns."""
    new = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    # Dates and ids are copied into commands; a line break would be copied, too.
    for column in columns:
        new.add_column(column, overflow="fold", no_wrap=column in ("When", "Status", "Meeting", "Id"))
    return new


def fields(out: Console, values: Mapping[str, str]) -> None:
    """Print names and values in two columns, without those that are empty."""
    grid = Table.grid(padding=(0, 2))
    for name, value in values.items():
        if value:
            grid.add_row(name, sanitize(value))
    out.print(grid)


def heading(out: Console, title: str) -> None:
    """Print an empty line and a title."""
    out.print()
    out.print(title, style="bold")


def section(out: Console, title: str, lines: Iterable[str], *, indent: int = 0) -> None:
    """Print a title and a list of lines; nothing if there are no lines."""
    lines = list(lines)
    if not lines:
        return
    heading(out, title)
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("-", sanitize(line))
    out.print(Padding(grid, (0, 0, 0, indent)))
