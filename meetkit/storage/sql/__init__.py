"""The store in SQL, on SQLite and PostgreSQL. Needs the extra `sql`."""

try:
    import psycopg  # noqa: F401  # the driver, whose absence SQLAlchemy would report only when it connects
    import sqlalchemy  # noqa: F401
except ImportError as error:
    raise ImportError("the SQL store needs the extra 'sql': pip install 'meetkit[sql]'") from error

from meetkit.storage.sql.database import Database
from meetkit.storage.sql.engines import SqlOptions
from meetkit.storage.sql.store import SqlStore

__all__ = ["Database", "SqlOptions", "SqlStore"]
