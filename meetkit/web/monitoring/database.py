"""How busy the database is: the engine's pool, and how long its statements take."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from prometheus_client import Gauge
from sqlalchemy import Engine, event
from sqlalchemy.pool import QueuePool

from meetkit.web.monitoring.metrics import Metrics


def watch(engine: Engine, metrics: Metrics) -> None:
    """Have an engine's pool and statements show in the metrics."""
    _watch_statements(engine, metrics)
    if isinstance(engine.pool, QueuePool):
        _watch_pool(engine.pool, metrics)


def _watch_statements(engine: Engine, metrics: Metrics) -> None:
    observe = metrics.query_seconds.observe

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(_connection: Any, _cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: bool) -> None:
        if context is not None:
            context.meetkit_began = perf_counter()

    @event.listens_for(engine, "after_cursor_execute")
    def _end(_connection: Any, _cursor: Any, _statement: Any, _parameters: Any, context: Any, _many: bool) -> None:
        if context is not None:
            observe(perf_counter() - context.meetkit_began)


def _watch_pool(pool: QueuePool, metrics: Metrics) -> None:
    connections = Gauge(
        "meetkit_database_pool_connections", "Connections to the database.", ("state",), registry=metrics.registry
    )
    connections.labels("in_use").set_function(pool.checkedout)
    connections.labels("idle").set_function(pool.checkedin)
    size = Gauge("meetkit_database_pool_size", "Connections that there may be at most.", registry=metrics.registry)
    size.set_function(pool.size)
