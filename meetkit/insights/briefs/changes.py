"""What has changed since the last meeting with a contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from meetkit.insights.open_items import Mention, Thread, threads
from meetkit.models.insights import Deadline, Highlight
from meetkit.models.meetings import Meeting


def changes_since(history: Sequence[Meeting]) -> tuple[Highlight, ...]:
    """Items done since the last meeting or moved in it, and a mood that turned; `history` is newest first."""
    if not history:
        return ()
    last = history[0]
    told = [text for thread in threads(history) for text in _of_item(thread, last)]
    told += [Highlight(text=text, meeting_id=last.id) for text in _of_mood(history[:2])]
    return tuple(dict.fromkeys(told))


def _of_item(thread: Thread, last: Meeting) -> Iterator[Highlight]:
    now = thread.last
    who = f"{now.item.owner}: " if now.item.owner else ""
    if now.item.status == "done":
        if _is_news(thread, last):
            yield Highlight(text=f"Done since: {who}{now.item.task}", meeting_id=now.meeting.id)
    elif len(thread.mentions) > 1 and now.meeting.id == last.id and (moved := _moved(thread.mentions[-2], now)):
        yield Highlight(text=f"Moved {moved}: {who}{now.item.task}", meeting_id=last.id)


def _is_news(thread: Thread, last: Meeting) -> bool:
    """Whether an item was done since the last meeting began, or was open until it."""
    item = thread.last.item
    if item.done_at is not None:
        return item.done_at >= last.date
    before = thread.mentions[:-1]
    return bool(before) and thread.last.meeting.id == last.id and before[-1].item.status == "open"


def _moved(before: Mention, after: Mention) -> str | None:
    one, other = before.item.deadline, after.item.deadline
    if one is None or other is None or _day(one) == _day(other):
        return None
    return f"from {_day(one)} to {_day(other)}"


def _day(deadline: Deadline) -> str:
    return deadline.date.isoformat() if deadline.date else f'"{deadline.phrase}"'


def _of_mood(latest: Sequence[Meeting]) -> Iterator[str]:
    moods = [meeting.sentiment for meeting in latest]
    if len(moods) == 2 and None not in moods and moods[0] != moods[1]:
        yield f"The mood went from {moods[1]} to {moods[0]}"
