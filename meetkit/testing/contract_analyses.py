"""The part of the contract of stores on action items, attachments and the usage of models."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from meetkit.errors import InvalidRequestError, NotFoundError
from meetkit.models.insights import ActionItem
from meetkit.models.meetings import Meeting
from meetkit.models.records import MeetingRecord
from meetkit.models.usage import Usage, UsageTotal
from meetkit.storage import Store
from meetkit.testing.examples import MONDAY, meeting

_OPEN_ITEM = ActionItem(id="i1", task="Send the quote")
_DONE_ITEM = ActionItem(id="i2", task="Call back", status="done")


def _ids(store: Store, **of: str) -> list[str]:
    return [entity.id for entity in store.item_histories(**of)]


def _call(**more: Any) -> Usage:
    return Usage(
        **{"at": MONDAY, "model": "m", "purpose": "summary", "seconds": 0.5, "attempt": 1, "outcome": "ok", **more}
    )


class AnalysesContract:
    """Open items are found by user and contact; a change and its attachments are stored together."""

    def test_items_are_found_with_their_history(self, store: Store) -> None:
        """Threads are found by an open item; cancelled meetings count, as a promise outlives them."""
        store.add_meeting(
            meeting(0, user_id="ben", action_items=[_OPEN_ITEM], attendee_ids=["ann"], transcript="Long.")
        )
        store.add_meeting(meeting(1, action_items=[_OPEN_ITEM], contact_id="dee", status="cancelled"))
        store.add_meeting(meeting(2, user_id="ben", action_items=[_DONE_ITEM], contact_id="dee"))
        store.add_meeting(meeting(3, action_items=[_DONE_ITEM]))
        store.add_meeting(meeting(4, contact_id="dee"))

        assert _ids(store) == _ids(store, user_id="ann") == ["m0000000", "m0000001", "m0000002"]
        assert _ids(store, user_id="ben") == ["m0000000"]
        assert _ids(store, contact_id="dee") == ["m0000001", "m0000002"]
        assert _ids(store, user_id="ann", contact_id="dee") == ["m0000001", "m0000002"]
        assert _ids(store, user_id="ben", contact_id="dee") == []
        assert [entity.transcript for entity in store.item_histories()] == [None] * 3
        assert store.get_meeting("m0000000").transcript == "Long."
        for unknown in ({"user_id": "x"}, {"contact_id": "x"}):
            with pytest.raises(NotFoundError, match="'x'"):
                store.item_histories(**unknown)

    def test_items_are_found_after_every_change(self, store: Store) -> None:
        """Items that are done, come back, are imported or deleted."""

        def with_items(*items: ActionItem) -> None:
            store.update_meeting("m0000000", lambda value: value.model_copy(update={"action_items": items}))

        store.add_meeting(meeting())
        with_items(_OPEN_ITEM)
        assert _ids(store) == ["m0000000"]
        with_items(_OPEN_ITEM, _DONE_ITEM)
        assert _ids(store) == ["m0000000"]
        with_items(_DONE_ITEM)
        assert _ids(store) == []
        with_items(_OPEN_ITEM)
        store.import_records([MeetingRecord(meeting=meeting(1, action_items=[_OPEN_ITEM]))])
        assert _ids(store) == ["m0000000", "m0000001"]
        store.delete_meeting("m0000000")
        assert _ids(store) == ["m0000001"]

    def test_a_change_stores_attachments_in_the_same_step(self, store: Store) -> None:
        """Both are stored, or, where either cannot be, neither is."""
        store.add_meeting(meeting())
        store.put_artefact("m0000000", "prep", "before")

        def rename(entity: Meeting) -> Meeting:
            return entity.model_copy(update={"title": "After"})

        def fail(_: Meeting) -> Meeting:
            raise OSError("unplugged")

        with pytest.raises(InvalidRequestError, match="NUL"):
            store.update_meeting("m0000000", rename, artefacts={"prep": "after", "other": "\x00"})
        with pytest.raises(OSError, match="unplugged"):
            store.update_meeting("m0000000", fail, artefacts={"prep": "after"})
        assert store.get_meeting("m0000000") == meeting()
        assert store.get_artefact("m0000000", "prep") == "before"

        store.update_meeting("m0000000", rename, artefacts={"prep": "after", "other": "new"})
        assert store.get_meeting("m0000000").title == "After"
        assert [store.get_artefact("m0000000", kind) for kind in ("prep", "other")] == ["after", "new"]

    def test_the_usage_of_models_is_summed(self, store: Store) -> None:
        """The sums are by model, purpose and outcome, over the calls that began in a time."""
        assert store.sum_usage() == []
        # More than 32 bits hold, as sums may grow.
        store.add_usage(_call(input_tokens=3, output_tokens=2**40))
        store.add_usage(_call(at=MONDAY + dt.timedelta(hours=1), input_tokens=4))
        store.add_usage(_call(purpose="decisions", outcome="timeout"))
        # A microsecond before the start, which excludes it.
        store.add_usage(_call(model="a", at=MONDAY - dt.timedelta(microseconds=1)))
        base = {"model": "m", "input_tokens": 0, "output_tokens": 0, "seconds": 0.5, "calls": 1}
        decisions = UsageTotal(**{**base, "purpose": "decisions", "outcome": "timeout"})
        summary = {**base, "purpose": "summary", "outcome": "ok", "output_tokens": 2**40}

        both_calls = UsageTotal(**{**summary, "calls": 2, "input_tokens": 7, "seconds": 1.0})
        first = UsageTotal(**{**summary, "input_tokens": 3})
        assert store.sum_usage()[1:] == store.sum_usage(start=MONDAY) == [decisions, both_calls]
        assert store.sum_usage(start=MONDAY, end=MONDAY + dt.timedelta(hours=1)) == [decisions, first]
        assert [total.model for total in store.sum_usage(end=MONDAY)] == ["a"]
