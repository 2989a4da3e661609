"""Where things are kept, how safely, and for how long."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from meetkit.models.base import Value
from meetkit.settings.kinds import Secret

DATABASE_URL = "sqlite:///meetkit.db"
"""Where the service keeps things when nobody says where."""


class DatabaseSettings(Value):
    """The database, and the files that are read."""

    max_calendar_mb: Annotated[
        int,
        Field(ge=1, le=1000, description="The largest calendar file that `meetkit slots --calendar` reads, in MiB."),
    ] = 20
    database_url: Annotated[
        Secret,
        Field(
            description="The URL of the database, such as `sqlite:///meetings.db` or `postgresql://user@host/name`. "
            "Unset: `meetkit serve` makes `meetkit.db` where it is started, the other commands work on the sample.",
        ),
    ] = None
    sqlite_synchronous: Annotated[
        Literal["FULL", "NORMAL"],
        Field(
            description="Whether SQLite waits for the disk at each commit, or may lose the last ones at a power cut "
            "and is faster (see docs/decisions/0013-sqlite-durability.md)."
        ),
    ] = "FULL"
    encryption_keys: Annotated[
        Secret,
        Field(
            description="Keys, with commas, by which transcripts and all that is made from them are encrypted in the "
            "database: the first encrypts, all decrypt. `meetkit db new-key` makes one. Unset: they are not."
        ),
    ] = None
    retention_days: Annotated[
        int | None,
        Field(
            ge=1,
            le=36_500,
            description="After how many days `meetkit purge` removes transcripts and all that was made from them. "
            "Unset: never.",
        ),
    ] = None
