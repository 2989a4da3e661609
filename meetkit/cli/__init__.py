"""The command line: `meetkit demo`, `meetings`, `slots`, `brief`, `export`, `import`, `db`. Needs the extra `cli`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process; without the extra, say in one line what to install."""
    try:
        from meetkit.cli import app  # noqa: PLC0415  # so that its absence can be told without a traceback
    except ImportError as error:
        print(f"meetkit: {error}", file=sys.stderr)  # noqa: T201  # nothing to print with is installed
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("\nmeetkit: interrupted", file=sys.stderr)  # noqa: T201  # as above
        raise SystemExit(130) from None
    app.main(arguments)
