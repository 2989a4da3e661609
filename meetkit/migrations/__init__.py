"""The migrations of the tables of `meetkit.storage.sql`, revision by revision; Alembic runs them."""


def run() -> None:
    """Run the migrations of a chain, on the connection and in the transaction of `schema.upgrade`.

    The `env.py` of every chain calls it.
    """
    from alembic import context  # noqa: PLC0415  # holds something only while Alembic runs

    context.configure(
        connection=context.config.attributes["connection"],
        version_table=context.config.attributes["version_table"],
        transactional_ddl=True,
    )
    context.run_migrations()
