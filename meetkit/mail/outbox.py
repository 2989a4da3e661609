"""The outbox: mail is created and sent in the background, so that requests neither wait for it nor reveal it."""

from __future__ import annotations

import heapq
import logging
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import NamedTuple

from meetkit.errors import MailError, MeetkitError
from meetkit.mail.folder import FolderMailer
from meetkit.mail.mailer import Mailer, MessageFactory
from meetkit.mail.message import Message

_log = logging.getLogger("meetkit")


class _Retry(NamedTuple):
    """A message to retry, ordered by `due` on the monotonic clock, then by `number` in order of failure."""

    due: float
    number: int
    create: MessageFactory
    attempts: int


class Outbox:
    """A mail queue that creates and sends its messages one after the other in a thread of its own.

    A message that is not accepted, or cannot be created as the database fails, is retried later, after the messages
    queued by then. A message whose creation fails otherwise, or that is rejected for good or fails in all attempts, is
    discarded and logged by the kind of its error, as is one that arrives when `size` messages are queued.
    """

    def __init__(self, mailer: Mailer, *, size: int = 1000, attempts: int = 3, wait: float = 1.0) -> None:
        """Start the thread. The wait before a second attempt is `wait` seconds, before each further one twice that."""
        self._mailer = mailer
        self._size = size
        self._attempts = attempts
        self._wait = wait
        self._queue: SimpleQueue[MessageFactory | None] = SimpleQueue()
        self._retries: list[_Retry] = []
        self._failures = 0
        self._lock = Lock()
        self._is_closed = False
        # A daemon, as a mailer that hangs must not keep the process alive after `close`.
        self._thread = Thread(target=self._run, name="meetkit-outbox", daemon=True)
        self._thread.start()

    def put(self, create: MessageFactory, /) -> None:
        """Enqueue a message. Never blocks, never raises."""
        # Under the lock, so that no message follows the `None` of `close` and is lost.
        with self._lock:
            if has_room := self._has_room():
                self._queue.put(create)
        if not has_room:
            _log.error("email discarded: the outbox is %s", self._state())

    def check(self) -> None:
        """Check that a message can be queued now, and written where messages are files.

        Raises:
            MailError: it cannot.
        """
        if not self._has_room():
            raise MailError(f"no mail can be sent now: the outbox is {self._state()}; try again later")
        if isinstance(self._mailer, FolderMailer):
            self._mailer.check_folder()

    def _has_room(self) -> bool:
        return not self._is_closed and self._queue.qsize() + len(self._retries) < self._size

    def _state(self) -> str:
        return "closed" if self._is_closed else "full"

    def close(self, timeout: float) -> bool:
        """Accept no more messages, send the queued ones, and return whether that took at most `timeout` seconds."""
        with self._lock:
            if not self._is_closed:
                self._queue.put(None)
            self._is_closed = True
        self._thread.join(timeout)
        if not self._thread.is_alive():
            return True
        # Without the `None` that ends the thread.
        count = max(self._queue.qsize() - 1, 0) + len(self._retries)
        _log.error("%d emails not sent before shutdown, and one in progress", count)
        return False

    def _run(self) -> None:
        is_last = False
        while self._retries or not is_last:
            try:
                create = self._queue.get(timeout=self._seconds_until_due())
            except Empty:
                retry = heapq.heappop(self._retries)
                self._process(retry.create, retry.attempts)
                continue
            if create is None:
                is_last = True
            else:
                self._process(create, 0)

    def _seconds_until_due(self) -> float | None:
        return max(self._retries[0].due - monotonic(), 0.0) if self._retries else None

    def _process(self, create: MessageFactory, attempts: int) -> None:
        """Create and send a message after that many failed attempts."""
        try:
            if message := create():
                # A retry sends it as it is, as to create it again would replace its token.
                create = partial(_identity, message)
                self._mailer.send(message)
        except MeetkitError as error:
            self._retry_or_discard(error, create, attempts + 1)
        except Exception as error:  # Of a factory or a host's mailer; the thread must survive it.
            _log.error("email discarded: %s", type(error).__name__)

    def _retry_or_discard(self, error: MeetkitError, create: MessageFactory, attempts: int) -> None:
        if not error.retryable or attempts >= self._attempts:
            # The messages of other errors may hold anything.
            _log.error("email discarded: %s", error if isinstance(error, MailError) else type(error).__name__)
            return
        self._failures += 1
        due = monotonic() + self._wait * 2 ** (attempts - 1)
        heapq.heappush(self._retries, _Retry(due, self._failures, create, attempts))


def _identity(message: Message) -> Message:
    return message
