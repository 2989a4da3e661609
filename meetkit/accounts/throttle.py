"""Rate limits on attempts to guess credentials, counted in this process or, with others, in Redis."""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import time
from collections.abc import Callable
from typing import Self, TypeVar

from meetkit.errors import InvalidRequestError, ThrottledError
from meetkit.settings import Settings

try:
    from limits import RateLimitItemPerMinute
    from limits.errors import ConfigurationError
    from limits.storage import MemoryStorage, RedisStorage, storage_from_string
    from limits.strategies import MovingWindowRateLimiter
except ImportError as error:
    raise ImportError("accounts need the extra 'web': pip install 'meetkit[web]'") from error

T = TypeVar("T")
_MINUTES = 15
# Many people share an address.
_ADDRESS_FACTOR = 10
# Keys in memory before expired ones are swept: a sweep costs time in proportion to them.
_SWEEP_SIZE = 10_000
_RETRY_SECONDS = 10.0
# Seconds by which the clock is set back at once; less is a correction, which the window outlasts.
_CLOCK_JUMP = 60.0
_log = logging.getLogger(__name__)


class Throttle:
    """A limit on attempts per account in 15 minutes, and of ten times as many per address.

    When Redis fails, the process counts by itself and tries Redis again ten seconds later: nobody is locked out or
    waits for it each time, and guessing stays limited.
    """

    def __init__(self, attempts: int, storage: RedisStorage | None = None) -> None:
        """Allow so many attempts, counted in that Redis or in memory."""
        # The names are part of the keys in Redis, which servers of other versions share.
        self._per_account = RateLimitItemPerMinute(attempts, _MINUTES, "meetkit/account")
        self._per_address = RateLimitItemPerMinute(attempts * _ADDRESS_FACTOR, _MINUTES, "meetkit/address")
        self._per_event = RateLimitItemPerMinute(1, _MINUTES, "meetkit/news")
        self._memory = MemoryStorage()
        self._local = MovingWindowRateLimiter(self._memory)
        self._sweep_at = _SWEEP_SIZE
        self._shared = MovingWindowRateLimiter(storage) if storage else None
        self._is_failing, self._retry_at = False, 0.0
        self._clock_offset = _clock_offset()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the throttle of a process's settings.

        Raises:
            InvalidRequestError: MEETKIT_REDIS_URL is not a valid Redis URL.
        """
        if settings.redis_url is None:
            return cls(settings.login_attempts)
        try:
            storage = storage_from_string(settings.redis_url, socket_timeout=1, socket_connect_timeout=1)
        except (ConfigurationError, ValueError):
            storage = None
        if not isinstance(storage, RedisStorage):
            raise InvalidRequestError(
                "MEETKIT_REDIS_URL is not a valid Redis URL; an example is redis://127.0.0.1:6379/0"
            )
        return cls(settings.login_attempts, storage)

    def count_attempt(self, subject: str) -> None:
        """Count an attempt on a subject, such as an account's email address, before it is made.

        Raises:
            ThrottledError: there were too many.
        """
        self._sweep()
        key = _key(subject)
        # Before the attempt, so that attempts made at once cannot outrun the count.
        if not self._run(lambda limiter: limiter.hit(self._per_account, key)):
            raise self._error(self._per_account, key)

    def reset(self, subject: str) -> None:
        """Reset the count of a subject, once an attempt on it has succeeded."""
        self._run(lambda limiter: limiter.clear(self._per_account, _key(subject)))

    def check_address(self, address: str | None) -> None:
        """Refuse an address with too many failures.

        Raises:
            ThrottledError: it has.
        """
        if address is None:
            return
        key = _key(_network(address))
        if not self._run(lambda limiter: limiter.test(self._per_address, key)):
            raise self._error(self._per_address, key)

    def count_address(self, address: str | None) -> None:
        """Count a failure of an address."""
        if address is not None:
            self._run(lambda limiter: limiter.hit(self._per_address, _key(_network(address))))

    def is_first(self, event: str, address: str | None) -> bool:
        """Count an event of an address and return whether it is its first in 15 minutes."""
        key = _key(f"{event} {address and _network(address)}")
        return self._run(lambda limiter: limiter.hit(self._per_event, key))

    def _sweep(self) -> None:
        """Drop keys whose attempts have expired, which the library would store for good."""
        events, now = self._memory.events, time.time()
        if len(events) < self._sweep_at:
            return
        for key in list(events):
            # Another thread may be counting this key.
            with self._memory.locks[key]:
                entries = events.get(key)
                if not entries or entries[0].expiry < now:
                    events.pop(key, None)
                    self._memory.locks.pop(key, None)
        # Doubled, so that sweeps stay rare however many keys there are.
        self._sweep_at = max(_SWEEP_SIZE, 2 * len(events))

    def _error(self, item: RateLimitItemPerMinute, key: str) -> ThrottledError:
        until = self._run(lambda limiter: limiter.get_window_stats(item, key).reset_time)
        # A client that is told to wait 0 seconds would retry at once, perhaps just too early.
        seconds = max(1.0, until - time.time())
        return ThrottledError(f"too many attempts; try again in {-(-seconds // 60):.0f} min", retry_after=seconds)

    def _follow_clock(self) -> None:
        """Forget the attempts in memory where the clock was set back: they would count until it reaches them again."""
        offset = _clock_offset()
        if offset < self._clock_offset - _CLOCK_JUMP:
            self._memory.reset()
        self._clock_offset = offset

    def _run(self, operation: Callable[[MovingWindowRateLimiter], T]) -> T:
        self._follow_clock()
        if self._shared is None or time.monotonic() < self._retry_at:
            return operation(self._local)
        try:
            result = operation(self._shared)
        # A client raises all kinds of errors for a Redis that is away, is something else, or is full.
        except Exception as error:
            if not self._is_failing:
                _log.warning("Redis failed (%s): attempts are counted in this process alone", type(error).__name__)
            self._is_failing, self._retry_at = True, time.monotonic() + _RETRY_SECONDS
            return operation(self._local)
        self._is_failing = False
        return result


def _clock_offset() -> float:
    return time.time() - time.monotonic()


def _network(address: str) -> str:
    """Return what an address counts as: an IPv6 host can take any address of its network of 64 bits."""
    try:
        # The part after % is a network interface of this machine.
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    # A socket for both versions reports IPv4 clients as ::ffff:192.0.2.7.
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((ip, 64), strict=False))


def _key(subject: str) -> str:
    """Return the key to count by, a hash, so that Redis holds no email and no network addresses."""
    return hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:32]
