"""Analyses that an earlier release stored are read: `stored/analysis.json` is as that release wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from meetkit import meeting_service as service
from meetkit.models.analysis import MeetingInsights
from meetkit.storage import MemoryStore
from meetkit.testing.examples import meeting, people
from meetkit.web import render_problems, router

STORED: dict[str, Any] = json.loads((Path(__file__).parent / "stored" / "analysis.json").read_text("utf-8"))
SECTIONS = tuple(name for name in STORED["insights"] if name != "transcript_sha256")


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    """A store in use, with a meeting that has the stored analysis as its attachments."""
    store = MemoryStore()
    store.import_records(people())
    store.add_meeting(meeting(id="m", transcript=STORED["transcript"]))
    store.put_artefact("m", "insights", json.dumps(STORED["insights"]))
    store.put_artefact("m", "found", json.dumps(STORED["found"]))
    with service.use(store=store, llm=None):
        yield store


@pytest.mark.usefixtures("store")
def test_a_stored_analysis_is_read_as_it_was_written() -> None:
    """All sections, each field of them; fields that came later have their defaults."""
    insights = service.get_insights("m")

    assert insights is not None
    assert json.loads(insights.model_dump_json(exclude_unset=True)) == STORED["insights"]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_that_came_later_is_empty(store: MemoryStore, section: str) -> None:
    """It has failed and says why; all others are as they were stored."""
    older = {name: value for name, value in STORED["insights"].items() if name != section}
    store.put_artefact("m", "insights", json.dumps(older))

    insights = service.get_insights("m")

    assert insights is not None
    empty = type(getattr(insights, section))(
        engine="none", status="failed", reason="this analysis was stored before this section existed"
    )
    assert getattr(insights, section) == empty
    read = json.loads(insights.model_dump_json(exclude_unset=True))
    assert {name: read[name] for name in older} == older


def test_what_a_stored_analysis_put_on_record_is_known(store: MemoryStore) -> None:
    """The next analysis sees from `found` which items people have removed since."""
    service.analyze_meeting("m")

    content = store.get_artefact("m", "found")
    assert content is not None
    removed = {item["id"] for item in STORED["found"]["items"]} | {*STORED["found"]["removed"]}
    assert set(json.loads(content)["removed"]) == removed


def test_the_schema_of_what_is_returned_requires_each_section() -> None:
    """A client may rely on all of them."""
    schema = MeetingInsights.model_json_schema(mode="serialization")

    assert schema["required"] == ["transcript_sha256", "source", "language", *SECTIONS]


@pytest.mark.parametrize(("attachment", "path"), [("insights", "insights"), ("prep", "prep")])
def test_a_client_is_told_of_what_cannot_be_read(
    store: MemoryStore, caplog: pytest.LogCaptureFixture, attachment: str, path: str
) -> None:
    """It is logged without its content; nobody takes the meeting for one that was never analyzed."""
    store.put_artefact("m", attachment, '{"secret": "of another form"}')
    app = FastAPI()
    app.include_router(router(store=store, llm=None, identify=None))
    render_problems(app)

    answer = TestClient(app).get(f"/meetings/m/{path}")

    assert answer.status_code == 404
    assert "this version cannot read the stored one, so create it again" in answer.json()["detail"]
    assert f"the stored {attachment} of meeting 'm' cannot be read" in caplog.text
    assert "secret" not in caplog.text + answer.text
