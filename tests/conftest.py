"""What all tests share: each begins in a process that has chosen no store and no model."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest
import stamina

from meetkit.testing import fresh_process

# In CI the same examples every time: whether a change lands must not hang on chance.
hypothesis.settings.register_profile("meetkit", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("meetkit")


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("MEETKIT_MODEL", raising=False)
    with fresh_process():
        yield


@pytest.fixture
def without_waiting() -> Iterator[None]:
    """Retries happen at once, as often as their policy says."""
    with stamina.set_testing(True, attempts=1000, cap=True):
        yield
