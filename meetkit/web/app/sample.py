"""The sample in the database of a service in development."""

from __future__ import annotations

from meetkit import data
from meetkit.accounts.repository import teams
from meetkit.models.people import PeopleFilters
from meetkit.storage import SqlStore
from meetkit.storage.sql import Database


def fill(database: Database) -> bool:
    """Put the sample into a new database, in a team that who signs up first manages; return whether it was new."""
    if not database.is_new:
        return False
    sample = data.sample_store()
    SqlStore(database).import_records(list(sample.export_records()))
    database.write(teams.add_sample, sample.list_users(PeopleFilters()))
    return True
