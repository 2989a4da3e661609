"""Metrics of the database: the engine's pool, and the duration of statements."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from prometheus_client import Gauge
from sqlalchemy import Engine, event
from sqlalchemy.pool import QueuePool

from meetkit.web.monitoring.metrics import Metrics


def watch(engine: Engine, metrics: Metrics) -> None:
    """Observe an engine's pool and statements."""
    _watch_statements(engine, metrics)
    if isinstance(engine.pool, QueuePool):
        _watch_pool(engine.pool, metrics)


def _watch_statements(engine: Engine, metrics: Metrics) -> None:
    """Time statements by events of the dialect; those of an engine would slow each of its connections down."""
    observe = metrics.query_seconds.observe

    def observe_calls(name: str) -> None:
        execute = getattr(engine.dialect, name)

        @event.listens_for(engine, name)
        def _execute(*arguments: Any) -> bool:
            began = perf_counter()
            try:
                execute(*arguments)
            finally:
                observe(perf_counter() - began)
            return True  # The statement is executed; SQLAlchemy must not repeat it.

    for name in ("do_execute", "do_executemany", "do_execute_no_params"):
        observe_calls(name)


def _watch_pool(pool: QueuePool, metrics: Metrics) -> None:
    connections = Gauge(
        "meetkit_database_pool_connections", "Connections to the database.", ("state",), registry=metrics.registry
    )
    connections.labels("in_use").set_function(pool.checkedout)
    connections.labels("idle").set_function(pool.checkedin)
    size = Gauge("meetkit_database_pool_size", "The most connections.", registry=metrics.registry)
    size.set_function(pool.size)
