"""The command line: `meetkit demo`, `meetings`, `slots` and `brief`. Needs the extra `cli`."""

from meetkit.cli.app import main

__all__ = ["main"]
