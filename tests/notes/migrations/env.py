"""The script that Alembic runs for the migrations of notes."""

from meetkit import migrations

migrations.run()
