"""A condition on a list of values that is passed as one parameter.

An IN list has a parameter for each value, so a statement of its own for each length, and 32,766 at most on SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Self

from sqlalchemy import ARRAY, BigInteger, BindParameter, Boolean, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType


class any_of(FunctionElement[bool]):  # noqa: N801  # reads as the operator that it is
    """`any_of(column, value_list("name", type))`: the column is among these values."""

    name = "any_of"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:  # noqa: ARG002  # SQLAlchemy's
        """Return the condition as it is."""
        # SQLAlchemy would put `… = 1` around it on SQLite, which hides it from the indexes.
        return self


def value_list(name: str, item: type[Text | BigInteger]) -> BindParameter[Any]:
    """Return a parameter for `any_of`: a list of values of one type."""
    return bindparam(name, type_=_ValueList(item))


class _ValueList(TypeDecorator[Any]):
    """A list as one value: JSON text on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[Text | BigInteger]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.item))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        return json.dumps(value) if dialect.name == "sqlite" else value


@compiles(any_of, "sqlite")
def _on_sqlite(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    # SQLite has no arrays; `json_each` reads the list from one parameter.
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # a column and a parameter


@compiles(any_of, "postgresql")
def _on_postgresql(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({values})"
