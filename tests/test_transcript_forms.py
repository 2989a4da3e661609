"""The forms of transcripts that tools write: each a file, and beside it who said what when."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import read_transcript

FOLDER = Path(__file__).parent / "transcripts"
EXPECTED = ".expected.json"
FIXTURES = sorted(path.name.removesuffix(EXPECTED) for path in FOLDER.glob(f"*{EXPECTED}"))
TABLE = (Path(__file__).parent.parent / "docs" / "transcripts.md").read_text("utf-8")


def expected(fixture: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{fixture}{EXPECTED}").read_text("utf-8"))
    return content


@pytest.mark.parametrize("fixture", FIXTURES)
def test_a_form_is_read(fixture: str) -> None:
    want = expected(fixture)

    transcript = read_transcript((FOLDER / fixture).read_bytes())

    turns = [[turn.speaker, turn.start_seconds, turn.end_seconds, turn.text] for turn in transcript.turns]
    assert turns == want["turns"]
    assert transcript.form == want["form"]
    assert [problem.kind for problem in transcript.problems] == want.get("problems", [])
    if "context" in want:
        assert transcript.context.model_dump(mode="json") == want["context"]
    assert [transcript.text[turn.start : turn.end] for turn in transcript.turns] == [row[3] for row in want["turns"]]


JSON_FIXTURES = [fixture for fixture in FIXTURES if fixture.endswith(".json")]
JUNK: list[Any] = [None, True, -1, 1e18, "", "\ud800", "x\ny", [], {}, [1], {"a": 1}, [[]], [{}]]


def places_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place of a JSON value, as an object or list and a key of it."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(entries):
        yield value, key
        yield from places_in(part)


@pytest.mark.parametrize("fixture", JSON_FIXTURES)
def test_junk_at_any_place_is_read_or_refused(fixture: str) -> None:
    data = json.loads((FOLDER / fixture).read_text("utf-8"))
    for number, (parent, key) in enumerate(places_in(data)):
        whole = parent[key]
        # Two of the kinds at each place, so that all kinds are tried within a file and a file takes little time.
        for junk in (JUNK[number % len(JUNK)], JUNK[(number * 5 + 3) % len(JUNK)]):
            parent[key] = junk
            with suppress(InvalidRequestError):
                read_transcript(json.dumps(data))
        parent[key] = whole


def test_the_table_in_the_documents_names_each_form_and_its_fixture() -> None:
    rows = set(re.findall(r"^\| .* \| `([^`]+)` \| `([^`]+)` \|$", TABLE, re.MULTILINE))

    assert rows == {(expected(fixture)["form"], fixture) for fixture in FIXTURES}


def test_every_file_of_the_folder_is_tried() -> None:
    files = {path.name for path in FOLDER.iterdir() if not path.name.endswith(EXPECTED)}

    assert files == set(FIXTURES)


def test_the_table_has_at_least_sixty_forms() -> None:
    assert len(FIXTURES) >= 60
