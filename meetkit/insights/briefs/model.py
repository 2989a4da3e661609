"""The model writer of briefs: highlights of known meetings only, action items from the record only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from meetkit import llm_client
from meetkit.insights.briefs.offline import first_meeting_note, written_date
from meetkit.insights.briefs.sources import BriefSources
from meetkit.insights.grounding.text_similarity import REPORTING_STEMS, STOP_STEMS, numbers, stems
from meetkit.llm_client import LLMClient, RetryObserver, RetryPolicy, UsageObserver
from meetkit.models.base import NOT_BLANK, STORABLE, DeferredModel, Phrase
from meetkit.models.insights import Highlight, PendingActionItem, PreMeetingPrep
from meetkit.models.meetings import Meeting

_SYSTEM = "You prepare people for meetings, from what is on record and nothing else."
# Characters of each past meeting's summary in the prompt: a long history must fit the model's context.
_MAX_SUMMARY = 4000


def _first_five(value: Any) -> Any:
    return value[:5] if isinstance(value, list) else value


def _from_text(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class _Highlight(DeferredModel):
    text: Phrase
    meeting_id: str | None = None


@dataclass(frozen=True)
class CallOptions:
    """Options of the call to a model: the retry policy, one attempt by default, and observers of retries and costs."""

    policy: RetryPolicy | None = None
    on_retry: RetryObserver | None = None
    on_usage: UsageObserver | None = None


_DEFAULTS = CallOptions()


class _Answer(DeferredModel):
    """The model's answer. Talking points beyond five are cut, as the most important come first."""

    # Shorter than the brief's field, as a sentence may be put before it.
    contact_summary: Annotated[str, Field(min_length=1, max_length=4000), STORABLE, NOT_BLANK]
    recent_highlights: Annotated[list[Annotated[_Highlight, BeforeValidator(_from_text)]], Field(max_length=50)]
    talking_points: Annotated[list[Phrase], Field(min_length=3, max_length=5), BeforeValidator(_first_five)]
    pending_action_items: list[Any] = Field(default=[], max_length=1000)


def write_with_model(sources: BriefSources, client: LLMClient, options: CallOptions = _DEFAULTS) -> PreMeetingPrep:
    """Write a brief with a model. Highlights that the record of no meeting in the sources supports are dropped.

    The pending items are those on record, whatever the model returns; it chooses only their order.

    Raises:
        LLMAPIError: as `llm_client.complete` does.
    """
    answer = llm_client.complete(client, _prompt(sources), _Answer, **_arguments(sources, options))
    return _brief(sources, client, answer)


async def write_with_model_async(
    sources: BriefSources, client: LLMClient, options: CallOptions = _DEFAULTS
) -> PreMeetingPrep:
    """Write a brief as `write_with_model` does, without blocking. Observers are called in the event loop."""
    answer = await llm_client.complete_async(client, _prompt(sources), _Answer, **_arguments(sources, options))
    return _brief(sources, client, answer)


def _arguments(sources: BriefSources, options: CallOptions) -> dict[str, Any]:
    return {
        "system_prompt": _SYSTEM,
        "schema": _schema(sources),
        "policy": options.policy,
        "on_retry": options.on_retry,
        "on_usage": options.on_usage,
        "purpose": "brief",
    }


def _brief(sources: BriefSources, client: LLMClient, answer: _Answer) -> PreMeetingPrep:
    summary = answer.contact_summary
    if not sources.history:
        summary = f"{first_meeting_note(sources.contact)} {summary}"
    return PreMeetingPrep(
        meeting_id=sources.meeting.id,
        contact_summary=summary,
        recent_highlights=tuple(_supported_highlights(answer.recent_highlights, sources)),
        changes=sources.changes,
        talking_points=tuple(answer.talking_points),
        pending_action_items=_in_model_order(answer.pending_action_items, sources.pending),
        engine=llm_client.engine_name(client),
        generated_at=sources.now,
    )


def _supported_highlights(highlights: list[_Highlight], sources: BriefSources) -> list[Highlight]:
    """Return the highlights supported by the record of the meeting they name, or of the only one they quote."""
    meetings = {meeting.id: meeting for meeting in sources.history}
    result = []
    for highlight in highlights:
        meeting = meetings.get(highlight.meeting_id or _only_source(highlight.text, sources.history) or "")
        if meeting and _is_supported(highlight.text, _record_text(meeting, sources)):
            result.append(Highlight(text=highlight.text, meeting_id=meeting.id))
    return result


