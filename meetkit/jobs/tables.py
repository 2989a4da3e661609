"""The table of jobs. Instants are microseconds since 1970 UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from meetkit.storage.sql.data_policy import data_policy
from meetkit.storage.sql.tables import metadata

_Id = Text().with_variant(Text(collation="C"), "postgresql")

# People and meetings may be stored elsewhere, so they are named by id. What a job works on and finds is not in its row.
jobs = Table(
    "meetkit_jobs",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("tenant_id", _Id, nullable=False),
    Column("user_id", _Id, nullable=False),
    Column("kind", _Id, nullable=False),
    Column("subject", _Id, nullable=False),
    Column("status", _Id, nullable=False),
    Column("result", Text),
    Column("error_status", Integer),
    Column("error_detail", Text),
    Column("created_at", BigInteger, nullable=False),
    # Whoever runs a job renews its lease; one whose lease has ended is no longer run by anybody.
    Column("leased_until", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index("ix_meetkit_jobs_user", "user_id"),
    Index("ix_meetkit_jobs_created", "created_at"),
    info=data_policy(
        erasure="deleted with the user who started it",
        export="not exported: ids and states of work alone",
        retention="a week after it was created, or until a purge",
    ),
)
