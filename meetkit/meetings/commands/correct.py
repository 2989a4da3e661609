"""`meetkit correct`: people's corrections of an analysis, which every further analysis respects."""

from __future__ import annotations

from pathlib import Path

import click

from meetkit.cli import database, files, output
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights import corrections
from meetkit.insights.transcript import read_transcript
from meetkit.meetings import service
from meetkit.meetings.commands import inputs
from meetkit.models.corrections import Corrections


@click.command(cls=database.StoreCommand)
@click.argument("file", metavar="FILE")
@click.argument("transcript", required=False)
@click.option("--meeting", "meeting_id", metavar="ID", help="Correct the analysis of this stored meeting.")
def correct(file: str, transcript: str | None, meeting_id: str | None) -> None:
    """Take up the corrections that a person downloaded from the page of a report.

    They are kept beside the TRANSCRIPT, in a file whose name ends in .corrections.json, or with the stored meeting.
    The next analysis leaves out the wrong items, and has the changed and the missed ones.
    """
    if (transcript is None) is (meeting_id is None):
        raise InvalidRequestError("give the transcript that was analyzed, or --meeting")
    new_corrections = _read(file)
    if meeting_id is not None:
        service.correct_meeting(meeting_id, new_corrections)
        click.echo(f"{_count(new_corrections)} of meeting {output.sanitize(meeting_id)} kept.")
    elif transcript is not None:
        target = _keep_beside(transcript, new_corrections)
        click.echo(
            f"{_count(new_corrections)} kept in {output.sanitize(str(target))}; the next analysis respects them."
        )


def _read(name: str) -> Corrections:
    with files.reported_errors("read", name), open(name, "rb") as file:
        data = file.read(corrections.MAX_BYTES + 1)
    try:
        return corrections.read_corrections(data)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{brief_repr(name)}: {error}") from error


def _keep_beside(name: str, new_corrections: Corrections) -> Path:
    source = inputs.Input(Path(name).absolute(), name)
    target = inputs.corrections_of(source)
    assert target is not None, "only standard input has none"
    valid = corrections.check_corrections(new_corrections, read_transcript(inputs.read(source)))
    all_corrections = corrections.combine_corrections(inputs.read_corrections_of(source), valid)
    with files.reported_errors("write", str(target)), files.replacing(target) as file:
        file.write(all_corrections.model_dump_json(indent=1).encode())
    return target


def _count(new_corrections: Corrections) -> str:
    return f"{len(new_corrections.items)} correction{'' if len(new_corrections.items) == 1 else 's'}"
