"""The model engine: it plans the calls, makes them side by side, and keeps what the transcript supports."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from pydantic import BaseModel

from meetkit import llm_client
from meetkit.errors import (
    InvalidRequestError,
    LLMAPIError,
    LLMOutputError,
    LLMRateLimitError,
    LLMRejectedError,
    LLMTimeoutError,
    LLMUnavailableError,
    brief_repr,
)
from meetkit.insights.language.text import Document
from meetkit.insights.model.calls import AnswerCache, Answered, Call, record
from meetkit.insights.model.chunks import ChunkPolicy, split
from meetkit.insights.model.sections import FACTS, PARTS
from meetkit.insights.model.sources import Sources
from meetkit.insights.offline import background
from meetkit.insights.offline.engine import fingerprint
from meetkit.insights.offline.sections import find_sections
from meetkit.llm_client import LLMClient, RetryPolicy, UsageObserver
from meetkit.models.analysis import MeetingContext, MeetingInsights, Section
from meetkit.models.transcripts import Transcript

Outcome = Answered | LLMAPIError
Fallback = Literal["offline"] | None

_REASONS: Mapping[type[LLMAPIError], str] = {
    LLMRateLimitError: "the model's provider asked to slow down",
    LLMTimeoutError: "the model did not answer in time",
    LLMUnavailableError: "the model could not be reached",
    LLMRejectedError: "the model's provider refused the call",
    LLMOutputError: "the model's answer could not be used",
}
_TOO_LONG = LLMRejectedError("the transcript is too long for the model")
_THREE_ATTEMPTS = RetryPolicy()
_CHUNKS = ChunkPolicy()


class ModelEngine:
    """Analyses transcripts by a model, section by section, and returns only what the transcript supports.

    A section's `engine` names the models that answered its calls; `name` is all that may be asked.

    Args:
        client: the model; it is called from several threads at once.
        policy: how often each call is attempted.
        chunks: how long transcripts are split, and how many calls run at once.
        fallback: `offline` puts the offline engine's section in place of one whose calls failed;
            `None` leaves it empty, with status `failed`.
        cache: where validated answers are kept; what they claim is checked anew each time.
        on_usage: told of every call, what it was for and what it cost; from several threads at once.

    Raises:
        InvalidRequestError: an unknown `fallback`.
    """

    def __init__(
        self,
        client: LLMClient,
        *,
        policy: RetryPolicy = _THREE_ATTEMPTS,
        chunks: ChunkPolicy = _CHUNKS,
        fallback: Fallback = "offline",
        cache: AnswerCache | None = None,
        on_usage: UsageObserver | None = None,
    ) -> None:
        """Take the model and how to call it."""
        if fallback not in ("offline", None):
            raise InvalidRequestError(f"fallback: 'offline' or None, not {brief_repr(fallback)}")
        self.name = llm_client.configured_name(client)
        self._client = client
        self._policy = policy
        self._chunks = chunks
        self._fallback = fallback
        self._cache = cache
        self._on_usage = on_usage

    def analyze(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """All sections. The calls run in threads, each with a copy of the caller's context variables."""
        sources, calls = self._planned(transcript, context)
        outcomes = [_TOO_LONG] * len(calls) if self._is_too_long(calls) else self._outcomes(calls)
        offline = find_sections(transcript, context, self._left(calls, outcomes))
        return self._merge(sources, calls, outcomes, offline)

    async def analyze_async(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """The same, without holding up the event loop."""
        sources, calls = await asyncio.to_thread(self._planned, transcript, context)
        is_too_long = self._is_too_long(calls)
        outcomes = [_TOO_LONG] * len(calls) if is_too_long else await self._outcomes_async(calls)
        offline = await background.find_sections(transcript, context, self._left(calls, outcomes))
        return await asyncio.to_thread(self._merge, sources, calls, outcomes, offline)

    def _planned(self, transcript: Transcript, context: MeetingContext) -> tuple[Sources, list[Call]]:
        sources = Sources(Document.of(transcript), context)
        return sources, plan(sources, self._chunks)

    def _is_too_long(self, calls: Sequence[Call]) -> bool:
        return len(calls) > self._chunks.most_chunks * len(PARTS)

    def _outcomes(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        contexts = [contextvars.copy_context() for _ in calls]
        with ThreadPoolExecutor(max_workers=self._chunks.parallel) as pool:
            return list(pool.map(lambda own, call: own.run(self._outcome, call), contexts, calls))

    async def _outcomes_async(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        limit = asyncio.Semaphore(self._chunks.parallel)

        async def outcome(call: Call) -> Outcome:
            async with limit:
                return await self._outcome_async(call)

        return await asyncio.gather(*map(outcome, calls))

    def _outcome(self, call: Call) -> Outcome:
        """The answer to a call, or the error by which the model failed; what else goes wrong is raised."""
        if kept := self._kept(call):
            return kept
        try:
            answer = llm_client.complete(self._client, call.prompt, call.answer, **self._options(call))
        except LLMAPIError as error:
            return error
        return self._keep(call, answer)

    async def _outcome_async(self, call: Call) -> Outcome:
        if kept := self._kept(call):
            return kept
        try:
            answer = await llm_client.complete_async(self._client, call.prompt, call.answer, **self._options(call))
        except LLMAPIError as error:
            return error
        return self._keep(call, answer)

    def _options(self, call: Call) -> dict[str, Any]:
        return {
            "system_prompt": call.system_prompt,
            "schema": call.schema,
            "policy": self._policy,
            "purpose": f"insights.{call.section}",
            "on_usage": self._on_usage,
        }

    def _keep(self, call: Call, answer: BaseModel) -> Answered:
        """The answer with who gave it, which a chain knows in the context it was asked in."""
        answered = Answered(llm_client.engine_name(self._client), answer)
        if self._cache is not None:
            self._cache.put(call.key(self.name), answered.text)
        return answered

    def _kept(self, call: Call) -> Answered | None:
        kept = self._cache.get(call.key(self.name)) if self._cache is not None else None
        return None if kept is None else call.read(kept)

    def _left(self, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> list[str]:
        """The sections that the offline engine finds: what is counted, and in place of what failed."""
        failed = {call.section for call, outcome in zip(calls, outcomes, strict=True) if isinstance(outcome, Exception)}
        return [*FACTS, *(failed if self._fallback else ())]

    def _merge(
        self, sources: Sources, calls: Sequence[Call], outcomes: Sequence[Outcome], offline: Mapping[str, Section]
    ) -> MeetingInsights:
        """The sections of all answers, which are in the order of the calls, whichever came first."""
        found = {name: self._section(name, _of(name, calls, outcomes), sources, offline) for name in PARTS}
        return MeetingInsights.model_validate(
            {"transcript_sha256": fingerprint(sources.document.transcript), **offline, **found}
        )

    def _section(
        self, name: str, outcomes: Sequence[Outcome], sources: Sources, offline: Mapping[str, Section]
    ) -> Section:
        """A section by the model if all its calls succeeded."""
        failed = next((outcome for outcome in outcomes if isinstance(outcome, LLMAPIError)), None)
        if failed is None:
            given = [outcome for outcome in outcomes if isinstance(outcome, Answered)]
            engine = llm_client.joined_names(one.model for one in given) or self.name
            return PARTS[name].read([one.answer for one in given], sources, engine)
        if self._fallback is None:
            return PARTS[name].empty(engine=self.name, status="failed", reason=_reason(failed))
        return offline[name].model_copy(update={"status": "fallback", "reason": _reason(failed)})


def plan(sources: Sources, policy: ChunkPolicy) -> list[Call]:
    """The calls that an analysis takes: for each section one a chunk, in order."""
    sha256 = fingerprint(sources.document.transcript)
    records = [record(chunk, sources.context) for chunk in split(sources.document, policy)]
    return [Call(name, part.answer, sha256, data) for name, part in PARTS.items() for data in records]


def _of(section: str, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for call, outcome in zip(calls, outcomes, strict=True) if call.section == section]


def _reason(error: LLMAPIError) -> str:
    """Why a model failed in the end, in words that hold nothing of the meeting."""
    if error is _TOO_LONG:
        return str(error)
    last = error.causes[-1] if error.causes and type(error) is LLMAPIError else error
    return next((why for kind, why in _REASONS.items() if isinstance(last, kind)), "the model failed")
