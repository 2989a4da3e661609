"""For tests, ours and a host's: a scripted model, and a process that has chosen nothing yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from meetkit import data, providers
from meetkit.runtime import collaborators

if TYPE_CHECKING:
    from meetkit.testing.contract import StoreContract

__all__ = ["ScriptedLLMClient", "StoreContract", "fresh_process"]


def __getattr__(name: str) -> Any:
    """Import the contract of stores when it is asked for, as it needs pytest."""
    if name == "StoreContract":
        from meetkit.testing.contract import StoreContract  # noqa: PLC0415  # see above

        return StoreContract
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class ScriptedLLMClient:
    """A model that gives these answers in turn, raising those that are errors, and keeps what it was asked."""

    name = "scripted"

    def __init__(self, answers: Iterable[str | BaseException]) -> None:
        """Take the answers, one a call."""
        self._answers = iter(answers)
        self.prompts: list[str] = []

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002  # the protocol's
        """Give the next answer.

        Raises:
            AssertionError: it was asked more often than it has answers.
        """
        self.prompts.append(prompt)
        answer = next(self._answers, None)
        assert answer is not None, f"call {len(self.prompts)} of a model with fewer answers"
        if isinstance(answer, BaseException):
            raise answer
        return answer


@contextmanager
def fresh_process() -> Iterator[None]:
    """A block in which nothing was configured and the sample is as it is shipped; what was chosen comes back after."""
    process, kept = collaborators.process, replace(collaborators.process)
    token = collaborators.block.set(collaborators.NOTHING_CHOSEN)
    process.choice, process.other_store_used = collaborators.NOTHING_CHOSEN, False
    _forget_cached()
    try:
        yield
    finally:
        collaborators.block.reset(token)
        process.choice, process.other_store_used = kept.choice, kept.other_store_used
        _forget_cached()


def _forget_cached() -> None:
    data.reset()
    providers.disconnect()
