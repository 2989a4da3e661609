"""Counting attempts, so that nobody guesses for long: in this process, or with others in a Redis."""

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
_OF_AN_ADDRESS = 10
_MANY = 10_000
_SECONDS_LEFT_ALONE = 10.0
_log = logging.getLogger(__name__)


class Throttle:
    """Lets so many attempts of an account through in 15 minutes, and ten times as many of an address.

    Where the Redis fails, the process counts by itself, and asks it again ten seconds later: nobody is kept out or
    waits for it each time, and nobody is let guess on.
    """

    def __init__(self, attempts: int, storage: RedisStorage | None = None) -> None:
        """Let so many attempts through, counted in that Redis or in memory."""
        self._of_account = RateLimitItemPerMinute(attempts, _MINUTES, "meetkit/account")
        self._of_address = RateLimitItemPerMinute(attempts * _OF_AN_ADDRESS, _MINUTES, "meetkit/address")
        self._news = RateLimitItemPerMinute(1, _MINUTES, "meetkit/news")
        self._memory = MemoryStorage()
        self._own = MovingWindowRateLimiter(self._memory)
        self._swept_at = _MANY
        self._shared = MovingWindowRateLimiter(storage) if storage else None
        self._failing, self._left_alone_until = False, 0.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The throttle of a process.

        Raises:
            InvalidRequestError: the URL of the Redis is none.
        """
        if settings.redis_url is None:
            return cls(settings.login_attempts)
        try:
            storage = storage_from_string(settings.redis_url, socket_timeout=1, socket_connect_timeout=1)
        except (ConfigurationError, ValueError):
            storage = None
        if not isinstance(storage, RedisStorage):
            raise InvalidRequestError("MEETKIT_REDIS_URL: a URL such as redis://127.0.0.1:6379/0")
        return cls(settings.login_attempts, storage)

    def attempt(self, who: str) -> None:
        """Count an attempt on what somebody names, such as an account's e-mail, before it is made.

        Raises:
            ThrottledError: there were too many.
        """
        self._sweep()
        key = _key(who)
        if not self._do(lambda limiter: limiter.hit(self._of_account, key)):
            raise self._error(self._of_account, key)

    def forgive(self, who: str) -> None:
        """Forget the attempts on what turned out to be somebody's own."""
        self._do(lambda limiter: limiter.clear(self._of_account, _key(who)))

    def check_address(self, address: str | None) -> None:
        """Refuse an address that failed too often.

        Raises:
            ThrottledError: it did.
        """
        if address is None:
            return
        key = _key(_network(address))
        if not self._do(lambda limiter: limiter.test(self._of_address, key)):
            raise self._error(self._of_address, key)

    def count_address(self, address: str | None) -> None:
        """Count a failure against where it came from."""
        if address is not None:
            self._do(lambda limiter: limiter.hit(self._of_address, _key(_network(address))))

    def is_news(self, what: str, address: str | None) -> bool:
        """Whether this was not said of that address in the last 15 minutes; what is noted for good is noted once."""
        key = _key(f"{what} {address and _network(address)}")
        return self._do(lambda limiter: limiter.hit(self._news, key))

    def _sweep(self) -> None:
        """Forget names whose attempts are past, which the library would keep for good."""
        events, now = self._memory.events, time.time()
        if len(events) < self._swept_at:
            return
        for key in list(events):
            with self._memory.locks[key]:
                entries = events.get(key)
                if not entries or entries[0].expiry < now:
                    events.pop(key, None)
                    self._memory.locks.pop(key, None)
        self._swept_at = max(_MANY, 2 * len(events))

    def _error(self, item: RateLimitItemPerMinute, key: str) -> ThrottledError:
        until = self._do(lambda limiter: limiter.get_window_stats(item, key).reset_time)
        seconds = max(1.0, until - time.time())
        return ThrottledError(f"too many attempts; try again in {-(-seconds // 60):.0f} min", retry_after=seconds)

    def _do(self, what: Callable[[MovingWindowRateLimiter], T]) -> T:
        if self._shared is None or time.monotonic() < self._left_alone_until:
            return what(self._own)
        try:
            found = what(self._shared)
        # Whatever a client makes of a Redis that is not there, not itself, or full.
        except Exception as error:
            if not self._failing:
                _log.warning("attempts are counted in this process alone: the Redis failed (%s)", type(error).__name__)
            self._failing, self._left_alone_until = True, time.monotonic() + _SECONDS_LEFT_ALONE
            return what(self._own)
        self._failing = False
        return found


def _network(address: str) -> str:
    """What an address is counted as: of IPv6 the network of 64 bits, in which a single host may take any address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))


def _key(who: str) -> str:
    """What is counted by; others who look into the Redis learn no e-mail and no address."""
    return hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()[:32]
