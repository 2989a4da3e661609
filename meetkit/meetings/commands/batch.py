"""Analysis of many transcripts in parallel; reports that are up to date are not written again."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from pydantic import ValidationError

import meetkit
from meetkit.cli import files
from meetkit.errors import InvalidRequestError, MeetkitError, brief_repr
from meetkit.insights.analysis import OFFLINE, Engine, analyze
from meetkit.insights.transcript import read_transcript
from meetkit.meetings.commands import inputs
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.transcripts import Transcript

# With a model, which is called for all sections of a file at once: more files would exceed what a provider allows.
_FILES_AT_A_TIME = 2
# The findings as the report holds them for programs.
_DATA = re.compile(r'<script type="application/json" id="insights">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Task:
    """A transcript to analyze, and the file for its report, if any."""

    source: inputs.Input
    context: MeetingContext
    title: str
    report: Path | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a task: insights, or an error in words. `is_current` means that its report was up to date."""

    task: Task
    insights: MeetingInsights | None = None
    error: str | None = None
    is_current: bool = False


def run(task: Task, *, engine: Engine) -> Outcome:
    """Analyze one transcript and write its report; an error is returned, not raised."""
    try:
        return _run(task, engine)
    except MeetkitError as error:
        return Outcome(task, error=str(error))
    except Exception as error:  # a bug must not cost the other files
        return Outcome(task, error=f"{brief_repr(task.source.name)} could not be analyzed ({type(error).__name__})")


def run_all(tasks: Sequence[Task], *, engine: Engine) -> Iterator[Outcome]:
    """Yield the outcomes in order: offline from as many processes as there are cores, with a model from threads.

    Raises:
        MeetkitError: a process was killed; with reports, the same call continues where it stopped.
    """
    work: Callable[[Task], Outcome] = partial(run, engine=engine)
    pool = _pool(len(tasks), engine)
    try:
        yield from pool.map(work, tasks)
    except BrokenProcessPool as error:
        raise MeetkitError("a worker process was killed; run the command again to continue") from error
    finally:
        # After an interrupt, what has not begun is not done.
        pool.shutdown(cancel_futures=True)


def write_page(path: Path, page: str) -> None:
    """Write a page at once or not at all; it replaces an earlier report only.

    Raises:
        InvalidRequestError: it cannot be written, or the path holds something else.
    """
    with files.reported_errors("write", str(path)):
        if os.path.lexists(path) and not _is_report(path):
            raise InvalidRequestError(
                f"{brief_repr(str(path))} already exists and is not a meetkit report; use another name"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.replacing(path) as file:
            file.write(page.encode("utf-8", "replace"))


def _run(task: Task, engine: Engine) -> Outcome:
    data = inputs.read(task.source)
    fingerprint = _fingerprint(task, data, engine)
    if task.report and not task.again and (insights := _current_insights(task.report, fingerprint)):
        return Outcome(task, insights, is_current=True)
    transcript = _read(data, task.source.name)
    insights = analyze(transcript, engine=engine, context=task.context)
    if task.report:
        from meetkit.insights.report import render_report  # noqa: PLC0415  # needed for reports only

        write_page(task.report, render_report(transcript, insights, title=task.title, made_from=fingerprint))
    return Outcome(task, insights)


def _read(data: bytes, name: str) -> Transcript:
    try:
        return read_transcript(data)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{brief_repr(name)}: {error}") from error


def _fingerprint(task: Task, data: bytes, engine: Engine) -> str:
    """Return a hash of all that a report depends on: the file, its title and context, the engine, and this version."""
    facts = [sha256(data).hexdigest(), task.title, task.context.model_dump_json(), engine.name, meetkit.__version__]
    return sha256(json.dumps(facts).encode()).hexdigest()


def _current_insights(report: Path, fingerprint: str) -> MeetingInsights | None:
    """Return the insights of an earlier report, if its fingerprint is this one and no section failed."""
    try:
        match = _DATA.search(report.read_text("utf-8")) if _is_report(report) else None
        data = json.loads(match[1]) if match else {}
        if data.get("made_from") != fingerprint:
            return None
        insights = MeetingInsights.model_validate(data["insights"])
    # A report that is missing, damaged or of another version is written again.
    except (OSError, ValueError, ValidationError):
        return None
    # So is one in which the model failed, as it may work now.
    return insights if all(section.status == "ok" for section in insights.sections.values()) else None


def _is_report(path: Path) -> bool:
    from meetkit.insights.report import BEGINNING  # noqa: PLC0415  # as above

    with path.open("rb") as file:
        return file.read(len(BEGINNING)) == BEGINNING.encode()


def _pool(tasks: int, engine: Engine) -> Executor:
    if engine is not OFFLINE:
        return ThreadPoolExecutor(max_workers=_FILES_AT_A_TIME)
    # More processes than files would only cost their start.
    workers = max(1, min(tasks, os.cpu_count() or 1))
    # A fork of a process with threads can deadlock.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_ignore_interrupts)


def _ignore_interrupts() -> None:
    # Ctrl-C reaches all processes of a terminal; the first of them ends the others in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
