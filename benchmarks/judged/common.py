"""What all judgements share: where the data is, and a row of the table.

The sets are no part of the project. `DATA` is where they are looked for, beside the repository, unless a command's
`--data` names another folder.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


class MissingDataError(Exception):
    """A set is not there to judge by."""


def load(folder: Path, name: str) -> Any:
    """The set whose file begins with `name`, such as `dialogsum`; the labelled AMI file is `ami*labeled`."""
    found = sorted(folder.glob(f"{name}*.json.gz"))
    if not found:
        raise MissingDataError(f"no {name}*.json.gz in {folder}")
    with gzip.open(found[0], "rt", encoding="utf-8") as file:
        return json.load(file)


@dataclass(frozen=True)
class Row:
    """One measure of one task: ours beside the simple methods, the bar, the goal, and what limits it."""

    task: str
    measure: str
    ours: float
    bar: float
    goal: float | None = None
    simple: dict[str, float] = field(default_factory=dict)
    limit: dict[str, float] = field(default_factory=dict)
    note: str = ""
