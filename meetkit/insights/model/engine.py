"""The model engine: calls in parallel, one per section and chunk, and a check of every claim in the answers."""

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
from meetkit.insights.language.identification import identify
from meetkit.insights.language.text import Document
from meetkit.insights.model.calls import AnswerCache, Call, ModelAnswer, prompt_data
from meetkit.insights.model.chunks import ChunkPolicy, split
from meetkit.insights.model.sections import COUNTED_SECTIONS, MODEL_SECTIONS
from meetkit.insights.model.sources import Sources
from meetkit.insights.offline import background
from meetkit.insights.offline.sections import find_sections
from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.llm_client import LLMClient, RetryPolicy, UsageObserver
from meetkit.models.analysis import MeetingContext, MeetingInsights, Section
from meetkit.models.transcripts import Transcript

Outcome = ModelAnswer | LLMAPIError
Fallback = Literal["offline"] | None

_REASONS: Mapping[type[LLMAPIError], str] = {
    LLMRateLimitError: "the model's provider asked to slow down",
    LLMTimeoutError: "the model did not answer in time",
    LLMUnavailableError: "the model could not be reached",
    LLMRejectedError: "the model's provider refused the call",
    LLMOutputError: "the model's answer could not be used",
}
# An error that stands for all calls of a transcript that is too long; none of them is made.
_TOO_LONG = LLMRejectedError("the transcript is too long for the model")
_DEFAULT_POLICY = RetryPolicy()
_DEFAULT_CHUNKS = ChunkPolicy()


