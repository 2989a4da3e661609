"""A long transcript in chunks: nothing is lost between them, nothing is found twice, offsets stay true."""

from __future__ import annotations

from itertools import pairwise
from threading import Condition

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from meetkit.insights.language.text import Document
from meetkit.insights.model import ChunkPolicy, ModelEngine
from meetkit.insights.model.chunks import split
from meetkit.insights.model.merge import by_rank, distinct, in_order
from meetkit.models.analysis import Decision, MeetingContext, MeetingInsights
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Transcript
from tests.meeting_texts import RENEWAL, transcript_of, transcripts
from tests.model_doubles import SectionModel, truthful

policies = st.integers(1, 80).flatmap(
    lambda size: st.builds(ChunkPolicy, characters=st.just(size), overlap=st.integers(0, size // 2))
)
LONG = transcript_of((speaker, f"{words} That was number {n}.") for n, (speaker, words) in enumerate(RENEWAL * 3))
SMALL = ChunkPolicy(characters=500, overlap=150)


@given(transcripts, policies)
def test_every_turn_is_whole_in_the_chunks(transcript: Transcript, policy: ChunkPolicy) -> None:
    chunks = split(Document.of(transcript), policy)

    offsets = {at for chunk in chunks for piece in chunk for at in range(piece.start, piece.end)}
    assert offsets == {at for turn in transcript.turns for at in range(turn.start, turn.end)}
    assert {piece.turn for chunk in chunks for piece in chunk} == set(transcript.turns)


@given(transcripts, policies)
def test_chunks_keep_to_their_size_and_to_the_order_of_the_meeting(transcript: Transcript, policy: ChunkPolicy) -> None:
    for chunk in split(Document.of(transcript), policy):
        assert sum(piece.end - piece.start for piece in chunk) <= policy.characters
        assert all(part.end <= next_part.start for part, next_part in pairwise(chunk))
        assert all(piece.text == transcript.text[piece.start : piece.end] for piece in chunk)


@given(transcripts, policies)
def test_a_chunk_begins_with_the_end_of_the_one_before(transcript: Transcript, policy: ChunkPolicy) -> None:
    chunks = split(Document.of(transcript), policy)
    for before, chunk in pairwise(chunks):
        overlap = [piece for piece in chunk if piece in before]
        assert list(chunk[: len(overlap)]) == list(before[len(before) - len(overlap) :]) == overlap
        assert sum(piece.end - piece.start for piece in overlap) <= policy.overlap
        assert len(overlap) < len(chunk)


def test_a_turn_that_is_too_long_is_cut_between_sentences() -> None:
    transcript = transcript_of([("Kim", "One is here. Two is there. " + "X" * 30 + ". Four.")])
    chunks = split(Document.of(transcript), ChunkPolicy(characters=20, overlap=0))
    assert [[piece.text for piece in chunk] for chunk in chunks] == [
        ["One is here. "],
        ["Two is there. "],
        ["X" * 20],
        ["X" * 10 + ". Four."],
    ]


@pytest.mark.parametrize(
    "wrong", [{"characters": 0}, {"overlap": -1}, {"characters": 100, "overlap": 51}, {"parallel": 0}, {"parallel": 65}]
)
def test_a_policy_that_cannot_work_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=r"overlap|parallel|characters"):
        ChunkPolicy(**wrong)


def analyze_in_chunks(transcript: Transcript, policy: ChunkPolicy) -> MeetingInsights:
    return ModelEngine(truthful(), chunks=policy).analyze(transcript, MeetingContext(their_side=("Kim Lee",)))


def test_in_chunks_the_same_is_found_once_and_at_the_same_places() -> None:
    whole, parts = analyze_in_chunks(LONG, ChunkPolicy()), analyze_in_chunks(LONG, SMALL)

    assert len(split(Document.of(LONG), SMALL)) > 5
    for name in ("action_items", "decisions", "topics", "sentiment"):
        assert parts.sections[name] == whole.sections[name], name
    assert [entry.evidence[0] for entry in parts.questions.items] == [
        entry.evidence[0] for entry in whole.questions.items
    ]


def test_a_summary_has_sentences_of_every_chunk_in_the_order_of_the_meeting() -> None:
    sentences = analyze_in_chunks(LONG, SMALL).summary.sentences
    chunks = split(Document.of(LONG), SMALL)

    starts = [entry.evidence[0].start for entry in sentences]
    assert starts == sorted(starts)
    assert len(sentences) == 6 + len(chunks) - 1
    for chunk in chunks:
        assert any(chunk[0].start <= start < chunk[-1].end for start in starts)


class LastFirst:
    """A truthful model that waits until all calls have come and answers the last first."""

    name = "section-model"

    def __init__(self, calls: int) -> None:
        self.model, self.left, self.turn = truthful(), calls, Condition()

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        with self.turn:
            self.left -= 1
            number = self.left
            self.turn.notify_all()
            assert self.turn.wait_for(lambda: self.left <= 0 and self.left == -number, timeout=30)
            self.left -= 1
            self.turn.notify_all()
        return self.model.generate(prompt, system_prompt)


def test_the_result_does_not_hang_on_which_answer_comes_first() -> None:
    meeting = transcript_of(RENEWAL)
    policy = ChunkPolicy(characters=300, overlap=100, parallel=64)
    calls = 7 * len(split(Document.of(meeting), policy))
    assert 14 < calls <= policy.parallel
    slow = ModelEngine(LastFirst(calls), chunks=policy)
    context = MeetingContext(their_side=("Kim Lee",))
    assert slow.analyze(meeting, context) == ModelEngine(truthful(), chunks=policy).analyze(meeting, context)


def test_one_chunk_that_fails_costs_its_section() -> None:
    model = truthful()
    failing = SectionModel({**model.answers, "topics": lambda turns: {"topics": [] if turns[0]["turn"] else None}})
    insights = ModelEngine(failing, chunks=SMALL, fallback=None).analyze(LONG, MeetingContext())
    assert {name for name, part in insights.sections.items() if part.status == "failed"} == {"topics"}


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    start = draw(st.integers(0, 30))
    evidence = Evidence(quote="", turn=0, speaker=None, start=start, end=start + draw(st.integers(1, 10)))
    text = draw(st.sampled_from(["renew for two years", "renew for 2 years", "Renew for two  years", "move to Berlin"]))
    return Decision(text=text, evidence=(evidence,))


@given(st.lists(decisions(), max_size=12))
def test_merging_is_idempotent_and_loses_no_text(findings: list[Decision]) -> None:
    unique = distinct(findings, text=lambda entry: entry.text)
    assert distinct(unique, text=lambda entry: entry.text) == unique
    assert distinct(findings + findings, text=lambda entry: entry.text) == unique
    assert ("move to Berlin" in {entry.text for entry in unique}) is (
        "move to Berlin" in {entry.text for entry in findings}
    )
    assert in_order(in_order(unique)) == in_order(unique)


@given(st.lists(st.lists(st.integers()), max_size=4))
def test_by_rank_keeps_everything_and_takes_the_first_of_each_first(lists: list[list[int]]) -> None:
    items = by_rank(lists)
    assert sorted(items) == sorted(entry for part in lists for entry in part)
    firsts = [part[0] for part in lists if part]
    assert items[: len(firsts)] == firsts
