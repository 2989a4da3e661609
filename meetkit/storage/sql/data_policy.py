"""The data policy of a table: what erasure, export and retention do to its rows, declared beside the table."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table

_INFO_KEY = "meetkit_data_policy"


@dataclass(frozen=True, kw_only=True)
class DataPolicy:
    """The erasure, export and retention of a table's rows, in a few words each."""

    erasure: str
    export: str
    retention: str

    def __post_init__(self) -> None:
        """Refuse a policy with an empty word."""
        if not (self.erasure.strip() and self.export.strip() and self.retention.strip()):
            raise ValueError("a data policy says something on each of erasure, export and retention")


def data_policy(*, erasure: str, export: str, retention: str) -> dict[str, DataPolicy]:
    """Return the `info` of a table that declares its data policy.

    Args:
        erasure: what erasing a person does to the rows, such as `"deleted"`, or `"none: no personal data"`.
        export: whether and how an export holds the rows, such as `"record kind user"`, or `"not exported"`.
        retention: how long the rows are stored, such as `"until the meeting is deleted"`.
    """
    return {_INFO_KEY: DataPolicy(erasure=erasure, export=export, retention=retention)}


def policy_of(table: Table) -> DataPolicy | None:
    """Return the data policy that a table declares, `None` where it declares none."""
    policy: DataPolicy | None = table.info.get(_INFO_KEY)
    return policy
