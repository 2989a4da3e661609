"""The commands on meetings: `meetings`, `slots`, `brief`, `analyze`, `usage`."""
