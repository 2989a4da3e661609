"""The records of notes in an export."""

from __future__ import annotations

from meetkit.storage.sql.records import RecordKind
from tests.notes import queries
from tests.notes.models import NoteRecord

RECORDS = (RecordKind(model=NoteRecord, export=queries.export, insert_one=queries.insert_record),)
