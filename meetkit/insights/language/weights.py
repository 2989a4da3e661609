"""Access to the learned weights and word lists that ship in `meetkit/insights/weights`."""

from __future__ import annotations

from importlib.resources import files


def read_weights(name: str) -> str:
    """Return the text of one file of weights, such as `action.json`."""
    return files("meetkit.insights").joinpath("weights", name).read_text(encoding="utf-8")
