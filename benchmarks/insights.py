"""How fast the offline engine is, beside one pass of splitting the same text into words.

    uv run python benchmarks/insights.py [--smoke]

Times are those of the processor, so that what else runs on the machine counts little. The meetings are made of the
sample's transcripts, over and over; the smallest is about one hour of talk.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files

from meetkit.insights.analysis import OFFLINE, analyze
from meetkit.insights.language.text import Document
from meetkit.insights.offline.sections import SECTIONS
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingContext
from meetkit.models.transcripts import Transcript

SIZES = (10_000, 30_000, 100_000)
_WORD = re.compile(r"\w+")


def meeting_of(words: int) -> Transcript:
    """A transcript of about so many words, in turns of about 17."""
    folder = files("meetkit") / "sample" / "transcripts"
    lines = [
        f"{line.partition(': ')[0]}: {sentence}"
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        for line in file.read_text("utf-8").splitlines()
        for sentence in re.split(r"(?<=[.?!]) (?=\w+ \w+ \w+ \w+ \w+ \w+)", line.partition(": ")[2])
    ]
    chosen: list[str] = []
    count = 0
    while count < words:
        chosen.append(lines[len(chosen) % len(lines)])
        count += len(chosen[-1].split())
    return read_transcript("\n".join(chosen))


def median_ms(call: Callable[[], object], runs: int) -> float:
    """The median CPU time of a call, in milliseconds, after one that warms up."""
    call()
    times = []
    for _ in range(runs):
        began = time.process_time()
        call()
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="one small size once, to see that it runs")
    smoke = parser.parse_args().smoke
    runs = 1 if smoke else 7
    print("| Words | Turns | Analysis (ms) | Splitting into words (ms) | Ratio | ms for 1,000 words |")
    print("|---|---|---|---|---|---|")
    for size in (1_000,) if smoke else SIZES:
        transcript = meeting_of(size)
        words = len(transcript.text.split())
        whole = median_ms(partial(analyze, transcript, engine=OFFLINE), runs)
        split = median_ms(partial(_WORD.findall, transcript.text), runs)
        print(
            f"| {words:,} | {len(transcript.turns):,} | {whole:,.0f} | {split:.2f} | {whole / split:.0f} "
            f"| {whole / words * 1000:.1f} |"
        )
    by_section(meeting_of(1_000 if smoke else SIZES[0]), runs)
    return 0


def by_section(transcript: Transcript, runs: int) -> None:
    """How long each section takes by itself."""
    document, context = Document.of(transcript), MeetingContext()
    print("\n| Section | ms |\n|---|---|")
    print(f"| words and sentences | {median_ms(partial(Document.of, transcript), runs):.1f} |")
    for name, find in SECTIONS.items():
        print(f"| {name} | {median_ms(partial(find, document, context), runs):.1f} |")


if __name__ == "__main__":
    sys.exit(main())
