"""The metrics of one app, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from meetkit.models.usage import Outcome, Usage
from meetkit.web.monitoring.prices import dollars

NO_ROUTE = "unmatched"
"""The label of a request that no route matches."""
# Clients may send any word as a method, and each label is a series for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUERY_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# Models take seconds where statements take milliseconds.
_MODEL_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120)
_Observers = tuple[Callable[[], None], Callable[[float], None]]


class Metrics:
    """Counters and timers in a registry of their own, so that apps of one process do not mix.

    Counters with known labels start at 0, as Prometheus sees no increase in a series that starts with its first count.

    `route` is always a template, such as `/meetings/{meeting_id}`, never the path of a request.
    """

    def __init__(self, price: Callable[[Usage], Decimal | None] = dollars) -> None:
        """Create the metrics; `price` returns the cost of a model call in dollars, `None` where it is unknown."""
        self.registry = CollectorRegistry()
        self.in_progress = 0
        self._price = price
        self._requests = Counter(
            "meetkit_http_requests", "Requests served.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "meetkit_http_request_seconds", "Duration of requests.", ("method", "route"), registry=self.registry
        )
        progress = Gauge("meetkit_http_requests_in_progress", "Requests in progress.", registry=self.registry)
        progress.set_function(lambda: self.in_progress)
        self.query_seconds = Histogram(
            "meetkit_database_query_seconds",
            "Duration of database statements.",
            buckets=_QUERY_SECONDS,
            registry=self.registry,
        )
        self._ready = Gauge("meetkit_ready", "Whether a part works: 1 or 0.", ("part",), registry=self.registry)
        self._model = _ModelMetrics(self.registry)
        # Looking up a metric's labels for each request would cost more than counting it.
        self._observers: dict[tuple[str, str, int], _Observers] = {}

    def observe_request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count a request, and observe its duration."""
        key = (method, route or NO_ROUTE, status)
        observers = self._observers.get(key) or self._observers_of(key)
        observers[0]()
        observers[1](seconds)

    def observe_usage(self, usage: Usage) -> None:
        """Count a model call, its tokens and their cost."""
        self._model.observe(usage, self._price(usage))

    def set_ready(self, parts: Mapping[str, bool]) -> None:
        """Set which parts work; a part that is not named is removed."""
        self._ready.clear()
        for part, works in parts.items():
            self._ready.labels(part).set(works)

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _observers_of(self, key: tuple[str, str, int]) -> _Observers:
        method, route, status = key
        if method not in _METHODS:
            return self._observers.get(("OTHER", route, status)) or self._cache_observers(("OTHER", route, status))
        return self._cache_observers(key)

    def _cache_observers(self, key: tuple[str, str, int]) -> _Observers:
        method, route, status = key
        observers = (
            self._requests.labels(method, route, str(status)).inc,
            self._seconds.labels(method, route).observe,
        )
        self._observers[key] = observers
        return observers


class _ModelMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        of = ("model", "purpose")
        self._calls = Counter("meetkit_model_calls", "Model calls.", (*of, "outcome"), registry=registry)
        self._tokens = Counter("meetkit_model_tokens", "Tokens of model calls.", (*of, "direction"), registry=registry)
        self._cost = Counter(
            "meetkit_model_cost_dollars", "Cost of calls, where the price is known.", of, registry=registry
        )
        self._seconds = Histogram(
            "meetkit_model_call_seconds", "Duration of model calls.", of, buckets=_MODEL_SECONDS, registry=registry
        )

    def observe(self, usage: Usage, cost: Decimal | None) -> None:
        of = (usage.model, usage.purpose)
        for outcome in get_args(Outcome):
            self._calls.labels(*of, outcome)
        self._calls.labels(*of, usage.outcome).inc()
        self._tokens.labels(*of, "input").inc(usage.input_tokens or 0)
        self._tokens.labels(*of, "output").inc(usage.output_tokens or 0)
        self._seconds.labels(*of).observe(usage.seconds)
        if cost:
            self._cost.labels(*of).inc(float(cost))
