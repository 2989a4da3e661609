"""Many transcripts analysed side by side; with a folder for reports, what is done already is kept."""

from __future__ import annotations

import json
import os
import re
import signal
import tempfile
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
from meetkit.errors import InvalidRequestError, MeetkitError, brief_repr
from meetkit.insights.analysis import OFFLINE, Engine, analyze
from meetkit.insights.transcript import read_transcript
from meetkit.meetings.commands import inputs
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.transcripts import Transcript

_FILES_AT_A_TIME = 2  # with a model, which is asked for the sections of each file side by side
_DATA = re.compile(r'<script type="application/json" id="insights">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Task:
    """A transcript to analyse; its report goes to `report`, where one is asked for."""

    source: inputs.Input
    context: MeetingContext
    title: str
    report: Path | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task: insights, or an error in words. `kept` says that its report was up to date."""

    task: Task
    insights: MeetingInsights | None = None
    error: str | None = None
    kept: bool = False


def run(task: Task, *, engine: Engine) -> Outcome:
    """Analyse one transcript and write its report; what is wrong with it is told, not raised."""
    try:
        return _run(task, engine)
    except MeetkitError as error:
        return Outcome(task, error=str(error))
    except Exception as error:  # a mistake of ours must not cost the other files
        return Outcome(task, error=f"{brief_repr(task.source.name)} could not be analysed ({type(error).__name__})")


def run_all(tasks: Sequence[Task], *, engine: Engine) -> Iterator[Outcome]:
    """The outcomes in order, as they come: offline in as many processes as there are cores, with a model in threads.

    Raises:
        MeetkitError: a process was ended from outside; with reports, the same call goes on where it stopped.
    """
    work: Callable[[Task], Outcome] = partial(run, engine=engine)
    pool = _pool(len(tasks), engine)
    try:
        yield from pool.map(work, tasks)
    except BrokenProcessPool as error:
        raise MeetkitError("a worker process was ended from outside; run the command again to continue") from error
    finally:
        pool.shutdown(cancel_futures=True)


def write_page(path: Path, page: str) -> None:
    """A page under its name once it is whole, in place of an earlier one of ours only.

    Raises:
        InvalidRequestError: it cannot be written, or something else is there.
    """
    try:
        if os.path.lexists(path) and not _begins_as_ours(path):
            raise InvalidRequestError(
                f"{brief_repr(str(path))} already exists and is not a meetkit report; use another name"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        number, part = tempfile.mkstemp(dir=path.parent, prefix=".report.", suffix=".part")
        try:
            with os.fdopen(number, "w", encoding="utf-8", errors="replace", newline="") as file:
                file.write(page)
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InvalidRequestError(f"cannot write {brief_repr(str(path))}: {error.strerror or error}") from error


def _run(task: Task, engine: Engine) -> Outcome:
    data = inputs.read(task.source)
    made_from = _made_from(task, data, engine)
    if task.report and not task.again and (insights := _made_before(task.report, made_from)):
        return Outcome(task, insights, kept=True)
    transcript = _read(data, task.source.name)
    insights = analyze(transcript, engine=engine, context=task.context)
    if task.report:
        from meetkit.insights.report import render_report  # noqa: PLC0415  # needed for reports only

        write_page(task.report, render_report(transcript, insights, title=task.title, made_from=made_from))
    return Outcome(task, insights)


def _read(data: bytes, name: str) -> Transcript:
    try:
        return read_transcript(data)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{brief_repr(name)}: {error}") from error


def _made_from(task: Task, data: bytes, engine: Engine) -> str:
    """What a report hangs on, in short: the file, what is known of the meeting, the engine, and this version."""
    facts = [sha256(data).hexdigest(), task.title, task.context.model_dump_json(), engine.name, meetkit.__version__]
    return sha256(json.dumps(facts).encode()).hexdigest()


def _made_before(report: Path, made_from: str) -> MeetingInsights | None:
    """The insights of an earlier report, where it was made from the same and no section failed."""
    try:
        found = _DATA.search(report.read_text("utf-8")) if _begins_as_ours(report) else None
        kept = json.loads(found[1]) if found else {}
        if kept.get("made_from") != made_from:
            return None
        insights = MeetingInsights.model_validate(kept["insights"])
    except (OSError, ValueError, ValidationError):
        return None
    return insights if all(section.status == "ok" for section in insights.sections.values()) else None


def _begins_as_ours(path: Path) -> bool:
    from meetkit.insights.report import BEGINNING  # noqa: PLC0415  # as above

    with path.open("rb") as file:
        return file.read(len(BEGINNING)) == BEGINNING.encode()


def _pool(tasks: int, engine: Engine) -> Executor:
    if engine is not OFFLINE:
        return ThreadPoolExecutor(max_workers=_FILES_AT_A_TIME)
    workers = max(1, min(tasks, os.cpu_count() or 1))
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_interrupts)


def _leave_interrupts() -> None:
    """Ctrl-C reaches all processes of a terminal; the first of them ends the others in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
