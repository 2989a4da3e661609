"""The sample: people and meetings to try things on, in the default in-memory store.

`USERS`, `CONTACTS` and `MEETINGS` are live mappings from id to plain dict: what you assign or delete the
service sees at once, what you read is a copy. `HISTORICAL_MEETINGS` are those of `MEETINGS` that are
completed. Naive dates here are UTC. The sample's today is `TODAY`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from importlib.resources import files
from threading import Lock
from typing import Any, Generic, TypeVar

from meetkit.errors import InvalidRequestError, NotFoundError
from meetkit.models.base import new_id, parse
from meetkit.models.meetings import Meeting, MeetingUpdate, apply_update
from meetkit.models.people import Contact, User
from meetkit.storage import MemoryStore

# Later than any meeting can begin.
_END_OF_TIME = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)

TODAY = dt.date(2025, 11, 17)

Entity = TypeVar("Entity", bound=User | Contact | Meeting)


def sample_store() -> MemoryStore:
    """A new store that holds the sample as it is shipped."""
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


_loading = Lock()
_loaded: list[MemoryStore] = []


def store() -> MemoryStore:
    """The default store, which `meetkit.meeting_service` uses until it is told of another; one per process."""
    with _loading:
        if not _loaded:
            _loaded.append(sample_store())
        return _loaded[0]


def reset() -> None:
    """Forget the default store; the next use begins with the sample as it is shipped."""
    with _loading:
        _loaded.clear()


class _LiveMapping(MutableMapping[str, dict[str, Any]], Generic[Entity]):
    """The entities of one kind in a store, as a mapping from id to plain dict."""

    def __init__(
        self,
        model: type[Entity],
        *,
        ids: Callable[[], list[str]],
        get: Callable[[str], Entity],
        add: Callable[[Entity], None],
        update: Callable[[str, Callable[[Entity], Entity]], Entity],
        remove: Callable[[str], None],
    ) -> None:
        self._model = model
        self._ids, self._get, self._add, self._update, self._remove = ids, get, add, update, remove

    def __getitem__(self, entity_id: str) -> dict[str, Any]:
        try:
            return self._get(entity_id).model_dump(mode="json")
        except NotFoundError:
            raise KeyError(entity_id) from None

    def __setitem__(self, entity_id: str, entity: Mapping[str, Any]) -> None:
        if entity.get("id", entity_id) != entity_id:
            raise InvalidRequestError(f"id: {entity['id']!r} is assigned to {entity_id!r}")
        value = parse(self._model, {**entity, "id": entity_id})
        if entity_id in self:
            self._update(entity_id, lambda _: value)
        else:
            self._add(value)

    def __delitem__(self, entity_id: str) -> None:
        try:
            self._remove(entity_id)
        except NotFoundError:
            raise KeyError(entity_id) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids())

    def __len__(self) -> int:
        return len(self._ids())

    def __repr__(self) -> str:
        return f"<{len(self)} {self._model.__name__.lower()}s: {', '.join(self)}>"


def _completed(meeting_id: str) -> Meeting:
    meeting = store().get_meeting(meeting_id)
    if meeting.status != "completed":
        raise NotFoundError("past meeting", meeting_id)
    return meeting


USERS = _LiveMapping(
    User,
    ids=lambda: store().user_ids(),
    get=lambda user_id: store().get_user(user_id),
    add=lambda user: store().add_user(user),
    update=lambda user_id, change: store().update_user(user_id, change),
    remove=lambda user_id: store().remove_user(user_id),
)
CONTACTS = _LiveMapping(
    Contact,
    ids=lambda: store().contact_ids(),
    get=lambda contact_id: store().get_contact(contact_id),
    add=lambda contact: store().add_contact(contact),
    update=lambda contact_id, change: store().update_contact(contact_id, change),
    remove=lambda contact_id: store().remove_contact(contact_id),
)
MEETINGS = _LiveMapping(
    Meeting,
    ids=lambda: store().meeting_ids(),
    get=lambda meeting_id: store().get_meeting(meeting_id),
    add=lambda meeting: store().add_meeting(meeting),
    update=lambda meeting_id, change: store().update_meeting(meeting_id, change),
    remove=lambda meeting_id: store().delete_meeting(meeting_id),
)
HISTORICAL_MEETINGS = _LiveMapping(
    Meeting,
    ids=lambda: [
        meeting_id for meeting_id in store().meeting_ids() if store().get_meeting(meeting_id).status == "completed"
    ],
    get=_completed,
    add=lambda meeting: store().add_meeting(meeting),
    update=lambda meeting_id, change: store().update_meeting(meeting_id, change),
    remove=lambda meeting_id: store().delete_meeting(_completed(meeting_id).id),
)


def get_user(user_id: str) -> User:
    """The user of that id; `NotFoundError` where there is none, as below."""
    return store().get_user(user_id)


def get_contact(contact_id: str) -> Contact:
    """The contact of that id."""
    return store().get_contact(contact_id)


def get_meeting(meeting_id: str) -> Meeting:
    """The meeting of that id."""
    return store().get_meeting(meeting_id)


def get_historical_meetings_for_contact(contact_id: str, limit: int = 5) -> list[Meeting]:
    """The completed meetings with a contact, newest first, at most `limit`."""
    if limit < 1:
        raise InvalidRequestError(f"limit: must be at least 1, not {limit}")
    everything = store().contact_history(contact_id, before=_END_OF_TIME, limit=len(MEETINGS))
    return [meeting for meeting in everything if meeting.status == "completed"][:limit]


def add_meeting(meeting_data: Mapping[str, Any] | Meeting) -> Meeting:
    """Keep a meeting; one without an `id` is given a new one."""
    given = meeting_data if isinstance(meeting_data, Meeting) else {"id": new_id("meeting"), **meeting_data}
    meeting = parse(Meeting, given)
    store().add_meeting(meeting)
    return meeting


def update_meeting(meeting_id: str, updates: Mapping[str, Any] | MeetingUpdate) -> Meeting:
    """Change a meeting by the rules of `meeting_service.update_meeting`; naive dates are UTC."""
    update = parse(MeetingUpdate, updates)
    now = dt.datetime.now(dt.UTC)
    return store().update_meeting(
        meeting_id, lambda meeting: apply_update(meeting, update, owner_timezone="UTC", now=now)
    )


def user_exists(user_id: str) -> bool:
    """Whether there is a user of that id."""
    return user_id in USERS


def contact_exists(contact_id: str) -> bool:
    """Whether there is a contact of that id."""
    return contact_id in CONTACTS


def meeting_exists(meeting_id: str) -> bool:
    """Whether there is a meeting of that id."""
    return meeting_id in MEETINGS
