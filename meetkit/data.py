"""Sample data: people and meetings to try meetkit on, in the default in-memory store.

`USERS`, `CONTACTS` and `MEETINGS` are live mappings from id to plain dict: the service sees assignments and deletions
at once, and reading returns a copy. `HISTORICAL_MEETINGS` are the completed ones of `MEETINGS`. Naive dates here are
UTC. The sample's today is `TODAY`.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from importlib.resources import files
from threading import Lock
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError, brief_repr
from meetkit.models.base import new_id, parse
from meetkit.models.meeting_changes import apply_update
from meetkit.models.meetings import Meeting, MeetingUpdate
from meetkit.models.people import Contact, User
from meetkit.models.typed_dicts import MeetingFields, MeetingUpdateFields
from meetkit.models.zones import utc_now
from meetkit.storage import MemoryStore

# With these as `now` and `before`, exactly the completed meetings are past, whatever their dates.
_BEGIN_OF_TIME = dt.datetime.min.replace(tzinfo=dt.UTC)
_END_OF_TIME = dt.datetime.max.replace(tzinfo=dt.UTC)

TODAY = dt.date(2025, 11, 17)

Entity = TypeVar("Entity", bound=User | Contact | Meeting)


def sample_store() -> MemoryStore:
    """Return a new store with the sample as it is shipped."""
    folder = files("meetkit") / "sample"

    def read(name: str) -> Any:
        return json.loads((folder / f"{name}.json").read_text("utf-8"))

    def transcript(meeting_id: str) -> str | None:
        file = folder / "transcripts" / f"{meeting_id}.txt"
        return file.read_text("utf-8") if file.is_file() else None

    return MemoryStore(
        users=[User.model_validate(user) for user in read("users")],
        contacts=[Contact.model_validate(contact) for contact in read("contacts")],
        meetings=[
            Meeting.model_validate({**meeting, "transcript": transcript(meeting["id"])}) for meeting in read("meetings")
        ],
    )


# Two threads that come first at once must share one store.
_store_lock = Lock()
_default_store: list[MemoryStore] = []


def store() -> MemoryStore:
    """Return the default store, which `meetkit.meeting_service` uses until another is configured; one per process."""
    with _store_lock:
        if not _default_store:
            _default_store.append(sample_store())
        return _default_store[0]


def reset() -> None:
    """Drop the default store; the next use begins with the sample as it is shipped."""
    with _store_lock:
        _default_store.clear()


class _LiveMapping(MutableMapping[str, dict[str, Any]], Generic[Entity]):
    """The entities of one kind in the default store, as a mapping from id to plain dict."""

    # Fields of an assigned entity, unless it sets them itself.
    _defaults: ClassVar[dict[str, str]] = {}

    def __init__(self, kind: str, model: type[Entity]) -> None:
        self._kind, self._model = kind, model

    def _call(self, verb: str, *arguments: Any) -> Any:
        return getattr(store(), f"{verb}_{self._kind}")(*arguments)

    def __getitem__(self, entity_id: str) -> dict[str, Any]:
        try:
            entity: Entity = self._call("get", entity_id)
        except NotFoundError:
            raise KeyError(entity_id) from None
        return entity.model_dump(mode="json")

    def __setitem__(self, entity_id: str, entity: Mapping[str, Any]) -> None:
        value = self._read(entity_id, entity)
        try:
            self._call("add", value)
        except (ConflictError, NotFoundError):
            if entity_id not in self:
                raise
            self._call("update", entity_id, lambda _: value)

    def _read(self, entity_id: str, entity: Mapping[str, Any]) -> Entity:
        if not isinstance(entity, Mapping | BaseModel):
            raise InvalidRequestError(f"{self._kind} {brief_repr(entity_id)}: a mapping, not {brief_repr(entity)}")
        fields = {**self._defaults, **dict(entity)}
        if fields.get("id", entity_id) != entity_id:
            raise InvalidRequestError(f"id: {brief_repr(fields['id'])} is assigned to {brief_repr(entity_id)}")
        return parse(self._model, {**fields, "id": entity_id})

    def __delitem__(self, entity_id: str) -> None:
        try:
            self._call("delete", entity_id)
        except NotFoundError:
            raise KeyError(entity_id) from None

    def __iter__(self) -> Iterator[str]:
        return iter(getattr(store(), f"{self._kind}_ids")())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<{len(self)} {self._kind}s: {', '.join(self)}>"


class _PastMeetings(_LiveMapping[Meeting]):
    """The completed meetings. A meeting assigned here must be completed, and may not replace one that is not."""

    _defaults: ClassVar[dict[str, str]] = {"status": "completed"}

    def __getitem__(self, entity_id: str) -> dict[str, Any]:
        meeting = super().__getitem__(entity_id)
        if meeting["status"] != "completed":
            raise KeyError(entity_id)
        return meeting

    def _read(self, entity_id: str, entity: Mapping[str, Any]) -> Meeting:
        meeting = super()._read(entity_id, entity)
        if meeting.status != "completed":
            raise InvalidRequestError(f"status: a past meeting is completed, not {meeting.status}")
        if entity_id in MEETINGS and entity_id not in self:
            raise ConflictError(f"meeting {brief_repr(entity_id)} is not past; change it in MEETINGS")
        return meeting

    def __delitem__(self, entity_id: str) -> None:
        self[entity_id]
        super().__delitem__(entity_id)

    def __iter__(self) -> Iterator[str]:
        return (meeting_id for meeting_id in super().__iter__() if meeting_id in self)


USERS = _LiveMapping("user", User)
CONTACTS = _LiveMapping("contact", Contact)
MEETINGS = _LiveMapping("meeting", Meeting)
HISTORICAL_MEETINGS = _PastMeetings("meeting", Meeting)


def get_user(user_id: str) -> User:
    """Return the user of that id, or raise `NotFoundError`."""
    return store().get_user(user_id)


def get_contact(contact_id: str) -> Contact:
    """Return the contact of that id, or raise `NotFoundError`."""
    return store().get_contact(contact_id)


def get_meeting(meeting_id: str) -> Meeting:
    """Return the meeting of that id, or raise `NotFoundError`."""
    return store().get_meeting(meeting_id)


def get_historical_meetings_for_contact(contact_id: str, limit: int = 5) -> list[Meeting]:
    """Return the completed meetings with a contact, newest first, at most `limit`."""
    if not isinstance(limit, int) or limit < 1:
        raise InvalidRequestError(f"limit: must be at least 1, not {brief_repr(limit)}")
    return store().contact_history(contact_id, before=_END_OF_TIME, now=_BEGIN_OF_TIME, limit=min(limit, sys.maxsize))


def add_meeting(meeting_data: MeetingFields | Meeting) -> Meeting:
    """Store a meeting; without an `id` it gets a new one."""
    fields = {"id": new_id("meeting"), **meeting_data} if isinstance(meeting_data, Mapping) else meeting_data
    meeting = parse(Meeting, fields)
    store().add_meeting(meeting)
    return meeting


def update_meeting(meeting_id: str, updates: MeetingUpdateFields | MeetingUpdate) -> Meeting:
    """Change a meeting by the rules of `meeting_service.update_meeting`; naive dates are UTC."""
    update = parse(MeetingUpdate, updates)
    now = utc_now()
    return store().update_meeting(
        meeting_id, lambda meeting: apply_update(meeting, update, owner_timezone="UTC", now=now)
    )


def user_exists(user_id: str) -> bool:
    """Return whether there is a user of that id."""
    return user_id in USERS


def contact_exists(contact_id: str) -> bool:
    """Return whether there is a contact of that id."""
    return contact_id in CONTACTS


def meeting_exists(meeting_id: str) -> bool:
    """Return whether there is a meeting of that id."""
    return meeting_id in MEETINGS
