"""Run of a command: its exit code, errors of one line, and streams that may be closed, full or narrow."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from meetkit.cli.output import one_line
from meetkit.errors import MeetkitError, SchemaError, StoreError

NAME = "meetkit"


def run(group: click.Group, arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process if it fails.

    The exit code is 2 for a wrong use, a missing extra or a failing database, 1 for a failing model or an output
    that cannot be written, 130 for an interrupt.
    """
    _prepare_streams()
    try:
        group.main(arguments, prog_name=NAME, standalone_mode=False)
        # What is still in the buffer can fail to be written, too.
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
    except click.ClickException as error:
        _fail(f"{error.format_message()} (see {NAME} --help)", 2)
    except click.Abort:
        _fail("interrupted", 130)
    except MeetkitError as error:
        _fail(str(error), 2 if isinstance(error, ValueError | StoreError | SchemaError) else 1)
    except ImportError as error:
        _fail(str(error), 2)
    except OSError as error:
        _discard_output()
        # A reader such as `head` leaves when it has enough, and needs no message.
        if isinstance(error, BrokenPipeError):
            raise SystemExit(1) from None
        _fail(f"cannot write{f' {error.filename}' if error.filename else ''}: {error.strerror}", 1)


def _prepare_streams() -> None:
    for name in ("stdout", "stderr"):
        # A process that is started with a closed stream has none.
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  # open for as long as the process
        # Names from outside may not fit the terminal's encoding; a question mark beats a traceback.
        if hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="replace")


def _discard_output() -> None:
    """Discard the output that could not be written, so that the end of the process does not try again."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"{NAME}: {one_line(message)}", err=True)
    raise SystemExit(code)