def _is_supported(text: str, record: str) -> bool:
    """Return whether a record has all numbers of a text and at least half of its content words."""
    record_stems = set(stems(record))
    # Words such as "discuss" report a meeting without being said in it, so they prove nothing.
    content_words = [word for word in stems(text) if word not in STOP_STEMS | REPORTING_STEMS]
    return numbers(text) <= numbers(record) and 2 * sum(word in record_stems for word in content_words) >= len(
        content_words
    )


def _record_text(meeting: Meeting, sources: BriefSources) -> str:
    """Return the record of a meeting and its people as one text."""
    items = (f"{item.task} {item.owner or ''}" for item in meeting.action_items)
    people = (sources.owner.name, sources.contact.name, sources.contact.company, sources.contact.role)
    day = f"{meeting.date.date()} {written_date(meeting.date.date())}"
    return "\n".join((meeting.title, meeting.summary or "", meeting.sentiment or "", day, *items, *people))


def _only_source(text: str, history: tuple[Meeting, ...]) -> str | None:
    """Return the id of the meeting whose title or summary has these words, if there is exactly one."""
    ids = [
        meeting.id for meeting in history if text.casefold() in f"{meeting.title}\n{meeting.summary or ''}".casefold()
    ]
    return ids[0] if len(ids) == 1 else None


def _in_model_order(entries: list[Any], pending: tuple[PendingActionItem, ...]) -> tuple[PendingActionItem, ...]:
    """Return all pending items: those that the model named by id or task first, in its order."""
    # Reversed, so that of items with the same task the first one wins.
    by_name = {name: item for item in reversed(pending) for name in (item.task, item.id)}
    names = [entry.get("id") or entry.get("task") if isinstance(entry, dict) else entry for entry in entries]
    first = [by_name[name] for name in names if isinstance(name, str) and name in by_name]
    return tuple(dict.fromkeys((*first, *pending)))


def _prompt(sources: BriefSources) -> str:
    return f"{_instructions()}\n{llm_client.quote_data(_data(sources))}"


@cache
def _instructions() -> str:
    return files("meetkit.insights.briefs").joinpath("brief.txt").read_text("utf-8")


def _schema(sources: BriefSources) -> dict[str, Any]:
    """Return the JSON Schema for the model. It is narrower than `_Answer`: only ids on record are valid."""
    text = {"type": "string", "minLength": 1, "maxLength": 2000}
    from_meeting = {"text": text, "meeting_id": _enum_of(meeting.id for meeting in sources.history)}
    highlight = {"type": "object", "properties": from_meeting, "required": ["text", "meeting_id"]}
    fields = {
        "contact_summary": text,
        "recent_highlights": {"type": "array", "items": highlight, "maxItems": 5 if sources.history else 0},
        "talking_points": {"type": "array", "items": text, "minItems": 3, "maxItems": 5},
        "pending_action_items": {
            "type": "array",
            "items": _enum_of(item.id for item in sources.pending),
            "maxItems": len(sources.pending),
        },
    }
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _enum_of(ids: Iterable[str]) -> dict[str, Any]:
    """Return the schema of one of these ids."""
    distinct_ids = list(dict.fromkeys(ids))
    # JSON Schema has no empty enum; without ids the list itself is limited to no items.
    return {"enum": distinct_ids} if distinct_ids else {"type": "string"}


def _data(sources: BriefSources) -> dict[str, Any]:
    meeting = sources.meeting
    return {
        "meeting": {"title": meeting.title, "date": meeting.date.isoformat(), "our_side": sources.owner.name},
        "contact": sources.contact.model_dump(mode="json", include={"name", "role", "company"}),
        "past_meetings": [
            {
                "id": past.id,
                "date": past.date.isoformat(),
                "title": past.title,
                "sentiment": past.sentiment,
                "summary": past.summary and past.summary[:_MAX_SUMMARY],
                "open_action_items": [
                    item.model_dump(mode="json", include={"id", "task", "owner", "deadline", "priority"})
                    for item in sources.pending
                    if item.meeting_id == past.id
                ],
            }
            for past in sources.history
        ],
    }
