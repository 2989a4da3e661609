"""The files that `meetkit analyze` writes: reports in HTML, and notes in Markdown or for Obsidian."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import click

from meetkit.cli import files, output
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.export import render_markdown, render_obsidian
from meetkit.insights.templates import SummaryTemplate
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.meetings import Meeting
from meetkit.models.transcripts import Transcript

Form = Literal["html", "markdown", "obsidian"]
STANDARD: Final = Path("-")

_SUFFIXES: Mapping[Form, str] = {"html": ".html", "markdown": ".md", "obsidian": ".md"}
# The last line of a note, by which it is known as unchanged. At the end, as properties must come first.
_MARK = re.compile(rb"\n<!-- meetkit ([0-9a-f]{64}) -->\n\Z")
_MARK_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Page:
    """A file to write, and its form; `path` is a folder for several, `-` for standard output."""

    form: Form
    path: Path
    template: SummaryTemplate
    why: bool = False

    def below(self, name: str) -> Page:
        """Return the page of one transcript in the folder: another for each, and not that of the index."""
        # Some file systems take `Index.html` for `index.html`.
        name = re.sub("^(index_*)$", r"\1_", name, flags=re.IGNORECASE)
        return replace(self, path=self.path / (name + _SUFFIXES[self.form]))

    def content(
        self,
        transcript: Transcript,
        insights: MeetingInsights,
        context: MeetingContext,
        *,
        made_from: str | None = None,
        meeting: Meeting | None = None,
        notes: str | None = None,
    ) -> str:
        """Return the text of the page; the title is that of the context."""
        if self.form == "html":
            from meetkit.insights.report import render_report  # noqa: PLC0415  # needed for reports only

            return render_report(
                transcript,
                insights,
                title=context.title,
                made_from=made_from,
                meeting=meeting,
                template=self.template,
                notes=notes,
            )
        render = render_obsidian if self.form == "obsidian" else render_markdown
        title = context.title or "Meeting"
        people = transcript.speakers
        return render(insights, title=title, date=context.date, people=people, template=self.template, why=self.why)

    def write(self, content: str) -> None:
        """Write the page: to standard output if a note is named `-`, else at once, in place of an unchanged one only.

        Raises:
            InvalidRequestError: it cannot be written, or the path holds something else.
        """
        if self.path == STANDARD and self.form != "html":
            click.echo(output.sanitize(content), nl=False)
        else:
            write_file(self.path, content if self.form == "html" else with_mark(content))


def write_file(path: Path, content: str) -> None:
    """Write a file as `Page.write` does."""
    with files.reported_errors("write", str(path)):
        if os.path.lexists(path) and not (is_report(path) or is_unchanged_note(path)):
            raise InvalidRequestError(
                f"{brief_repr(str(path))} already exists and is not a meetkit report, or was changed since; "
                "use another name"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.replacing(path) as file:
            file.write(content.encode("utf-8", "replace"))


def is_report(path: Path) -> bool:
    """Return whether a file is a report in HTML."""
    from meetkit.insights.report import BEGINNING  # noqa: PLC0415  # as above

    with path.open("rb") as file:
        return file.read(len(BEGINNING)) == BEGINNING.encode()


def is_note(path: Path) -> bool:
    """Return whether a file is a note that `with_mark` marked, changed or not."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _MARK_LENGTH))
        return _MARK.search(file.read()) is not None


def is_unchanged_note(path: Path) -> bool:
    """Return whether a file is a note as it was written."""
    content = path.read_bytes() if is_note(path) else b""
    mark = _MARK.search(content)
    return mark is not None and sha256(content[: mark.start()]).hexdigest() == mark[1].decode()


def with_mark(content: str) -> str:
    """Return a note with a last line that shows whether somebody has changed it since."""
    digest = sha256(content.encode("utf-8", "replace")).hexdigest()
    return f"{content}\n<!-- meetkit {digest} -->\n"
