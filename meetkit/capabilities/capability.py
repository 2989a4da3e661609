"""`Capability`: everything that one capability brings, by reference, so that nothing is imported before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from meetkit.models.caller import Caller
    from meetkit.storage.sql import Database

Reference = str
"""The place of an object as `package.module:attribute`, or a module as `package.module`."""


class Command(NamedTuple):
    """A command of the command line: its name, the click command, and its short help, shown before that is imported."""

    name: str
    target: Reference
    help: str


class Migrations(NamedTuple):
    """Alembic migrations of a capability that has its own: their package, their newest revision, a table they make.

    Its tables are then in a `metadata` of its own. Those of the capabilities in `NAMES` are in `meetkit.migrations`.
    """

    location: str
    head: str
    table: str


class PersonalDataReader(Protocol):
    """Reads what a capability stores about a caller, by field of the account export."""

    def __call__(self, caller: Caller, database: Database, /) -> Mapping[str, Any]:
        """Return the fields of the export that this capability fills."""
        ...


@dataclass(frozen=True, kw_only=True)
class Capability:
    """All parts of a capability. A field that is left out says that it brings nothing of that kind.

    Data, by functions that never commit unless they take a `Database`:
        tables: the module that defines its SQLAlchemy tables, each with its `data_policy`.
        migrations: see `Migrations`.
        records: a tuple of `meetkit.storage.sql.records.RecordKind`, in the order of an export.
        erase_user, erase_contact: `(connection, id, *, now) -> None`, run in the transaction of the erasure.
        purge: `(database, before, *, now) -> int`, which deletes content older than an instant and counts its owners.
        expire: `(database, settings, *, now) -> Mapping[str, int]`, which deletes what has expired, counted by kind;
        the server runs it each hour, and `meetkit purge` too.
        personal_data: a `PersonalDataReader`, for the account export.

    Interfaces:
        routes: a tuple of `meetkit.web.groups.Group`, FastAPI routers with an order, in the served app and a host's.
        service_routes: the same, in the served app alone.
        flask_routes: a `meetkit.web.flask.views.Routes`, in a Flask host's app.
        tools: a tuple of `meetkit.mcp.tool.Tool`, offered to assistants.
        examples, schemas: mappings by schema name, for the OpenAPI document.
        commands: see `Command`.

    Operation:
        audit_events: the names of the events that it records.
        settings: its settings class, a Pydantic model.
        metrics: `(registry, database) -> None`, which registers Prometheus collectors.
        health: `(connection) -> Mapping[str, str]`, the state of each part for `/readyz`: `ok` or `failed`.
    """

    name: str
    tables: Reference | None = None
    migrations: Migrations | None = None
    records: Reference | None = None
    erase_user: Reference | None = None
    erase_contact: Reference | None = None
    purge: Reference | None = None
    expire: Reference | None = None
    personal_data: Reference | None = None
    routes: Reference | None = None
    service_routes: Reference | None = None
    flask_routes: Reference | None = None
    tools: Reference | None = None
    examples: Reference | None = None
    schemas: Reference | None = None
    commands: tuple[Command, ...] = ()
    audit_events: tuple[str, ...] = ()
    settings: Reference | None = None
    metrics: Reference | None = None
    health: Reference | None = None

    def load(self, field: str) -> Any:
        """Import and return the object that a field refers to; `None` where the field is left out."""
        reference = getattr(self, field)
        return None if reference is None else resolve(reference)

    @property
    def references(self) -> dict[str, Reference]:
        """The references by field, those of commands by `commands.<name>`."""
        texts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "name"}
        return {
            **{name: value for name, value in texts.items() if isinstance(value, str)},
            **{f"commands.{command.name}": command.target for command in self.commands},
        }


# Resolved once, as requests and statements ask for the same objects again and again.
@cache
def resolve(reference: Reference) -> Any:
    """Import the module of a reference and return the object.

    Raises:
        ImportError: the module needs an extra that is not installed.
        AttributeError: the module has no such attribute.
    """
    return resolve_name(reference)
