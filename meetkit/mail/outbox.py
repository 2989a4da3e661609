"""Mail that leaves later, so that no request waits for it, or tells by its time that there was any."""

from __future__ import annotations

import logging
from queue import SimpleQueue
from threading import Lock, Thread

import stamina

from meetkit.errors import MailError
from meetkit.mail.mailer import Letter, Mailer
from meetkit.mail.message import Message

_log = logging.getLogger("meetkit")


class Outbox:
    """Takes letters at once, and writes and sends them, one after the other, in a thread of its own.

    What cannot be written, or be sent in a few tries, is dropped and logged, by kind, as is what comes when `size`
    letters wait.
    """

    def __init__(self, mailer: Mailer, *, size: int = 1000, attempts: int = 3) -> None:
        """Send by this mailer, each message in at most so many attempts."""
        self._mailer = mailer
        self._size = size
        self._attempts = attempts
        self._waiting: SimpleQueue[Letter | None] = SimpleQueue()
        self._lock = Lock()
        self._closed = False
        # A daemon, as a mailer that hangs must not keep the process alive after `close`.
        self._thread = Thread(target=self._work, name="meetkit-outbox", daemon=True)
        self._thread.start()

    def put(self, letter: Letter) -> None:
        """Take a letter. Never waits, never fails."""
        with self._lock:
            if takes := not self._closed and self._waiting.qsize() < self._size:
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
        _log.error("mails were not sent in time: %d wait behind one under way", max(self._waiting.qsize() - 1, 0))
        return done

    def _work(self) -> None:
        while (letter := self._waiting.get()) is not None:
            try:
                if message := letter():
                    self._send(message)
            except MailError as error:
                _log.error("a mail was dropped: %s", error)
            except Exception as error:  # of who writes it, or a host's mailer; the thread must live
                _log.error("a mail was dropped: %s", type(error).__name__)

    def _send(self, message: Message) -> None:
        for attempt in stamina.retry_context(on=MailError, attempts=self._attempts, timeout=60.0, wait_initial=1.0):
            with attempt:
                self._mailer.send(message)
