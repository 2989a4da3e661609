"""Hypothesis strategies for transcripts, analyses and what models cost."""

from __future__ import annotations

from functools import partial
from typing import Any

from hypothesis import strategies as st

from meetkit.insights.meeting_record import RecordedFindings
from meetkit.insights.model import ChunkPolicy
from meetkit.insights.templates import SummaryTemplate, TemplateSection
from meetkit.models.analysis import (
    ActionItems,
    Contribution,
    Decision,
    Decisions,
    FillerCount,
    FollowUp,
    FollowUps,
    MeetingContext,
    MeetingInsights,
    Mention,
    Question,
    Questions,
    RelationshipHealth,
    Section,
    SentimentAnalysis,
    SentimentPoint,
    SpeakerSentiment,
    SpeakerStatistics,
    Statistics,
    Summary,
    SummarySentence,
    Topic,
    Topics,
    TopicSpan,
    Tracker,
    Trackers,
)
from meetkit.models.corrections import Corrections, ItemCorrection
from meetkit.models.insights import ItemSource
from meetkit.models.transcripts import Transcript, TranscriptContext, TranscriptProblem, TranscriptSource, Turn
from meetkit.models.usage import Usage, UsageTotal
from meetkit.providers import Limits
from tests.strategies import action_items, dates, evidence, instants, lines, phrases, sentiments, texts, zones

