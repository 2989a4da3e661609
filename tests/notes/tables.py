"""The table of notes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text

from meetkit.storage.sql.data_policy import data_policy

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s"})

notes = Table(
    "toy_notes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("contact_id", Text),
    Column("text", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_toy_notes_user", "tenant_id", "user_id"),
    info=data_policy(
        erasure="deleted with the user or contact",
        export="record kind note; account export",
        retention="deleted by purge",
    ),
)
