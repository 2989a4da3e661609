"""Briefs before meetings: write one, offline or by a model with retries, and read the last one."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Literal, Self

from pydantic import ValidationError

from meetkit.errors import ConflictError, InvalidRequestError, LLMAPIError, NotFoundError, brief_repr
from meetkit.insights import briefs
from meetkit.insights.briefs import BriefSources, CallOptions
from meetkit.llm_client import LLMClient, RetryObserver, RetryPolicy
from meetkit.meetings import attachments
from meetkit.models.insights import BRIEF, PreMeetingPrep
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.usage import Usage
from meetkit.models.zones import utc_now
from meetkit.runtime.collaborators import call_store, current_llm, current_store
from meetkit.storage import Store

_log = logging.getLogger("meetkit")


def get_prep(meeting_id: str) -> PreMeetingPrep | None:
    """Return the brief that was last written for a meeting.

    `None` where there is none, or, as the log says, none that this version can read.
    """
    return attachments.load(PreMeetingPrep, current_store(), meeting_id, BRIEF)


def generate_pre_meeting_prep(meeting_id: str, *, history_limit: int = 5) -> PreMeetingPrep:
    """Write the brief for a meeting with a contact, in one attempt, and store it with the meeting.

    It draws on the last `history_limit` meetings with that contact before this one. Without a model, the
    offline engine writes it.

    Raises:
        LLMAPIError: the model failed; `LLMOutputError`, where its answer cannot be used.
        ConflictError: the meeting is internal, or somebody in it was erased meanwhile.
    """
    return _write(meeting_id, history_limit, _Attempts())


def generate_pre_meeting_prep_with_retry(
    meeting_id: str,
    max_retries: int = 3,
    *,
    history_limit: int = 5,
    fallback: Literal["offline"] | None = None,
    on_retry: RetryObserver | None = None,
) -> PreMeetingPrep:
    """Write the brief like `generate_pre_meeting_prep`, calling the model up to `max_retries` times.

    Between attempts it waits 0.1, 0.2, 0.4 … seconds, at most 5. `fallback="offline"` returns the offline
    engine's brief, whose `engine` says so, instead of raising. `on_retry` is called after each
    failed attempt that is followed by another.

    Raises:
        InvalidRequestError: `max_retries` is less than 1.
        LLMAPIError: all attempts failed; `causes` has the error of each. One that cannot get better, such as
            `LLMRejectedError`, is raised at once.
        ConflictError: the meeting is internal, or somebody in it was erased meanwhile.
    """
    return _write(meeting_id, history_limit, _Attempts.of(max_retries, fallback, on_retry))


async def generate_pre_meeting_prep_async(
    meeting_id: str,
    max_retries: int = 3,
    *,
    history_limit: int = 5,
    fallback: Literal["offline"] | None = None,
    on_retry: RetryObserver | None = None,
) -> PreMeetingPrep:
    """Write the brief like `generate_pre_meeting_prep_with_retry`, awaiting the model and the store.

    The store is called in threads, which share it, or by its own `run`, as one on an async engine or connection is.
    `on_retry` is called in the event loop.
    """
    attempts = _Attempts.of(max_retries, fallback, on_retry)
    job = await call_store(_Job.of, meeting_id, history_limit, attempts)
    try:
        prep = await job.write_async()
    except BaseException:
        await call_store(job.record_costs)
        raise
    return await call_store(job.save, prep)


def _write(meeting_id: str, history_limit: int, attempts: _Attempts) -> PreMeetingPrep:
    job = _Job.of(meeting_id, history_limit, attempts)
    try:
        prep = job.write()
    except BaseException:
        job.record_costs()
        raise
    return job.save(prep)


@dataclass(frozen=True)
class _Attempts:
    """The retry policy of a model, and the engine that replaces one that fails."""

    policy: RetryPolicy | None = None
    fallback: Literal["offline"] | None = None
    on_retry: RetryObserver | None = None

    @classmethod
    def of(cls, max_retries: int, fallback: Literal["offline"] | None, on_retry: RetryObserver | None) -> Self:
        if fallback not in (None, "offline"):
            raise InvalidRequestError(f"fallback: 'offline' or None, not {brief_repr(fallback)}")
        try:
            return cls(RetryPolicy(attempts=max_retries), fallback, on_retry)
        except ValidationError:
            raise InvalidRequestError(
                f"max_retries: the number of attempts, at least 1, not {brief_repr(max_retries)}"
            ) from None


@dataclass(frozen=True)
class _Job:
    """Inputs and outputs of one brief; holds no database connection while the model runs."""

    store: Store
    llm: LLMClient | None
    sources: BriefSources
    attempts: _Attempts
    costs: list[Usage] = field(default_factory=list)

    @classmethod
    def of(cls, meeting_id: str, history_limit: int, attempts: _Attempts) -> Self:
        store, llm = current_store(), current_llm()
        return cls(store, llm, briefs.gather(store, meeting_id, history_limit=history_limit, now=utc_now()), attempts)

    @property
    def options(self) -> CallOptions:
        policy, on_retry = self.attempts.policy, self.attempts.on_retry
        return CallOptions(policy=policy, on_retry=on_retry, on_usage=self.costs.append)

    def write(self) -> PreMeetingPrep:
        if self.llm is None:
            return briefs.write_offline(self.sources)
        try:
            return briefs.write_with_model(self.sources, self.llm, self.options)
        except LLMAPIError as error:
            return self._fall_back(error)

    async def write_async(self) -> PreMeetingPrep:
        if self.llm is None:
            return await asyncio.to_thread(briefs.write_offline, self.sources)
        try:
            return await briefs.write_with_model_async(self.sources, self.llm, self.options)
        except LLMAPIError as error:
            return self._fall_back(error)

    def _fall_back(self, error: LLMAPIError) -> PreMeetingPrep:
        if self.attempts.fallback is None:
            raise error
        _log.warning("the model failed (%s); the offline engine wrote the brief", type(error).__name__)
        return briefs.write_offline(self.sources)

    def record_costs(self) -> None:
        for usage in self.costs:
            self.store.add_usage(usage)

    def save(self, prep: PreMeetingPrep) -> PreMeetingPrep:
        """Store the costs of the brief, then the brief, unless somebody in its sources was erased meanwhile."""
        self.record_costs()
        self._check_not_erased()
        self.store.update_meeting(prep.meeting_id, self._unless_erased, artefacts={BRIEF: prep.model_dump_json()})
        return prep

    def _unless_erased(self, meeting: Meeting) -> Meeting:
        # Checked in the step that stores the brief, so that no erasure can come between.
        if meeting.was_erased_since(self.sources.meeting):
            raise ConflictError(f"meeting {brief_repr(meeting.id)} was erased meanwhile; the brief is not stored")
        return meeting

    def _check_not_erased(self) -> None:
        people: list[tuple[User | Contact, User | Contact]] = [
            (self.sources.owner, self.store.get_user(self.sources.owner.id)),
            (self.sources.contact, self.store.get_contact(self.sources.contact.id)),
        ]
        for before, after in people:
            if after == after.erased != before:
                raise ConflictError(f"{brief_repr(after.id)} was erased meanwhile; the brief is not stored")
        if any(map(self._lost_content, self.sources.history)):
            raise ConflictError("an earlier meeting was erased meanwhile; the brief is not stored")

    def _lost_content(self, before: Meeting) -> bool:
        # A brief quotes nothing of a meeting that has a transcript alone.
        if not before.model_copy(update={"transcript": None}).has_content:
            return False
        try:
            after = self.store.get_meeting(before.id, transcript=False)
        except NotFoundError:
            return True
        return after.version != before.version and not after.has_content
