"""How a database comes to have the tables of `meetkit.storage.sql`, revision by revision; run by Alembic."""