class ModelEngine:
    """An engine that analyses transcripts with a model and returns only what the transcript supports.

    A section's `engine` names the models that answered its calls; `name` names all that may be called.

    Args:
        client: the model; several threads call it at once.
        policy: the attempts for each call.
        chunks: the size of the chunks, and the number of calls that run at once.
        fallback: `offline` replaces a section whose calls failed by the offline engine's; `None` leaves it empty,
            with status `failed`.
        cache: the store of validated answers; their claims are checked again each time.
        on_usage: called with the purpose and cost of every call, from several threads at once.

    Raises:
        InvalidRequestError: an unknown `fallback`.
    """

    def __init__(
        self,
        client: LLMClient,
        *,
        policy: RetryPolicy = _DEFAULT_POLICY,
        chunks: ChunkPolicy = _DEFAULT_CHUNKS,
        fallback: Fallback = "offline",
        cache: AnswerCache | None = None,
        on_usage: UsageObserver | None = None,
    ) -> None:
        """Set the model and the options of its calls."""
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
        """Return all sections. The calls run in threads, each with a copy of the caller's context variables."""
        sources, calls = self._prepare(transcript, context)
        outcomes = [_TOO_LONG] * len(calls) if self._is_too_long(calls) else self._call_all(calls)
        offline = find_sections(transcript, context, self._offline_sections(calls, outcomes))
        return self._merge(sources, calls, outcomes, offline)

    async def analyze_async(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """Return all sections without blocking the event loop."""
        sources, calls = await asyncio.to_thread(self._prepare, transcript, context)
        is_too_long = self._is_too_long(calls)
        outcomes = [_TOO_LONG] * len(calls) if is_too_long else await self._call_all_async(calls)
        offline = await background.find_sections(transcript, context, self._offline_sections(calls, outcomes))
        return await asyncio.to_thread(self._merge, sources, calls, outcomes, offline)

    def _prepare(self, transcript: Transcript, context: MeetingContext) -> tuple[Sources, list[Call]]:
        sources = Sources(Document.of(transcript), context)
        return sources, plan(sources, self._chunks)

    def _is_too_long(self, calls: Sequence[Call]) -> bool:
        return len(calls) > self._chunks.most_chunks * len(MODEL_SECTIONS)

    def _call_all(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        # A context can be entered by one thread at a time, so each call has its own copy.
        contexts = [contextvars.copy_context() for _ in calls]
        with ThreadPoolExecutor(max_workers=self._chunks.parallel) as pool:
            return list(pool.map(lambda own, call: own.run(self._call_model, call), contexts, calls))

    async def _call_all_async(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        limit = asyncio.Semaphore(self._chunks.parallel)

        async def outcome(call: Call) -> Outcome:
            async with limit:
                return await self._call_model_async(call)

        return await asyncio.gather(*map(outcome, calls))

    def _call_model(self, call: Call) -> Outcome:
        """Return the answer to a call, or the error with which the model failed. Other errors are raised."""
        if cached_answer := self._cached_answer(call):
            return cached_answer
        try:
            answer = llm_client.complete(self._client, call.prompt, call.answer, **self._options(call))
        except LLMAPIError as error:
            return error
        return self._store_answer(call, answer)

    async def _call_model_async(self, call: Call) -> Outcome:
        if cached_answer := self._cached_answer(call):
            return cached_answer
        try:
            answer = await llm_client.complete_async(self._client, call.prompt, call.answer, **self._options(call))
        except LLMAPIError as error:
            return error
        return self._store_answer(call, answer)

    def _options(self, call: Call) -> dict[str, Any]:
        return {
            "system_prompt": call.system_prompt,
            "schema": call.schema,
            "policy": self._policy,
            "purpose": f"insights.{call.section}",
            "on_usage": self._on_usage,
        }

    def _store_answer(self, call: Call, answer: BaseModel) -> ModelAnswer:
        """Store an answer with the model that gave it."""
        # A fallback chain knows which of its models answered only in the context of this call.
        model_answer = ModelAnswer(llm_client.engine_name(self._client), answer)
        if self._cache is not None:
            self._cache.put(call.key(self.name), model_answer.text)
        return model_answer

    def _cached_answer(self, call: Call) -> ModelAnswer | None:
        text = self._cache.get(call.key(self.name)) if self._cache is not None else None
        return None if text is None else call.read(text)

    def _offline_sections(self, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> list[str]:
        """Return the sections for the offline engine: the counted ones and, with a fallback, the failed ones."""
        failures = {
            call.section for call, outcome in zip(calls, outcomes, strict=True) if isinstance(outcome, Exception)
        }
        return [*COUNTED_SECTIONS, *(failures if self._fallback else ())]

    def _merge(
        self, sources: Sources, calls: Sequence[Call], outcomes: Sequence[Outcome], offline: Mapping[str, Section]
    ) -> MeetingInsights:
        """Build the insights. The outcomes are in the order of the calls, so the result does not depend on timing."""
        model_sections = {
            name: self._section(name, _outcomes_of(name, calls, outcomes), sources, offline) for name in MODEL_SECTIONS
        }
        return MeetingInsights.model_validate(
            {
                "transcript_sha256": fingerprint(sources.document.transcript),
                "source": sources.document.transcript.source,
                "language": sources.context.language or identify(sources.document),
                **offline,
                **model_sections,
            }
        )

    def _section(
        self, name: str, outcomes: Sequence[Outcome], sources: Sources, offline: Mapping[str, Section]
    ) -> Section:
        """Return the model's section if all its calls succeeded, else the fallback or an empty section."""
        error = next((outcome for outcome in outcomes if isinstance(outcome, LLMAPIError)), None)
        if error is None:
            answers = [outcome for outcome in outcomes if isinstance(outcome, ModelAnswer)]
            engine = llm_client.joined_names(answer.model for answer in answers) or self.name
            return MODEL_SECTIONS[name].read([answer.answer for answer in answers], sources, engine)
        if self._fallback is None:
            return MODEL_SECTIONS[name].section_type(engine=self.name, status="failed", reason=_reason(error))
        return _fallback_section(offline[name], _reason(error))


def _fallback_section(section: Section, reason: str) -> Section:
    """Return the offline engine's section in place of the model's; it failed too where it could not read the words."""
    if section.status != "unsupported_language":
        return section.model_copy(update={"status": "fallback", "reason": reason})
    content = section.model_dump(exclude={"engine", "status", "reason", "rejected"})
    status = "fallback" if any(content.values()) else "failed"
    return section.model_copy(update={"status": status, "reason": f"{reason}; {section.reason}"})


def plan(sources: Sources, policy: ChunkPolicy) -> list[Call]:
    """Return the calls of an analysis: one per section and chunk, in order."""
    sha256 = fingerprint(sources.document.transcript)
    records = [prompt_data(chunk, sources.context) for chunk in split(sources.document, policy)]
    return [Call(name, part.answer, sha256, data) for name, part in MODEL_SECTIONS.items() for data in records]


def _outcomes_of(section: str, calls: Sequence[Call], outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for call, outcome in zip(calls, outcomes, strict=True) if call.section == section]


def _reason(error: LLMAPIError) -> str:
    """Return the reason of a failure, without any content of the meeting."""
    # The text of other errors may quote a model's answer, and so the meeting.
    if error is _TOO_LONG:
        return str(error)
    # The last attempt says most about the state of the model.
    cause = error.causes[-1] if error.causes and type(error) is LLMAPIError else error
    return next((reason for kind, reason in _REASONS.items() if isinstance(cause, kind)), "the model failed")
