"""`meetkit transcript`: rename and merge the speakers of a transcript, and join recordings of one meeting."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from meetkit.cli import files, output
from meetkit.cli.command import Group
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript import (
    join_transcripts,
    merge_speakers,
    read_transcript,
    rename_speakers,
    write_json,
    write_srt,
    write_vtt,
)
from meetkit.meetings.commands import inputs
from meetkit.models.transcripts import Transcript

_WRITERS = {".json": write_json, ".vtt": write_vtt, ".srt": write_srt}
_out = click.option(
    "--out", metavar="FILE", help="Write this new file, .json, .vtt or .srt; default: JSON on standard output."
)


@click.group(cls=Group)
def transcript() -> None:
    """Rename and merge the speakers of a transcript, and join recordings of one meeting.

    The result is JSON, WebVTT or SRT, which every command and the library read.
    """


@transcript.command()
@click.argument("file")
@click.argument("names", nargs=-1, required=True, metavar="OLD=NEW...")
@_out
def rename(file: str, names: Sequence[str], out: str | None) -> None:
    """Give the speakers of FILE other names; two of the same new name become one person."""
    pairs = [name.partition("=") for name in names]
    if wrong := [name for name, (old, _, new) in zip(names, pairs, strict=True) if not (old.strip() and new.strip())]:
        raise InvalidRequestError(f"use OLD=NEW, such as 'Speaker 1=Ann Berg', not {brief_repr(wrong[0])}")
    _write(rename_speakers(_read(file), {old.strip(): new.strip() for old, _, new in pairs}), out)


@transcript.command()
@click.argument("file")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--into", required=True, metavar="NAME", help="The name of the one person that they are.")
@_out
def merge(file: str, names: Sequence[str], into: str, out: str | None) -> None:
    """Make speakers of FILE, who are one person under several names, that person."""
    _write(merge_speakers(_read(file), names, into=into), out)


@transcript.command()
@click.argument("first")
@click.argument("second")
@click.option(
    "--offset",
    type=float,
    metavar="SECONDS",
    help="How long after FIRST the recording SECOND began; default: SECOND follows FIRST.",
)
@_out
def join(first: str, second: str, offset: float | None, out: str | None) -> None:
    """Join two recordings of one meeting."""
    _write(join_transcripts(_read(first), _read(second), offset_seconds=offset), out)


def _read(name: str) -> Transcript:
    path = None if name == inputs.STANDARD else Path(name)
    data = inputs.read(inputs.Input(path, name))
    try:
        return read_transcript(data)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{brief_repr(name)}: {error}") from error


def _write(result: Transcript, out: str | None) -> None:
    if out is None:
        click.echo(output.sanitize(write_json(result)), nl=False)
        return
    path = Path(out)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise InvalidRequestError(f"--out: a name that ends in {', '.join(_WRITERS)}, not {brief_repr(out)}")
    # What a person transcribed cannot be made again.
    if os.path.lexists(path):
        raise InvalidRequestError(f"--out: {brief_repr(out)} exists; use another name")
    content = write(result)
    with files.reported_errors("write", out), files.replacing(path) as file:
        file.write(content.encode())
    click.echo(f"{output.sanitize(out)} is written: {len(result.turns)} turns.")
