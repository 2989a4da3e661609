"""How many date phrases of `dates/phrases.tsv` get the right day, on those kept apart and on the rest.

    uv run python benchmarks/date_phrases.py [--apart]

The days were written before the rules were run on them. A phrase is kept apart where the first byte of its SHA-256 is
divisible by 3; rules are written for the rest. The second set was written after the rules and run once, before its
misses and those kept apart were looked at. `--apart` also lists the misses of both.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from meetkit.insights.deadlines import deadline_of, find_phrases
from meetkit.models.analysis import MeetingContext
from meetkit.models.insights import Deadline

CORPUS = Path(__file__).parent / "dates" / "phrases.tsv"
NO_DAY, NO_DEADLINE = "none", "-"
TUNED, APART, SECOND = "tuned on", "kept apart", "second set"


@dataclass(frozen=True)
class Reading:
    """A phrase said on the day `anchor`, and the day or the candidates that it names."""

    kind: str
    anchor: dt.date
    phrase: str
    day: str
    candidates: tuple[dt.date, ...]

    @property
    def part(self) -> str:
        """The part of the corpus: `tuned on`, `kept apart` or `second set`."""
        if self.kind == "second-set":
            return SECOND
        return APART if hashlib.sha256(self.phrase.encode()).digest()[0] % 3 == 0 else TUNED

    @property
    def sentence(self) -> str:
        """A promise with the phrase, or the phrase itself where it is a sentence without a deadline."""
        return self.phrase if self.day == NO_DEADLINE else f"I'll send the report to Priya {self.phrase}."

    def deadlines(self) -> list[Deadline]:
        """The deadlines that are found in the sentence."""
        context = MeetingContext(date=self.anchor)
        return [deadline_of(phrase.text, context) for phrase in find_phrases(self.sentence)]

    def error(self) -> str | None:
        """Describe the deadlines found if they are not the right one, or not in all of its words."""
        deadlines = self.deadlines()
        if not deadlines and self.day in (NO_DAY, NO_DEADLINE) and not self.candidates:
            return None
        # The full stop of "by Tues." may be that of the sentence.
        if [deadline.phrase.removesuffix(".") for deadline in deadlines] == [self.phrase] and _same(deadlines[0], self):
            return None
        return str([(deadline.phrase, str(deadline.date), *map(str, deadline.candidates)) for deadline in deadlines])

    @property
    def is_silently_wrong(self) -> bool:
        """Whether a day is given that is not the right one."""
        return any(deadline.date and str(deadline.date) != self.day for deadline in self.deadlines())


def _same(deadline: Deadline, reading: Reading) -> bool:
    return (str(deadline.date or NO_DAY), deadline.candidates) == (reading.day, reading.candidates)


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


def main() -> int:
    """Print the share of each part, and the misses."""
    corpus = read_corpus()
    for label in (TUNED, APART, SECOND):
        part = [reading for reading in corpus if reading.part == label]
        right = sum(reading.error() is None for reading in part)
        wrong = sum(reading.is_silently_wrong for reading in part)
        print(f"{label}: {right} of {len(part)} right ({100 * right / len(part):.1f} %), a wrong day for {wrong}")
        if label == TUNED or "--apart" in sys.argv:
            for reading in part:
                if error := reading.error():
                    expected = " ".join([reading.day, *map(str, reading.candidates)])
                    print(f"  {reading.phrase!r} on {reading.anchor}: {expected}, not {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
