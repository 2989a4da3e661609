"""The records of polls in an export."""

from __future__ import annotations

from meetkit.polls import queries
from meetkit.polls.models import PollRecord
from meetkit.storage.sql.records import RecordKind

RECORDS = (RecordKind(model=PollRecord, export=queries.export, insert_one=queries.insert_record),)
