"""What all judgements share: where the data is, and a row of the table.

The sets are no part of the project. `DATA` is where they are looked for, beside the repository, unless a command's
`--data` names another folder.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meetkit.models.transcripts import Transcript, Turn

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
    """One measure of one task: ours beside the simple methods, the bar, the goal, and what limits it.

    `function` is what was called; its result is what is judged.
    """

    task: str
    measure: str
    ours: float
    bar: float
    goal: float | None = None
    simple: dict[str, float] = field(default_factory=dict)
    limit: dict[str, float] = field(default_factory=dict)
    note: str = ""
    function: str = field(kw_only=True)


def transcript_of(turns: Iterable[tuple[str, str]]) -> Transcript:
    """A transcript of `Speaker: words` lines, in these turns."""
    placed: list[Turn] = []
    lines: list[str] = []
    at = 0
    for index, (speaker, text) in enumerate(turns):
        start = at + len(speaker) + 2
        placed.append(Turn(index=index, speaker=speaker, text=text, start=start, end=start + len(text)))
        lines.append(f"{speaker}: {text}\n")
        at = start + len(text) + 1
    return Transcript(format="text", text="".join(lines), turns=tuple(placed))
