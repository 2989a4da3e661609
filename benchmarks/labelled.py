"""How right the items, decisions and questions of `analyze` are, beside labels that people gave.

    uv run python benchmarks/labelled.py [--data DIR] [--list] [--smoke]

The function judged is `meetkit.insights.analysis.analyze` with its default engine and settings, on the whole
transcript; counted is what it shows in the labelled turns. The labels are in `benchmarks/labels`. The words of public
meetings are not part of the project: they are read from ../shared/data, or from --data, and where they are not there
only the invented calls are judged.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from judged.common import DATA, MissingDataError
from judged.labels import CALLS, Labels, Meeting, read_labels, said
from judged.linked import linked_rows
from judged.scoring import Grade, Judgement
from judged.verdicts import JUDGES, print_verdicts

from meetkit.insights.analysis import analyze

COLUMNS = [
    *("Kind", "Of", "Half", "Meetings", "Shown", "Right", "Half right", "Wrong", "Missed", "Precision", "Recall"),
    *("Owner right", "Day right", "Answered or open right", "Shown as answered", "Labelled answered"),
]

SMOKE = 2
"""Calls that show that it runs."""


Row = tuple[str, str, str]
"""The kind of insight, the kind of meeting, the half."""


@dataclass
class Tally:
    """The judgements of one kind of insight over some meetings."""

    judgements: list[Judgement] = field(default_factory=list)
    labelled_answered: list[bool] = field(default_factory=list)

    def graded(self, grade: Grade) -> int:
        """How many of those shown have this grade."""
        return sum(verdict.grade == grade for one in self.judgements for verdict in one.verdicts)

    def flags(self, name: str) -> list[bool]:
        """What the verdicts say of `owner`, `day`, `answered` or `shown_answered`, where they say something."""
        values = [getattr(verdict, name) for one in self.judgements for verdict in one.verdicts]
        return [value for value in values if value is not None]


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with the sets")
    parser.add_argument("--smoke", action="store_true", help="two calls only, to see that it runs")
    parser.add_argument(
        "--list", action="store_true", help="print what is shown and missed in the half to tune on, with its words"
    )
    options = parser.parse_args()
    labelled = read_labels()
    if options.smoke:
        labelled = [one for one in labelled if one.source == CALLS][:SMOKE]
    if options.list:
        print_verdicts([one for one in labelled if one.half == "tune"], options.data)
        return 0
    print("Judged: `meetkit.insights.analysis.analyze(transcript)`, default settings.\n")
    print_table(tallies(labelled, options.data))
    if not options.smoke:
        print_linked(options.data)
    return 0


def tallies(labelled: list[Labels], data: Path) -> dict[Row, Tally]:
    """The judgements by kind of insight, kind of meeting and half."""
    totals: dict[Row, Tally] = {}
    for labels in labelled:
        try:
            meeting = Meeting(said(labels, data))
        except MissingDataError as error:
            print(f"{labels.meeting}: {error}; it was not judged", file=sys.stderr)
            continue
        insights = analyze(meeting.transcript)
        where = "calls" if labels.source == CALLS else "meetings"
        for kind, judge in JUDGES.items():
            tally = totals.setdefault((kind, where, labels.half), Tally())
            tally.judgements.append(judge(meeting, insights, labels))
            if kind == "questions":
                tally.labelled_answered += [one.answered for one in labels.questions if one.answered is not None]
    return totals


def percent(part: float, whole: float) -> str:
    """A share in percent, or a dash where there is nothing."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def print_table(totals: dict[Row, Tally]) -> None:
    """The figures as Markdown."""
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    for (kind, where, half), tally in sorted(totals.items(), key=lambda row: (list(JUDGES).index(row[0][0]), row[0])):
        print(f"| {kind} | {where} | {half} | " + " | ".join(cells(tally)) + " |")


def cells(tally: Tally) -> Iterator[str]:
    """The figures of a row."""
    right, half, wrong = (tally.graded(grade) for grade in ("right", "half", "wrong"))
    hits, missed = (
        sum(map(len, parts)) for parts in zip(*((one.hits, one.missed) for one in tally.judgements), strict=True)
    )
    yield from map(str, (len(tally.judgements), right + half + wrong, right, half, wrong, missed))
    yield percent(right, right + half + wrong)
    yield percent(hits, hits + missed)
    for name in ("owner", "day", "answered", "shown_answered"):
        flags = tally.flags(name)
        yield percent(sum(flags), len(flags))
    yield percent(sum(tally.labelled_answered), len(tally.labelled_answered))


def print_linked(data: Path) -> None:
    """What is shown on AMI's development half beside the sentences linked to its actions and decisions."""
    try:
        rows = linked_rows(data)
    except MissingDataError as error:
        print(f"AMI's linked sentences: {error}; they were not judged", file=sys.stderr)
        return
    columns = ("AMI, linked sentences", "Shown", "Linked", "Precision", "Gold", "Found", "Recall")
    print("\n| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|")
    for row in rows:
        kind = f"{row.kind}, possible ones too" if row.apart else row.kind
        precision, recall = percent(row.linked, row.shown), percent(row.found, row.gold)
        print(f"| {kind} | {row.shown} | {row.linked} | {precision} | {row.gold} | {row.found} | {recall} |")


if __name__ == "__main__":
    sys.exit(main())
