"""An aggregate function: the texts of several rows as the lines of one text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class joined_lines(FunctionElement[str]):  # noqa: N801  # reads as the function that it is
    """`joined_lines(column)`: the texts of a group with a line feed between them, in no order.

    SQLAlchemy's own `aggregate_strings` writes its separator into the statement anew each time it is sent.
    """

    name = "joined_lines"
    type = Text()
    inherit_cache = True


@compiles(joined_lines, "sqlite")
def _on_sqlite(element: joined_lines, compiler: SQLCompiler, **options: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **options)}, char(10))"


@compiles(joined_lines, "postgresql")
def _on_postgresql(element: joined_lines, compiler: SQLCompiler, **options: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **options)}, chr(10))"
