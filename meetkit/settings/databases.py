"""Settings of the database: URL, durability, encryption, retention."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meetkit.settings.value_types import Secret, SettingsGroup

# The database of `meetkit serve` where none is set.
DATABASE_URL = "sqlite:///meetkit.db"


class DatabaseSettings(SettingsGroup):
    """Settings of the database and of files to read."""

    max_calendar_mb: Annotated[
        int,
        Field(ge=1, le=1000, description="Size limit of a file for `meetkit slots --calendar`, in MiB."),
    ] = 20
    database_url: Annotated[
        Secret,
        Field(
            description="URL of the database, such as `sqlite:///meetings.db` or `postgresql://user@host/name`. Unset: "
            "`meetkit serve` creates `meetkit.db` in its working directory; the other commands use sample data.",
        ),
    ] = None
    sqlite_synchronous: Annotated[
        Literal["FULL", "NORMAL"],
        Field(
            description="SQLite's `synchronous` mode. `FULL` waits for the disk at each commit; `NORMAL` is faster and "
            "may lose the last commits at a power failure (see docs/decisions/0013-sqlite-durability.md)."
        ),
    ] = "FULL"
    encryption_keys: Annotated[
        Secret,
        Field(
            description="Comma-separated keys that encrypt transcripts and everything derived from them in the "
            "database: the first encrypts, all decrypt. `meetkit db new-key` prints a new key. Unset: no encryption."
        ),
    ] = None
    retention_days: Annotated[
        int | None,
        Field(
            ge=1,
            le=36_500,
            description="Age in days at which `meetkit purge` deletes transcripts and everything derived from them. "
            "Unset: never.",
        ),
    ] = None
    idempotency_key_hours: Annotated[
        int,
        Field(
            ge=1,
            le=876_000,
            description="Hours for which a repeat of a request with its `Idempotency-Key` returns the first result. "
            "Older keys are deleted by the server and by `meetkit purge`; a later repeat counts as a new request.",
        ),
    ] = 72
