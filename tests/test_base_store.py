"""A store of five methods, as the guide has it, keeps the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meetkit import data, meeting_service
from meetkit.storage import BaseStore, MemoryStore
from meetkit.testing import StoreContract

GUIDE = Path(__file__).parents[1] / "docs" / "how-to" / "own-store.md"


def guide() -> dict[str, Any]:
    """The names that the guide's store defines."""
    [code] = re.findall(r"^```python\n(import sqlite3\n.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"__name__": "guide"}
    exec(compile(code, str(GUIDE), "exec"), names)
    return names


NAMES = guide()


class TestTableStore(StoreContract):
    """The guide's own store."""

    @pytest.fixture
    def store(self) -> Iterator[Any]:
        store = NAMES["TableStore"](":memory:")
        yield store
        store.connection.close()


def test_five_methods_are_all_that_a_host_writes() -> None:
    assert BaseStore.__abstractmethods__ == {"transaction", "read_row", "read_rows", "write_row", "delete_row"}
    with pytest.raises(TypeError, match="abstract"):
        BaseStore()  # type: ignore[abstract]  # the point


def test_it_answers_as_the_store_in_memory_does(tmp_path: Path) -> None:
    file = str(tmp_path / "crm.db")
    first = NAMES["TableStore"](file)
    first.import_records(data.sample_store().export_records())
    first.connection.close()
    store, memory = NAMES["TableStore"](file), MemoryStore()
    memory.import_records(data.sample_store().export_records())

    results = [_answers(store), _answers(memory)]
    store.connection.close()

    assert results[0] == results[1]


def _answers(store: Any) -> list[str]:
    """What operations return; values of the clock are left out."""
    with meeting_service.use(store=store, llm=None):
        meeting_service.analyze_meeting("hist_meeting_1")
        return [
            *(meeting.id for meeting in meeting_service.get_all_meetings("user_1")),
            *(item.task for item in meeting_service.get_open_action_items("user_1")),
            *(str(slot) for slot in meeting_service.find_available_slots(["user_1", "user_2"], "2025-11-21", 30)),
            meeting_service.generate_pre_meeting_prep("meeting_1").model_dump_json(exclude={"generated_at"}),
        ]
