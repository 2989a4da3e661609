"""What Alembic runs: the migrations, on the connection and in the transaction that `schema.upgrade` gave."""

from alembic import context

from meetkit.storage.sql.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"], version_table=VERSION_TABLE, transactional_ddl=True
)
context.run_migrations()
