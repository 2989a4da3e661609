"""How many of the date phrases in `dates/phrases.tsv` resolve to the right day, on the phrases kept apart and on the rest.

    uv run python benchmarks/date_phrases.py [--apart]

The days were written before the rules were run on them. A phrase is kept apart where the first byte of its SHA-256 is
divisible by 3; rules are written for the rest. `--apart` also lists the misses among the phrases kept apart.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from meetkit.insights.deadlines import deadline_of, find_phrases
from meetkit.models.analysis import MeetingContext

CORPUS = Path(__file__).parent / "dates" / "phrases.tsv"
NO_DAY, NO_DEADLINE = "none", "-"


@dataclass(frozen=True)
class Reading:
    """A phrase said on the day `anchor`, and the day or the candidates that it names."""

    kind: str
    anchor: dt.date
    phrase: str
    day: str
    candidates: tuple[dt.date, ...]

    @property
    def is_apart(self) -> bool:
        """Whether the phrase is kept apart from those that rules are written for."""
        return hashlib.sha256(self.phrase.encode()).digest()[0] % 3 == 0

    @property
    def sentence(self) -> str:
        """A promise with the phrase, or the phrase itself where it is a sentence without a deadline."""
        return self.phrase if self.day == NO_DEADLINE else f"I'll send the report to Priya {self.phrase}."

    def error(self) -> str | None:
        """Describe what `find_phrases` and `deadline_of` return for the sentence, `None` if that is right."""
        phrases = [phrase.text for phrase in find_phrases(self.sentence)]
        if self.day == NO_DEADLINE:
            return f"found {phrases}" if phrases else None
        if phrases != [self.phrase] and (phrases or self.day != NO_DAY or self.candidates):
            return f"found {phrases}"
        deadline = deadline_of(self.phrase, MeetingContext(date=self.anchor))
        if (str(deadline.date or NO_DAY), deadline.candidates) == (self.day, self.candidates):
            return None
        return f"{deadline.date or NO_DAY} {' '.join(map(str, deadline.candidates))}".strip()


def read_corpus() -> list[Reading]:
    """The corpus, in the order of its file."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        return [
            Reading(
                row["kind"],
                dt.date.fromisoformat(row["anchor"]),
                row["phrase"],
                row["day"],
                tuple(map(dt.date.fromisoformat, row["candidates"].split())),
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


def share_right(readings: Sequence[Reading]) -> float:
    """The share of the readings without an error."""
    return sum(reading.error() is None for reading in readings) / len(readings)


def main() -> int:
    """Print the share of each part, and the misses."""
    corpus = read_corpus()
    for label, is_apart in (("tuned on", False), ("kept apart", True)):
        part = [reading for reading in corpus if reading.is_apart is is_apart]
        right = sum(reading.error() is None for reading in part)
        print(f"{label}: {right} of {len(part)} right, {100 * right / len(part):.1f} %")
        if not is_apart or "--apart" in sys.argv:
            for reading in part:
                if error := reading.error():
                    expected = " ".join([reading.day, *map(str, reading.candidates)])
                    print(f"  {reading.phrase!r} on {reading.anchor}: {expected}, not {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
