"""Analyses made by hand, for what shows them."""

from __future__ import annotations

import datetime as dt

from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.models.analysis import (
    ActionItems,
    Contribution,
    Decision,
    Decisions,
    FillerCount,
    FollowUp,
    FollowUps,
    MeetingInsights,
    Mention,
    Question,
    Questions,
    RelationshipHealth,
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
    Trackers,
)
from meetkit.models.insights import ActionItem, Deadline, Evidence
from meetkit.models.transcripts import Transcript, Turn

PROMISE = "I'll send you the report 📈 by Friday."
WORDS = (
    f"Thanks for coming. {PROMISE}",
    "مرحبا, we decided on 50 seats. What does it cost?",
    "Can somebody ask legal? I am worried about the price.",
)
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)//\u202egnp.eht\u2066</title></style>--><svg/onload=alert(1)>{{7*7}}",
)


def conversation(*turns: tuple[str | None, str]) -> Transcript:
    """A transcript of these turns."""
    text, made = "", []
    for index, (speaker, words) in enumerate(turns):
        text += f"{speaker or 'Somebody'}: "
        made.append(Turn(index=index, speaker=speaker, text=words, start=len(text), end=len(text) + len(words)))
        text += words + "\n"
    return Transcript(format="text", text=text, turns=tuple(made))


def evidence(transcript: Transcript, words: str, field: str | None = None) -> Evidence:
    """The first place in a turn where these words were said."""
    turn = next(turn for turn in transcript.turns if words in turn.text)
    start = turn.start + turn.text.index(words)
    return Evidence(
        quote=words, turn=turn.index, speaker=turn.speaker, start=start, end=start + len(words), field=field
    )


def nothing(transcript: Transcript) -> MeetingInsights:
    """An analysis that found nothing."""
    return MeetingInsights(
        transcript_sha256=fingerprint(transcript),
        summary=Summary(engine="offline"),
        action_items=ActionItems(engine="offline"),
        decisions=Decisions(engine="offline"),
        questions=Questions(engine="offline"),
        topics=Topics(engine="offline"),
        sentiment=SentimentAnalysis(engine="offline"),
        follow_ups=FollowUps(engine="offline"),
        statistics=Statistics(engine="offline"),
        trackers=Trackers(engine="offline"),
    )


def example(names: tuple[str, str, str] = ("Sarah Chen", "Jennifer Liu", "Daniel Osei")) -> Transcript:
    """A short call of three people."""
    return conversation(*zip(names, WORDS, strict=True))


def everything(transcript: Transcript) -> MeetingInsights:
    """An analysis of `example` with something in each section, one made in a model's place and one failed."""

    def said(words: str, field: str | None = None) -> Evidence:
        return evidence(transcript, words, field)

    sarah, jennifer, daniel = (said(words).speaker for words in WORDS)
    friday = Deadline(phrase="by Friday", anchor=dt.date(2025, 11, 4), timezone="UTC", date=dt.date(2025, 11, 7))
    promise = (said(PROMISE), said("I'll", "owner"), said("by Friday", "deadline"))
    statistics = tuple(
        SpeakerStatistics(
            speaker=speaker,
            turns=1,
            words=words,
            seconds=None,
            talk_ratio=words / 24,
            longest_monologue_words=words,
            longest_monologue_seconds=None,
            patience_seconds=None,
            questions=1,
            question_rate=None,
            words_per_minute=None,
            fillers=(FillerCount(word="um", count=2),),
        )
        for speaker, words in ((sarah, 12), (jennifer, 6), (daniel, 6))
    )
    return MeetingInsights(
        transcript_sha256=fingerprint(transcript),
        summary=Summary(
            engine="offline", sentences=(SummarySentence(text="A report will come.", evidence=(said(PROMISE),)),)
        ),
        action_items=ActionItems(
            engine="grok-4",
            rejected=2,
            items=(
                ActionItem(
                    id="a", task="Send the report", owner=sarah, deadline=friday, priority="high", evidence=promise
                ),
                ActionItem(id="b", task="Ask legal", status="done", evidence=(said("Can somebody ask legal?"),)),
            ),
        ),
        decisions=Decisions(
            engine="offline", items=(Decision(text="Take 50 seats", evidence=(said("we decided on 50 seats."),)),)
        ),
        questions=Questions(
            engine="offline",
            items=(
                Question(
                    text="What does it cost?", asker=jennifer, answer_turn=None, evidence=(said("What does it cost?"),)
                ),
                Question(
                    text="Can somebody ask legal?",
                    asker=daniel,
                    answer_turn=0,
                    evidence=(said("Can somebody ask legal?"),),
                ),
            ),
        ),
        topics=Topics(
            engine="offline",
            status="fallback",
            reason="the model did not answer in time",
            items=(Topic(label="seats", spans=(TopicSpan(first_turn=1, last_turn=1),), evidence=(said("50 seats"),)),),
        ),
        sentiment=SentimentAnalysis(
            engine="offline",
            score=0.1,
            label="mixed",
            speakers=(SpeakerSentiment(speaker=daniel, score=-0.5, label="negative", evidence=(said("worried"),)),),
            timeline=tuple(
                SentimentPoint(first_turn=turn, last_turn=turn, score=score)
                for turn, score in enumerate((0.6, 0.0, -0.6))
            ),
            health=RelationshipHealth(
                label="at_risk",
                score=-0.5,
                version="1",
                contributions=(Contribution(reason="a worry", weight=-0.5, evidence=(said("I am worried"),)),),
            ),
        ),
        follow_ups=FollowUps(
            engine="offline", items=(FollowUp(text="Name the price", evidence=(said("about the price"),)),)
        ),
        statistics=Statistics(engine="offline", words=24, speakers=statistics),
        trackers=Trackers(
            engine="grok-4",
            status="failed",
            reason="the model refused the call",
            mentions=(Mention(tracker="money", phrase="price", evidence=said("the price.")),),
        ),
    )
