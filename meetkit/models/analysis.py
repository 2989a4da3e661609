"""The analysis of one transcript, section by section, each finding with the quotes that support it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import groupby
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from meetkit.models.base import Line, Many, Phrase, Value
from meetkit.models.insights import ActionItem, Evidence, Sentiment
from meetkit.models.transcripts import Offset, Seconds, TranscriptSource
from meetkit.models.zones import Date, Zone

SectionStatus = Literal["ok", "fallback", "failed", "unsupported_language"]
# The form of BCP 47; anything else would be text from outside in a prompt.
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$")]
Health = Literal["strong", "stable", "at_risk"]
Score = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]
SummaryWords = Annotated[int, Field(ge=10, le=2000)]
# No finding without evidence.
Grounds = Annotated[Many[Evidence], Field(min_length=1)]


class Tracker(Value):
    """A name for phrases to look for, such as `pricing` for `discount` and `list price`."""

    name: Line
    phrases: Annotated[Many[Line], Field(min_length=1)]


def _from_mapping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple({"name": name, "phrases": phrases} for name, phrases in value.items())
    return value


class MeetingContext(Value):
    """The context of a transcript; every field is optional.

    `date` is the day of the meeting in `timezone`, from which "by Friday" counts. `our_side` and
    `their_side` are names of people, as in the transcript or longer. `language` is that of the meeting, a code such as
    `de`; where it is missing, it is identified. `trackers` may be a mapping from name to phrases.
    Action items and decisions of a lower confidence than `min_confidence` are only possible. `summary_words` is the
    number of words that the summary has at most, unless its only sentence has more.
    """

    title: Line | None = None
    date: Date | None = None
    timezone: Zone = "UTC"
    language: Language | None = None
    our_side: Many[Line] = ()
    their_side: Many[Line] = ()
    trackers: Annotated[Many[Tracker], BeforeValidator(_from_mapping)] = ()
    min_confidence: Ratio = 0.5
    summary_words: SummaryWords | None = None


class Section(Value):
    """A section of an analysis, produced by `engine`: `offline`, or a model's name.

    The status `fallback` is the offline engine in place of a model that failed, `failed` an empty section.
    `unsupported_language` is a section whose engine does not read the language of the meeting, or of a part of it:
    what is missing was not read. `reason` says why in each of these cases. `rejected` is the number of
    findings that the transcript does not support.
    """

    engine: Line
    status: SectionStatus = "ok"
    reason: Line | None = None
    rejected: Offset = 0

    @model_validator(mode="after")
    def _check_reason(self) -> Self:
        if (self.status == "ok") is not (self.reason is None):
            raise ValueError("reason: required where status is not ok, and only there")
        return self


class SummarySentence(Value):
    """A sentence of a summary, and the quotes that support it."""

    text: Phrase
    evidence: Grounds


class Summary(Section):
    """The summary of the meeting: a few sentences, in the order of the meeting."""

    sentences: Many[SummarySentence] = ()

    @property
    def text(self) -> str:
        """The sentences as one text. Those that the offline engine quotes follow the name of who said them."""
        if self.engine != "offline":
            return " ".join(sentence.text for sentence in self.sentences)
        runs = groupby(self.sentences, key=lambda sentence: sentence.evidence[0].speaker)
        return " ".join(_quotation(speaker, (sentence.text for sentence in quotes)) for speaker, quotes in runs)


def _quotation(speaker: str | None, sentences: Iterable[str]) -> str:
    text = " ".join(sentences)
    return text if speaker is None else f"{speaker}: {text}"


class ActionItems(Section):
    """The action items; the `field` of an item's evidence names the field that a quote supports.

    `possible` holds what may be an item, with a confidence below the threshold: for people to look through.
    """

    items: Many[ActionItem] = ()
    possible: Many[ActionItem] = ()


class Decision(Value):
    """A decision, and what it `replaces` where somebody said so: another choice, or an earlier decision.

    `confidence` is the probability that it is a decision; `None` where no engine computed it. Evidence with the field
    `context` names what is decided where the deciding words only point to it.
    """

    text: Phrase
    replaces: Phrase | None = None
    confidence: Ratio | None = None
    evidence: Grounds


class Decisions(Section):
    """The decisions, and apart from them what is `possible`: it sounds like a decision, but not surely enough."""

    items: Many[Decision] = ()
    possible: Many[Decision] = ()


class Question(Value):
    """A question, and the turn that answers it, `None` where it is open."""

    text: Phrase
    asker: Line | None
    answer_turn: Offset | None
    evidence: Grounds

    @property
    def answered(self) -> bool:
        """True where a turn answers the question."""
        return self.answer_turn is not None


class Questions(Section):
    """The questions, in the order of the meeting."""

    items: Many[Question] = ()


class TopicSpan(Value):
    """The turns of a topic, from `first_turn` to `last_turn`, both included."""

    first_turn: Offset
    last_turn: Offset


class Topic(Value):
    """A topic of the meeting, labelled with words from the transcript."""

    label: Line
    spans: Annotated[Many[TopicSpan], Field(min_length=1)]
    evidence: Grounds


class Topics(Section):
    """The topics, the most important first."""

    items: Many[Topic] = ()


class SpeakerSentiment(Value):
    """The sentiment of one speaker, and the quotes that support it."""

    speaker: Line | None
    score: Score
    label: Sentiment
    evidence: Many[Evidence] = ()


class SentimentPoint(Value):
    """The sentiment of the turns `first_turn` to `last_turn`, both included."""

    first_turn: Offset
    last_turn: Offset
    score: Score


class Contribution(Value):
    """A contribution to a score: its reason, its weight, and the quotes that support it.

    `is_risk` marks a threat to leave, or a competitor named as an alternative.
    """

    reason: Line
    weight: Annotated[float, Field(allow_inf_nan=False)]
    evidence: Many[Evidence] = ()
    is_risk: bool = False


class RelationshipHealth(Value):
    """The health of the relationship. `score` is the sum of the contributions, by the rules of `version`."""

    label: Health
    score: Annotated[float, Field(allow_inf_nan=False)]
    version: Line
    contributions: Many[Contribution]

    @property
    def risks(self) -> tuple[Contribution, ...]:
        """The contributions that tell of leaving, or of a competitor."""
        return tuple(contribution for contribution in self.contributions if contribution.is_risk)


class SentimentAnalysis(Section):
    """The sentiment of the meeting. Scores run from -1 to 1; `None` where there is too little evidence."""

    score: Score | None = None
    label: Sentiment | None = None
    speakers: Many[SpeakerSentiment] = ()
    timeline: Many[SentimentPoint] = ()
    health: RelationshipHealth | None = None


class FollowUp(Value):
    """A recommended next step, and the quotes that call for it."""

    text: Phrase
    evidence: Grounds


class FollowUps(Section):
    """The recommended next steps, the most urgent first."""

    items: Many[FollowUp] = ()


class FillerCount(Value):
    """The number of times that a word was used as a filler."""

    word: Line
    count: Annotated[int, Field(strict=True, ge=1)]


class SpeakerStatistics(Value):
    """The statistics of one speaker; `None` where they need times and the transcript has none.

    `talk_ratio` is the speaker's share of the talking time, or of the words where there are no times.
    """

    speaker: Line | None
    turns: Offset
    words: Offset
    seconds: Seconds | None
    talk_ratio: Ratio
    longest_monologue_words: Offset
    longest_monologue_seconds: Seconds | None
    patience_seconds: Seconds | None
    questions: Offset
    question_rate: Rate | None
    words_per_minute: Rate | None
    fillers: Many[FillerCount] = ()


class Statistics(Section):
    """The talk statistics; `meetkit.insights.offline.statistics` documents the formulas."""

    words: Offset = 0
    duration_seconds: Seconds | None = None
    interactivity: Rate | None = None
    speakers: Many[SpeakerStatistics] = ()


class Mention(Value):
    """A mention of a tracker's phrase."""

    tracker: Line
    phrase: Line
    evidence: Evidence


