"""The script that Alembic runs for the store's own migrations."""

from meetkit import migrations

migrations.run()
