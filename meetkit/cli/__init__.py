"""The command line: the kit that commands stand on, and the app. Needs the extra `cli`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process if it fails; without the extra, print in one line what to install."""
    try:
        from meetkit.cli import app  # noqa: PLC0415  # so that without the extra there is no traceback
    except ImportError as error:
        print(f"meetkit: {error}", file=sys.stderr)  # noqa: T201  # click, which prints elsewhere, may be missing
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("\nmeetkit: interrupted", file=sys.stderr)  # noqa: T201  # as above
        raise SystemExit(130) from None
    app.main(arguments)
