"""Changes since the last meeting with a contact: items done or moved, and a new mood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from meetkit.insights.open_items import Mention, Thread, threads
from meetkit.models.insights import Deadline, Highlight
from meetkit.models.meetings import Meeting


def changes_since(history: Sequence[Meeting]) -> tuple[Highlight, ...]:
    """Return the items done since the last meeting or moved in it, and a change of mood. `history` is newest first."""
    if not history:
        return ()
    last = history[0]
    changes = [text for thread in threads(history) for text in _item_changes(thread, last)]
    changes += [Highlight(text=text, meeting_id=last.id) for text in _mood_changes(history[:2])]
    # Two threads can yield the same sentence.
    return tuple(dict.fromkeys(changes))


def _item_changes(thread: Thread, last: Meeting) -> Iterator[Highlight]:
    now = thread.last
    owner = f"{now.item.owner}: " if now.item.owner else ""
    if now.item.status == "done":
        if _is_news(thread, last):
            yield Highlight(text=f"Done since: {owner}{now.item.task}", meeting_id=now.meeting.id)
    elif (
        len(thread.mentions) > 1
        and now.meeting.id == last.id
        and (change := _deadline_change(thread.mentions[-2], now))
    ):
        yield Highlight(text=f"Moved {change}: {owner}{now.item.task}", meeting_id=last.id)


def _is_news(thread: Thread, last: Meeting) -> bool:
    """Return whether an item was done after the last meeting began, or was open before it and is done in it."""
    item = thread.last.item
    if item.done_at is not None:
        return item.done_at >= last.date
    before = thread.mentions[:-1]
    return bool(before) and thread.last.meeting.id == last.id and before[-1].item.status == "open"


def _deadline_change(before: Mention, after: Mention) -> str | None:
    earlier, later = before.item.deadline, after.item.deadline
    if earlier is None or later is None or _day(earlier) == _day(later):
        return None
    return f"from {_day(earlier)} to {_day(later)}"


def _day(deadline: Deadline) -> str:
    return deadline.date.isoformat() if deadline.date else f'"{deadline.phrase}"'


def _mood_changes(latest: Sequence[Meeting]) -> Iterator[str]:
    moods = [meeting.sentiment for meeting in latest]
    if len(moods) == 2 and None not in moods and moods[0] != moods[1]:
        yield f"The mood went from {moods[1]} to {moods[0]}"
