"""Other processes that work on one database, forked so that they begin at once."""

from __future__ import annotations

import multiprocessing
import pickle
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

T = TypeVar("T")
_fork = multiprocessing.get_context("fork")


def fork(function: Callable[[], object]) -> BaseProcess:
    """A process that runs a function. It opens what it uses: an engine does not survive a fork."""
    process = _fork.Process(target=function, daemon=True)
    with warnings.catch_warnings():
        # From Python 3.12 on, of the thread by which pytest-xdist hears, which the new process never asks.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        process.start()
    return process


def in_processes(count: int, function: Callable[[int], T]) -> list[T]:
    """What a function returns in each of so many processes that begin it together, given their numbers."""
    barrier = _fork.Barrier(count)

    def work(number: int, answer: Connection) -> None:
        try:
            barrier.wait(timeout=60)
            result: object = function(number)
        except BaseException as error:  # it is the parent's to raise
            result = error
        answer.send_bytes(pickle.dumps(result))

    pipes = [_fork.Pipe(duplex=False) for _ in range(count)]
    workers = [fork(lambda number=number: work(number, pipes[number][1])) for number in range(count)]  # type: ignore[misc]
    results = []
    for worker, (answer, ours) in zip(workers, pipes, strict=True):
        ours.close()
        assert answer.poll(240), "a process takes too long"
        results.append(pickle.loads(answer.recv_bytes()))
        worker.join(60)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
