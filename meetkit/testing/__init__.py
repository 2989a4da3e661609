"""Test support, for meetkit and its hosts: a scripted model, a fresh process, and the contract of stores."""

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


if not TYPE_CHECKING:  # A type checker would take every name for one of these.

    def __getattr__(name: str) -> Any:
        """Import the contract of stores on first use, as it needs pytest."""
        if name == "StoreContract":
            from meetkit.testing.contract import StoreContract  # noqa: PLC0415  # see above

            return StoreContract
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class ScriptedLLMClient:
    """A model that returns scripted answers in turn, raises those that are errors, and records its prompts."""

    name = "scripted"

    def __init__(self, answers: Iterable[str | BaseException]) -> None:
        """Take the answers, one for each call."""
        self._answers = iter(answers)
        self.prompts: list[str] = []

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002  # the protocol's
        """Return the next answer.

        Raises:
            AssertionError: there are more calls than answers.
        """
        self.prompts.append(prompt)
        answer = next(self._answers, None)
        # An error of its own, as a StopIteration would end a generator silently.
        assert answer is not None, f"call {len(self.prompts)} of a model with fewer answers"
        if isinstance(answer, BaseException):
            raise answer
        return answer


@contextmanager
def fresh_process() -> Iterator[None]:
    """Run a block with nothing configured and the sample as shipped; restore the configuration after it."""
    process, before = collaborators.process, replace(collaborators.process)
    token = collaborators.block.set(collaborators.NOTHING_CHOSEN)
    process.choice, process.other_store_used = collaborators.NOTHING_CHOSEN, False
    _drop_caches()
    try:
        yield
    finally:
        collaborators.block.reset(token)
        process.choice, process.other_store_used = before.choice, before.other_store_used
        _drop_caches()


def _drop_caches() -> None:
    data.reset()
    providers.disconnect()
