"""`python -m meetkit` is the command `meetkit`."""

from meetkit.cli import main

main()
