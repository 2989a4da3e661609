"""Transcripts that mean harm: what is said again and again is weighed once, and promises without end are not all."""

from __future__ import annotations

from typing import Any

import pytest

from meetkit.insights.language import intents
from meetkit.insights.language.text import Document
from meetkit.insights.offline.action_items import extraction, find_action_items
from meetkit.insights.offline.sentiment import sentence_tone
from meetkit.insights.offline.summary import sentence_ranking, summarize
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingContext

PROMISES = "\n".join(f"Lou: I will send report number {number} by Friday." for number in range(40))


def document(text: str) -> Document:
    return Document.of(read_transcript(text))


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[str]:
    """The name once for each call, while the function does what it did."""
    calls: list[str] = []
    function = getattr(owner, name)

    def count_kinds(*args: Any) -> Any:
        calls.append(name)
        return function(*args)

    monkeypatch.setattr(owner, name, count_kinds)
    return calls


@pytest.mark.parametrize("text", ["I will ", "We decided. ", "can you ", "By Friday. ", "? "])
def test_what_is_said_again_and_again_is_read_a_few_times(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tones, scores = counted(monkeypatch, sentence_tone, "read_tone"), counted(monkeypatch, intents, "_scores")
    said = document(text * 5_000)

    assert len(sentence_tone.read_tones(said)) == len(intents.action_scores(said)) == len(said.sentences)
    assert len(tones) <= 4
    assert len(scores) <= 4


def test_a_tone_stays_with_its_own_sentence() -> None:
    said = document("Lou: That is great.\nMaya: That is great.")

    assert [found.sentence for found in sentence_tone.read_tones(said)] == list(said.sentences)


def test_commitments_are_weighed_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "MAX_COMMITMENTS", 10)
    weighed = counted(monkeypatch, extraction, "find_tasks")

    found = find_action_items(document(PROMISES), MeetingContext()).items

    assert [item.task for item in found] == [f"Send report number {number}" for number in range(10)]
    assert len(weighed) == 10


def test_a_summary_weighs_few_sentences_again(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed = counted(monkeypatch, sentence_ranking._Choice, "worth")
    said = document(" ".join(f"Topic{number} matters to customer{number}." for number in range(2_000)))

    assert summarize(said, MeetingContext()).text
    assert len(weighed) < 3 * len(said.sentences)
