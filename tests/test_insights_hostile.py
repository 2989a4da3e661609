"""Transcripts that mean harm: what is said again and again is weighed once, and promises without end are not all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meetkit.insights.analysis import analyze
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


def count_calls(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[str]:
    """Wrap a function so that each call adds its name to the returned list."""
    calls: list[str] = []
    function = getattr(owner, name)

    def count_kinds(*args: Any) -> Any:
        calls.append(name)
        return function(*args)

    monkeypatch.setattr(owner, name, count_kinds)
    return calls


@pytest.mark.parametrize("text", ["I will ", "We decided. ", "can you ", "By Friday. ", "? "])
def test_what_is_said_again_and_again_is_read_a_few_times(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tones, scores = count_calls(monkeypatch, sentence_tone, "read_tone"), count_calls(monkeypatch, intents, "_scores")
    talk = document(text * 5_000)

    assert len(sentence_tone.read_tones(talk)) == len(intents.action_scores(talk)) == len(talk.sentences)
    assert len(tones) <= 4
    assert len(scores) <= 4


def test_a_tone_stays_with_its_own_sentence() -> None:
    talk = document("Lou: That is great.\nMaya: That is great.")

    assert [tone.sentence for tone in sentence_tone.read_tones(talk)] == list(talk.sentences)


def test_commitments_are_weighed_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "MAX_COMMITMENTS", 10)
    calls = count_calls(monkeypatch, extraction, "find_tasks")

    items = find_action_items(document(PROMISES), MeetingContext()).items

    assert [item.task for item in items] == [f"Send report number {number}" for number in range(10)]
    assert len(calls) == 10


def test_a_summary_weighs_few_sentences_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count_calls(monkeypatch, sentence_ranking._Selection, "_worth")
    talk = document(" ".join(f"Topic{number} matters to customer{number}." for number in range(2_000)))

    assert summarize(talk, MeetingContext()).text
    assert len(calls) < 3 * len(talk.sentences)


_TALK = (
    "I'll send the report.",
    "By Friday?",
    "Yes, sure.",
    "Can you book the room?",
    "When do you need it?",
    "Actually, make it Thursday.",
    "We agreed to use the old vendor.",
    "No, I can't.",
)


@pytest.mark.parametrize("silence", ["...", "\u2026", "?!", "-", "\u2014", "''", "\U0001f600", "*", " "])
def test_a_turn_without_words_breaks_no_section(silence: str) -> None:
    """Try it before, between and after what others say, and instead of each of their turns."""
    for place in range(len(_TALK)):
        for said in ((*_TALK[:place], silence, *_TALK[place:]), (*_TALK[:place], silence, *_TALK[place + 1 :])):
            segments = [{"speaker": ("Ann", "Bob")[turn % 2], "text": text} for turn, text in enumerate(said)]
            insights = analyze(read_transcript(json.dumps({"segments": segments})))
            assert {section.status for section in insights.sections.values()} == {"ok"}
    assert analyze(
        read_transcript(json.dumps({"segments": [{"speaker": "Ann", "text": silence}] * 3 + [{"text": "Hm"}]}))
    )


def test_a_promise_before_silence_is_an_item() -> None:
    talk = document("Ann: I'll send the report.\nBob: ...\nAnn: Yes, sure.")

    assert [(item.task, item.owner) for item in find_action_items(talk, MeetingContext()).items] == [
        ("Send the report", "Ann")
    ]
