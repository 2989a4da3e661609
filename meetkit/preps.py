"""The verbs of what comes before a meeting: writing the brief, and reading it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Literal, Self

from pydantic import ValidationError

from meetkit.collaborators import current_llm, current_store
from meetkit.errors import ConflictError, InvalidRequestError, LLMAPIError, NotFoundError, shown
from meetkit.insights import briefs
from meetkit.insights.briefs import BriefSources, CallOptions
from meetkit.llm_client import LLMClient, RetryObserver, RetryPolicy
from meetkit.models.insights import BRIEF, PreMeetingPrep
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.usage import Usage
from meetkit.models.zones import utc_now
from meetkit.storage import Store

_log = logging.getLogger("meetkit")


def get_prep(meeting_id: str) -> PreMeetingPrep | None:
    """The brief that was last written for a meeting, if any."""
    stored = current_store().get_artefact(meeting_id, BRIEF)
    return None if stored is None else PreMeetingPrep.model_validate_json(stored)


def generate_pre_meeting_prep(meeting_id: str, *, history_limit: int = 5) -> PreMeetingPrep:
    """Write the brief for a meeting with a contact, in one attempt, and keep it beside the meeting.

    It draws on the last `history_limit` meetings with that contact before this one. Without a model, the
    offline engine writes it.

    Raises:
        InvalidRequestError: the meeting is internal.
        LLMAPIError: the model failed; `LLMOutputError`, where its answer cannot be used.
        ConflictError: somebody in the meeting was erased meanwhile.
    """
    return _write(meeting_id, history_limit, _Asking())


def generate_pre_meeting_prep_with_retry(
    meeting_id: str,
    max_retries: int = 3,
    *,
    history_limit: int = 5,
    fallback: Literal["offline"] | None = None,
    on_retry: RetryObserver | None = None,
) -> PreMeetingPrep:
    """As `generate_pre_meeting_prep`, asking the model up to `max_retries` times.

    Between attempts it waits 0.1, 0.2, 0.4 … seconds, at most 5. `fallback="offline"` returns the offline
    engine's brief, whose `engine` says so, instead of raising. `on_retry` is told of each
    failed attempt that is followed by another.

    Raises:
        InvalidRequestError: `max_retries` is less than 1, or the meeting is internal; never retried.
        LLMAPIError: all attempts failed; `causes` has the error of each. One that cannot get better, such as
            `LLMRejectedError`, is raised at once.
        ConflictError: somebody in the meeting was erased meanwhile.
    """
    return _write(meeting_id, history_limit, _Asking.of(max_retries, fallback, on_retry))


async def generate_pre_meeting_prep_async(
    meeting_id: str,
    max_retries: int = 3,
    *,
    history_limit: int = 5,
    fallback: Literal["offline"] | None = None,
    on_retry: RetryObserver | None = None,
) -> PreMeetingPrep:
    """As `generate_pre_meeting_prep_with_retry`, for an event loop: the model is awaited, the store used in threads.

    So the store must be one that threads may share, not one on a host's open connection. `on_retry` is called in
    the event loop.
    """
    asking = _Asking.of(max_retries, fallback, on_retry)
    job = await asyncio.to_thread(_Job.of, meeting_id, history_limit, asking)
    try:
        prep = await job.written_async()
    except BaseException:
        await asyncio.to_thread(job.record_costs)
        raise
    return await asyncio.to_thread(job.keep, prep)


def _write(meeting_id: str, history_limit: int, asking: _Asking) -> PreMeetingPrep:
    job = _Job.of(meeting_id, history_limit, asking)
    try:
        prep = job.written()
    except BaseException:
        job.record_costs()
        raise
    return job.keep(prep)


@dataclass(frozen=True)
class _Asking:
    """How a model is asked, and what stands in for one that fails."""

    policy: RetryPolicy | None = None
    fallback: Literal["offline"] | None = None
    on_retry: RetryObserver | None = None

    @classmethod
    def of(cls, max_retries: int, fallback: Literal["offline"] | None, on_retry: RetryObserver | None) -> Self:
        if fallback not in (None, "offline"):
            raise InvalidRequestError(f"fallback: 'offline' or None, not {shown(fallback)}")
        try:
            return cls(RetryPolicy(attempts=max_retries), fallback, on_retry)
        except ValidationError:
            raise InvalidRequestError(
                f"max_retries: the number of attempts, at least 1, not {shown(max_retries)}"
            ) from None


@dataclass(frozen=True)
class _Job:
    """What is read before a model is asked, and kept after. Meanwhile no store is held or called."""

    store: Store
    llm: LLMClient | None
    sources: BriefSources
    asking: _Asking
    costs: list[Usage] = field(default_factory=list)

    @classmethod
    def of(cls, meeting_id: str, history_limit: int, asking: _Asking) -> Self:
        store, llm = current_store(), current_llm()
        return cls(store, llm, briefs.gather(store, meeting_id, history_limit=history_limit, now=utc_now()), asking)

    def written(self) -> PreMeetingPrep:
        if self.llm is None:
            return briefs.write_offline(self.sources)
        policy, on_retry = self.asking.policy, self.asking.on_retry
        try:
            return briefs.write_with_model(
                self.sources, self.llm, CallOptions(policy=policy, on_retry=on_retry, on_usage=self.costs.append)
            )
        except LLMAPIError as error:
            return self._instead(error)

    async def written_async(self) -> PreMeetingPrep:
        if self.llm is None:
            return await asyncio.to_thread(briefs.write_offline, self.sources)
        policy, on_retry = self.asking.policy, self.asking.on_retry
        try:
            return await briefs.write_with_model_async(
                self.sources, self.llm, CallOptions(policy=policy, on_retry=on_retry, on_usage=self.costs.append)
            )
        except LLMAPIError as error:
            return self._instead(error)

    def _instead(self, error: LLMAPIError) -> PreMeetingPrep:
        if self.asking.fallback is None:
            raise error
        _log.warning("the model failed (%s); the offline engine wrote the brief", type(error).__name__)
        return briefs.write_offline(self.sources)

    def record_costs(self) -> None:
        for usage in self.costs:
            self.store.add_usage(usage)

    def keep(self, prep: PreMeetingPrep) -> PreMeetingPrep:
        """Keep what the brief cost, and then the brief, unless what it tells of was erased meanwhile."""
        self.record_costs()
        self._check_not_erased()
        self.store.update_meeting(prep.meeting_id, self._unless_erased, artefacts={BRIEF: prep.model_dump_json()})
        return prep

    def _unless_erased(self, meeting: Meeting) -> Meeting:
        """The meeting as it is, looked at in the step that keeps the brief, so that nobody is erased in between."""
        if meeting.was_erased_since(self.sources.meeting):
            raise ConflictError(f"meeting {shown(meeting.id)} was erased meanwhile; the brief is not kept")
        return meeting

    def _check_not_erased(self) -> None:
        people: list[tuple[User | Contact, User | Contact]] = [
            (self.sources.owner, self.store.get_user(self.sources.owner.id)),
            (self.sources.contact, self.store.get_contact(self.sources.contact.id)),
        ]
        for before, after in people:
            if after == after.erased != before:
                raise ConflictError(f"{shown(after.id)} was erased meanwhile; the brief is not kept")
        if any(map(self._is_forgotten, self.sources.history)):
            raise ConflictError("what was said in an earlier meeting was erased meanwhile; the brief is not kept")

    def _is_forgotten(self, before: Meeting) -> bool:
        # Of a transcript alone a brief says nothing.
        if not before.model_copy(update={"transcript": None}).has_content:
            return False
        try:
            after = self.store.get_meeting(before.id, transcript=False)
        except NotFoundError:
            return True
        return after.version != before.version and not after.has_content
