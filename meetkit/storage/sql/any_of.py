"""A condition on any number of values, handed over as one parameter.

An IN list is a parameter a value, a text of its own for each length, and on SQLite 32,766 at most.
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
        """A condition as it is: SQLite's `… = 1` around it would hide it from the indexes."""
        return self


def value_list(name: str, item: type[Text | BigInteger]) -> BindParameter[Any]:
    """A parameter for `any_of`: values of one type."""
    return bindparam(name, type_=_ValueList(item))


class _ValueList(TypeDecorator[Any]):
    """Values as one: a text of JSON on SQLite, an array on PostgreSQL."""

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
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # a column and a parameter


@compiles(any_of, "postgresql")
def _on_postgresql(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({values})"
