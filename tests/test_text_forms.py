"""Plain text of tools and people: who says what and when, and what is kept out of the words."""

from __future__ import annotations

import pytest

from meetkit.insights.transcript import read_transcript
from tests.text_forms import FIXTURES, Fixture, Said


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: fixture.tool)
def test_a_form_is_read(fixture: Fixture) -> None:
    transcript = read_transcript(fixture.text)

    said = [Said(turn.speaker, turn.start_seconds, " ".join(turn.text.split())) for turn in transcript.turns]
    assert said == fixture.said
    assert transcript.form == fixture.form
    assert transcript.text == fixture.text