places = st.integers(0, 10**6)
scores = st.floats(-1, 1)
rates = st.floats(0, 10**6)
ratios = st.floats(0, 1)
labels = sentiments.filter(bool)
grounds = st.lists(evidence, min_size=1, max_size=2)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Transcripts in canonical form, of lines with and without a speaker."""
    text, turns = "", []
    for index, (speaker, words) in enumerate(draw(st.lists(st.tuples(st.none() | lines, texts), max_size=4))):
        text += f"{speaker}: " if speaker else ""
        times = {"start_seconds": float(index), "end_seconds": index + 0.5} if draw(st.booleans()) else {}
        turns.append(
            Turn(index=index, speaker=speaker, text=words, start=len(text), end=len(text) + len(words), **times)
        )
        text += f"{words}\n"
    return Transcript(format=draw(st.sampled_from(["text", "vtt", "srt", "json"])), text=text, turns=tuple(turns))


turns = st.builds(Turn, index=places, speaker=st.none() | lines, text=texts, start=places, end=places)
trackers = st.builds(Tracker, name=lines, phrases=st.lists(lines, min_size=1, max_size=2))
contexts = st.builds(
    MeetingContext,
    title=st.none() | lines,
    date=st.none() | dates,
    timezone=zones,
    our_side=st.lists(lines, max_size=2),
    their_side=st.lists(lines, max_size=2),
    trackers=st.lists(trackers, max_size=2),
    summary_words=st.none() | st.integers(10, 2000),
)


def _section(section_type: type[Section], **fields: Any) -> st.SearchStrategy[Section]:
    standing = st.one_of(
        st.just({"status": "ok"}),
        st.builds(
            lambda reason, status: {"status": status, "reason": reason}, lines, st.sampled_from(["fallback", "failed"])
        ),
    )
    return st.builds(
        lambda standing, **rest: section_type(**standing, **rest), standing, engine=lines, rejected=places, **fields
    )


short_lists = partial(st.lists, max_size=2)
spans = st.builds(TopicSpan, first_turn=places, last_turn=places)
sentences = st.builds(SummarySentence, text=phrases, evidence=grounds)
decisions = st.builds(Decision, text=phrases, evidence=grounds)
questions = st.builds(Question, text=phrases, asker=st.none() | lines, answer_turn=st.none() | places, evidence=grounds)
topics = st.builds(Topic, label=lines, spans=st.lists(spans, min_size=1, max_size=2), evidence=grounds)
speaker_sentiments = st.builds(
    SpeakerSentiment, speaker=st.none() | lines, score=scores, label=labels, evidence=short_lists(evidence)
)
points = st.builds(SentimentPoint, first_turn=places, last_turn=places, score=scores)
contributions = st.builds(Contribution, reason=lines, weight=st.floats(-10, 10), evidence=short_lists(evidence))
healths = st.builds(
    RelationshipHealth,
    label=st.sampled_from(["strong", "stable", "at_risk"]),
    score=st.floats(-10, 10),
    version=lines,
    contributions=short_lists(contributions),
)
follow_ups = st.builds(FollowUp, text=phrases, evidence=grounds)
fillers = st.builds(FillerCount, word=lines, count=st.integers(1, 99))
speaker_statistics = st.builds(
    SpeakerStatistics,
    speaker=st.none() | lines,
    turns=places,
    words=places,
    seconds=st.none() | rates,
    talk_ratio=ratios,
    longest_monologue_words=places,
    longest_monologue_seconds=st.none() | rates,
    patience_seconds=st.none() | rates,
    questions=places,
    question_rate=st.none() | rates,
    words_per_minute=st.none() | rates,
    fillers=short_lists(fillers),
)
mentions = st.builds(Mention, tracker=lines, phrase=lines, evidence=evidence)
sections = {
    "summary": _section(Summary, sentences=short_lists(sentences)),
    "action_items": _section(ActionItems, items=short_lists(action_items)),
    "decisions": _section(Decisions, items=short_lists(decisions)),
    "questions": _section(Questions, items=short_lists(questions)),
    "topics": _section(Topics, items=short_lists(topics)),
    "sentiment": _section(
        SentimentAnalysis,
        score=st.none() | scores,
        label=sentiments,
        speakers=short_lists(speaker_sentiments),
        timeline=short_lists(points),
        health=st.none() | healths,
    ),
    "follow_ups": _section(FollowUps, items=short_lists(follow_ups)),
    "statistics": _section(
        Statistics,
        words=places,
        duration_seconds=st.none() | rates,
        interactivity=st.none() | rates,
        speakers=short_lists(speaker_statistics),
    ),
    "trackers": _section(Trackers, mentions=short_lists(mentions)),
}
insights = st.builds(
    MeetingInsights, transcript_sha256=st.text("0123456789abcdef", min_size=64, max_size=64), **sections
)
outcomes = st.sampled_from(["ok", "rate_limit", "timeout", "unavailable", "rejected", "output", "failed"])
usages = st.builds(
    Usage,
    at=instants,
    model=lines,
    purpose=lines,
    attempt=st.integers(1, 99),
    input_tokens=st.none() | places,
    output_tokens=st.none() | places,
    seconds=rates,
    outcome=outcomes,
)
usage_totals = st.builds(
    UsageTotal,
    model=lines,
    purpose=lines,
    outcome=outcomes,
    calls=st.integers(1, 99),
    input_tokens=places,
    output_tokens=places,
    seconds=rates,
)
item_sources = st.builds(ItemSource, meeting_id=lines, item_id=lines)

chunk_policies = st.integers(1, 10**6).flatmap(
    lambda size: st.builds(
        ChunkPolicy,
        characters=st.just(size),
        overlap=st.integers(0, size // 2),
        parallel=st.integers(1, 64),
        most_chunks=st.integers(1, 99),
    )
)

recorded_findings = st.builds(
    RecordedFindings,
    summary=st.none() | texts,
    sentiment=sentiments,
    items=short_lists(action_items),
    removed=short_lists(lines),
)
limits = st.builds(
    Limits,
    timeout=st.floats(0.1, 100),
    concurrency=st.integers(1, 99),
    max_output_tokens=st.integers(1, 9999),
    budget_tokens=st.none() | st.integers(1, 9999),
    breaker_failures=st.integers(1, 99),
    breaker_seconds=st.floats(0.1, 100),
)

item_corrections = st.builds(ItemCorrection, before=action_items)
corrections = st.builds(Corrections, transcript_sha256=st.just("0" * 64), items=short_lists(item_corrections))

template_sections = st.builds(TemplateSection, name=st.just("topics"), heading=st.none() | lines)
templates = st.builds(SummaryTemplate, sections=short_lists(template_sections))

transcript_problems = st.builds(
    TranscriptProblem,
    kind=st.sampled_from(["no_speakers", "left_out", "merged", "doubtful"]),
    text=phrases,
    count=st.integers(1, 2**40),
    line=st.none() | st.integers(1, 2**40),
    turn=st.none() | st.integers(0, 2**40),
)
transcript_contexts = st.builds(
    TranscriptContext,
    title=st.none() | lines,
    date=st.none() | dates,
    people=short_lists(lines),
)
transcript_sources = st.builds(
    TranscriptSource,
    form=st.none() | lines,
    problems=short_lists(transcript_problems),
    context=transcript_contexts,
)

EVERY_INSIGHT = (
    *(transcript_problems, transcript_contexts, transcript_sources),
    template_sections,
    templates,
    corrections,
    item_corrections,
    limits,
    recorded_findings,
    chunk_policies,
    *(turns, transcripts(), trackers, contexts, *sections.values(), insights, usages, usage_totals, item_sources),
    *(spans, sentences, decisions, questions, topics, speaker_sentiments, points, contributions, healths),
    *(follow_ups, fillers, speaker_statistics, mentions),
    st.builds(Section, engine=lines),
)