class Trackers(Section):
    """The mentions of the caller's phrases, in the order of the meeting."""

    mentions: Many[Mention] = ()


def _empty_where_missing(section: type[Section]) -> Any:
    """Return the field of a section that is empty where a stored analysis does not have it yet."""
    reason = "this analysis was stored before this section existed"
    return Field(default_factory=partial(section, engine="none", status="failed", reason=reason))


class MeetingInsights(Value):
    """The analysis of one transcript; `transcript_sha256` is the SHA-256 of its canonical text in UTF-8.

    `source` says how the transcript was read, with the problems met. `language` is the code of the language of the
    meeting, such as `en`; `None` where it is mixed or not known.
    """

    # An analysis that an older release stored lacks the sections that came after it. Without a default for each it
    # would be unreadable as a whole. What is returned holds them all, so its schema requires them.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    transcript_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    source: TranscriptSource = Field(default_factory=TranscriptSource)
    language: Language | None = None
    summary: Summary = _empty_where_missing(Summary)
    action_items: ActionItems = _empty_where_missing(ActionItems)
    decisions: Decisions = _empty_where_missing(Decisions)
    questions: Questions = _empty_where_missing(Questions)
    topics: Topics = _empty_where_missing(Topics)
    sentiment: SentimentAnalysis = _empty_where_missing(SentimentAnalysis)
    follow_ups: FollowUps = _empty_where_missing(FollowUps)
    statistics: Statistics = _empty_where_missing(Statistics)
    trackers: Trackers = _empty_where_missing(Trackers)

    @property
    def sections(self) -> dict[str, Section]:
        """The sections by name, in order."""
        return {name: value for name in type(self).model_fields if isinstance(value := getattr(self, name), Section)}
