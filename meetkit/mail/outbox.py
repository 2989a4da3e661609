"""Mail that leaves later, so that no request waits for it, or tells by its time that there was any."""

from __future__ import annotations

import heapq
import logging
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import NamedTuple

from meetkit.errors import MailError
from meetkit.mail.mailer import Letter, Mailer
from meetkit.mail.message import Message

_log = logging.getLogger("meetkit")


class _Again(NamedTuple):
    """A message that nobody took yet; `due` on the monotonic clock, `number` in order of failure."""

    due: float
    number: int
    message: Message
    attempts: int

    def letter(self) -> Message:
        """The message as it was written."""
        return self.message


class Outbox:
    """Takes letters at once, and writes and sends them, one after the other, in a thread of its own.

    What nobody took is tried again later, behind all that waits by then. What cannot be written, or be sent in a few
    tries or ever, is dropped and logged, by kind, as is what comes when `size` letters wait.
    """

    def __init__(self, mailer: Mailer, *, size: int = 1000, attempts: int = 3, wait: float = 1.0) -> None:
        """Send by this mailer, each message in at most so many attempts, `wait` seconds apart, then twice that."""
        self._mailer = mailer
        self._size = size
        self._attempts = attempts
        self._wait = wait
        self._waiting: SimpleQueue[Letter | None] = SimpleQueue()
        self._again: list[_Again] = []
        self._failures = 0
        self._lock = Lock()
        self._closed = False
        # A daemon, as a mailer that hangs must not keep the process alive after `close`.
        self._thread = Thread(target=self._work, name="meetkit-outbox", daemon=True)
        self._thread.start()

    def put(self, letter: Letter) -> None:
        """Take a letter. Never waits, never fails."""
        with self._lock:
            if takes := not self._closed and self._waiting.qsize() + len(self._again) < self._size:
                self._waiting.put(letter)
        if not takes:
            _log.error("a mail was dropped: the outbox is %s", "closed" if self._closed else "full")

    def close(self, timeout: float) -> bool:
        """Take no more, and send what waits, for at most `timeout` seconds; whether all of it was dealt with."""
        with self._lock:
            if not self._closed:
                self._waiting.put(None)
            self._closed = True
        self._thread.join(timeout)
        if done := not self._thread.is_alive():
            return done
        waiting = max(self._waiting.qsize() - 1, 0) + len(self._again)
        _log.error("mails were not sent in time: %d wait behind one under way", waiting)
        return done

    def _work(self) -> None:
        is_last = False
        while self._again or not is_last:
            try:
                letter = self._waiting.get(timeout=self._until_due())
            except Empty:
                again = heapq.heappop(self._again)
                self._deal(again.letter, again.attempts)
                continue
            if letter is None:
                is_last = True
            else:
                self._deal(letter, 0)

    def _until_due(self) -> float | None:
        return max(self._again[0].due - monotonic(), 0.0) if self._again else None

    def _deal(self, letter: Letter, attempts: int) -> None:
        """Write and send a letter that was tried so often."""
        try:
            if message := letter():
                self._send(message, attempts + 1)
        except MailError as error:
            _log.error("a mail was dropped: %s", error)
        except Exception as error:  # of who writes it, or a host's mailer; the thread must live
            _log.error("a mail was dropped: %s", type(error).__name__)

    def _send(self, message: Message, attempt: int) -> None:
        try:
            self._mailer.send(message)
        except MailError as error:
            if not error.retryable or attempt >= self._attempts:
                raise
            self._failures += 1
            due = monotonic() + self._wait * 2 ** (attempt - 1)
            heapq.heappush(self._again, _Again(due, self._failures, message, attempt))
