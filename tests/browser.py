"""A real browser without a window, which asks for nothing by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _found() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


def _installed() -> str:
    """Where the browser is; in CI it is installed, elsewhere nothing is without being asked for."""
    if "CI" in os.environ and _found() is None:
        for step in (("update",), ("install", "-y", "--no-install-recommends", "chromium")):
            subprocess.run(["apt-get", "-qq", *step], check=True, capture_output=True, timeout=600)
    if path := _found():
        return path
    pytest.skip("no Chromium on this machine; on Debian `apt-get install chromium` brings it")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium, from Debian in CI."""
    path = _installed()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        try:
            yield browser
        finally:
            browser.close()
