"""A worker process of the offline engine: it reads pickled requests from standard input, and writes pickled results.

A request is the arguments of `find_sections`, a result the sections and the processor time that they took, in seconds.

It ends at the end of its input, so that no worker outlives the process that started it.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time


def main(niceness: int) -> None:
    """Answer requests until the end of the input, at low priority: an analysis of minutes must not slow requests."""
    # A signal to the whole process group stops the server, which first lets its requests finish; so the workers stay.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(niceness)
    from meetkit.insights.offline.sections import find_sections  # noqa: PLC0415  # slow, and signals must be ignored by then

    while True:
        try:
            request = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started this one
        except EOFError:
            return
        start = time.process_time()
        sections = find_sections(*request)
        pickle.dump((sections, time.process_time() - start), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
