"""A worker process of the offline engine: it reads pickled requests from standard input, and writes pickled results.

It ends at the end of its input, so that no worker outlives the process that started it.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys

# Low priority: an analysis of minutes must not slow the requests of others.
_NICENESS = 10


def main() -> None:
    """Answer requests until the end of the input."""
    # A signal to the whole process group stops the server, which first lets its requests finish; so the workers stay.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    from meetkit.insights.offline.sections import find_sections  # noqa: PLC0415  # slow, and signals must be ignored by then

    while True:
        try:
            request = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started this one
        except EOFError:
            return
        pickle.dump(find_sections(*request), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
