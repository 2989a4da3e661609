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

from pydantic import ValidationError

import meetkit
from meetkit.errors import InvalidRequestError, MeetkitError, brief_repr
from meetkit.insights.analysis import OFFLINE, Engine, analyze
from meetkit.insights.transcript import read_transcript
from meetkit.meetings.commands import inputs, pages
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.corrections import Corrections
from meetkit.models.transcripts import Transcript

# With a model, which is called for all sections of a file at once: more files would exceed what a provider allows.
_FILES_AT_A_TIME = 2
# The findings as the report holds them for programs.
_DATA = re.compile(r'<script type="application/json" id="insights">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Task:
    """A transcript to analyze, whose context has the title of the meeting, and the page to write of it, if any."""

    source: inputs.Input
    context: MeetingContext
    page: pages.Page | None = None
    again: bool = False
    notes: str | None = None


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


def _run(task: Task, engine: Engine) -> Outcome:
    data = inputs.read(task.source)
    corrections = inputs.read_corrections_of(task.source)
    fingerprint = _fingerprint(task, data, corrections, engine)
    if task.page and not task.again and (insights := _current_insights(task.page, fingerprint)):
        return Outcome(task, insights, is_current=True)
    transcript = _read(data, task.source.name)
    insights = analyze(transcript, engine=engine, context=task.context, notes=task.notes, corrections=corrections)
    if task.page:
        content = task.page.content(transcript, insights, task.context, made_from=fingerprint, notes=task.notes)
        task.page.write(content)
    return Outcome(task, insights)


def _read(data: bytes, name: str) -> Transcript:
    try:
        return read_transcript(data)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{brief_repr(name)}: {error}") from error


def _fingerprint(task: Task, data: bytes, corrections: Corrections | None, engine: Engine) -> str:
    """Return a hash of all that a report depends on: the file with its context and corrections, and what makes it."""
    template = task.page.template if task.page else None
    values = [value.model_dump_json() for value in (task.context, template, corrections) if value is not None]
    facts = [sha256(data).hexdigest(), *values, task.notes, engine.name, meetkit.__version__]
    return sha256(json.dumps(facts).encode()).hexdigest()


def _current_insights(page: pages.Page, fingerprint: str) -> MeetingInsights | None:
    """Return the insights of an earlier report, if its fingerprint is this one and no section failed."""
    try:
        is_report = page.form == "html" and pages.is_report(page.path)
        match = _DATA.search(page.path.read_text("utf-8")) if is_report else None
        data = json.loads(match[1]) if match else {}
        if data.get("made_from") != fingerprint:
            return None
        insights = MeetingInsights.model_validate(data["insights"])
    # A report that is missing, damaged or of another version is written again.
    except (OSError, ValueError, ValidationError):
        return None
    # So is one in which the model failed, as it may work now.
    done = ("ok", "unsupported_language")
    return insights if all(section.status in done for section in insights.sections.values()) else None


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
