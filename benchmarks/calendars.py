"""What hostile calendar files cost before they are refused, beside honest files.

Everything is timed in one process, so that only ratios matter: a figure is the median of the processor's time over the
rounds. Run `uv run python benchmarks/calendars.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import time

from meetkit.calendars import Problem, read_busy
from meetkit.errors import InvalidRequestError


def file_of(event: str, count: int) -> bytes:
    """A calendar of so many events, each with a UID of its own."""
    events = "".join(f"BEGIN:VEVENT\nUID:{number}\n{event}END:VEVENT\n" for number in range(count))
    return f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n".encode()


HONEST = "DTSTART;TZID=Europe/Berlin:20260105T090000\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;BYDAY=MO\n"
HOSTILE = "DTSTART:20260105T090000Z\nDURATION:PT1S\nRRULE:FREQ={}\n"
FILES = {
    "3,000 weekly series, read": file_of(HONEST, 3_000),
    "3,000 minutely series, refused": file_of(HOSTILE.format("MINUTELY"), 3_000),
    "3,000 hourly series that never match, refused": file_of(HOSTILE.format("HOURLY;BYMONTH=2;BYMONTHDAY=30"), 3_000),
    "50,000 empty events, refused": file_of("", 50_000),
}


def seconds(ics: bytes) -> float:
    """The processor's time that a file takes, read or refused."""
    problems: list[Problem] = []
    began = time.process_time()
    with contextlib.suppress(InvalidRequestError):
        read_busy(
            ics, start="2026-03-30T00:00", end="2026-05-04T00:00", timezone="Europe/Berlin", on_problem=problems.append
        )
    return time.process_time() - began


def main() -> None:
    """Print each file's time as a multiple of the honest file's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="one round, to see that it runs")
    rounds = 1 if parser.parse_args().smoke else 5
    times = {name: [seconds(ics) for _ in range(rounds)] for name, ics in FILES.items()}
    base = statistics.median(next(iter(times.values())))
    for name, measured in times.items():
        print(f"{name:50} {statistics.median(measured) / base:5.2f} x  ({statistics.median(measured):.2f} s)")


if __name__ == "__main__":
    main()
