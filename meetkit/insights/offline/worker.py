"""A process that finds sections for another: pickled questions come by standard input, answers go by standard output.

It ends when its input does, so none outlives the process that asks.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys

_NICENESS = 10


def main() -> None:
    """Answer until there is nothing more to read."""
    # Who stops the server by a signal to all its processes lets it answer first what is under way.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    from meetkit.insights.offline.sections import find_sections  # noqa: PLC0415  # takes long, and signals may come

    while True:
        try:
            asked = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started this one
        except EOFError:
            return
        pickle.dump(find_sections(*asked), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
