"""The metric of notes."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from meetkit.storage.sql import Database
from tests.notes import queries


def register(registry: CollectorRegistry, database: Database) -> None:
    """Expose the number of notes."""
    Gauge("toy_notes", "Notes.", registry=registry).set_function(lambda: database.read(queries.count))
