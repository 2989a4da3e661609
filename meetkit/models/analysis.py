"""What is found in one transcript, section by section, each finding with the words that support it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from meetkit.models.base import Line, Many, Phrase, Value
from meetkit.models.insights import ActionItem, Evidence, Sentiment
from meetkit.models.transcripts import Offset, Seconds
from meetkit.models.zones import Date, Zone

SectionStatus = Literal["ok", "fallback", "failed"]
Health = Literal["strong", "stable", "at_risk"]
Score = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Grounds = Annotated[Many[Evidence], Field(min_length=1)]


class Tracker(Value):
    """Phrases to look for under a name, such as `pricing` for `discount` and `list price`."""

    name: Line
    phrases: Annotated[Many[Line], Field(min_length=1)]


def _from_mapping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple({"name": name, "phrases": phrases} for name, phrases in value.items())
    return value


class MeetingContext(Value):
    """What is known of a meeting beside its transcript; all of it may be left out.

    `date` is the day it took place in `timezone`, from which "by Friday" counts. `our_side` and
    `their_side` are names of people, as the transcript has them or fuller. `trackers` may be given as a
    mapping from name to phrases.
    """

    title: Line | None = None
    date: Date | None = None
    timezone: Zone = "UTC"
    our_side: Many[Line] = ()
    their_side: Many[Line] = ()
    trackers: Annotated[Many[Tracker], BeforeValidator(_from_mapping)] = ()


class Section(Value):
    """One part of an analysis. `engine` made it: `offline`, or a model's name.

    `fallback` is the offline engine in place of a model that failed, `failed` an empty section; `reason`
    then says why. `rejected` counts what the engine found but the transcript does not support.
    """

    engine: Line
    status: SectionStatus = "ok"
    reason: Line | None = None
    rejected: Offset = 0

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.status == "ok") is not (self.reason is None):
            raise ValueError("reason: given exactly where status is not ok")
        return self


class SummarySentence(Value):
    """A sentence of a summary, and the quotes it rests on."""

    text: Phrase
    evidence: Grounds


class Summary(Section):
    """What the meeting came to, in a few sentences, in the order of the meeting."""

    sentences: Many[SummarySentence] = ()

    @property
    def text(self) -> str:
        """The sentences, one after the other."""
        return " ".join(sentence.text for sentence in self.sentences)


class ActionItems(Section):
    """What somebody is to do; the `field` of an item's evidence says which quote supports what."""

    items: Many[ActionItem] = ()


class Decision(Value):
    """Something that was decided."""

    text: Phrase
    evidence: Grounds


class Decisions(Section):
    """What was decided."""

    items: Many[Decision] = ()


class Question(Value):
    """A question, and the turn that answers it, `None` where none does."""

    text: Phrase
    asker: Line | None
    answer_turn: Offset | None
    evidence: Grounds

    @property
    def answered(self) -> bool:
        """Whether a turn answers it."""
        return self.answer_turn is not None


class Questions(Section):
    """What was asked, in the order of the meeting."""

    items: Many[Question] = ()


class TopicSpan(Value):
    """Turns `first_turn` to `last_turn`, both included, that are about a topic."""

    first_turn: Offset
    last_turn: Offset


class Topic(Value):
    """What a stretch of the meeting was about, in words that were said."""

    label: Line
    spans: Annotated[Many[TopicSpan], Field(min_length=1)]
    evidence: Grounds


class Topics(Section):
    """What was talked about, the weightiest first."""

    items: Many[Topic] = ()


class SpeakerSentiment(Value):
    """How one speaker sounded, and the words that say so."""

    speaker: Line | None
    score: Score
    label: Sentiment
    evidence: Many[Evidence] = ()


class SentimentPoint(Value):
    """How a stretch of turns sounded, both ends included."""

    first_turn: Offset
    last_turn: Offset
    score: Score


class Contribution(Value):
    """What moves a score, by how much, and the words that show it."""

    reason: Line
    weight: Annotated[float, Field(allow_inf_nan=False)]
    evidence: Many[Evidence] = ()


class RelationshipHealth(Value):
    """How the relationship stands. `score` is the sum of the contributions, by the rules of `version`."""

    label: Health
    score: Annotated[float, Field(allow_inf_nan=False)]
    version: Line
    contributions: Many[Contribution]


class SentimentAnalysis(Section):
    """How the meeting sounded. Scores run from -1 to 1; `None` where the evidence is too thin to say."""

    score: Score | None = None
    label: Sentiment | None = None
    speakers: Many[SpeakerSentiment] = ()
    timeline: Many[SentimentPoint] = ()
    health: RelationshipHealth | None = None


class FollowUp(Value):
    """A recommended next step, and what was said that calls for it."""

    text: Phrase
    evidence: Grounds


class FollowUps(Section):
    """What to do next, the most pressing first."""

    items: Many[FollowUp] = ()


class FillerCount(Value):
    """How often a filler word was used as one."""

    word: Line
    count: Annotated[int, Field(strict=True, ge=1)]


class SpeakerStatistics(Value):
    """How one speaker talked; `None` where the transcript has no times to tell it from.

    `talk_ratio` is this speaker's share of the time talked, or of the words where there are no times.
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
    """How the talking was shared; formulas are with `meetkit.insights.offline.statistics`."""

    words: Offset = 0
    duration_seconds: Seconds | None = None
    interactivity: Rate | None = None
    speakers: Many[SpeakerStatistics] = ()


class Mention(Value):
    """A place where a tracker's phrase was said."""

    tracker: Line
    phrase: Line
    evidence: Evidence


class Trackers(Section):
    """Where the caller's phrases were said, in the order of the meeting."""

    mentions: Many[Mention] = ()


def _empty_where_missing(section: type[Section]) -> Any:
    """Return the field of a section that is empty where a stored analysis does not have it yet."""
    reason = "this analysis was stored before this section existed"
    return Field(default_factory=partial(section, engine="none", status="failed", reason=reason))


class MeetingInsights(Value):
    """The analysis of one transcript, which `transcript_sha256` names by its canonical text in UTF-8."""

    # An analysis that an older release stored lacks the sections that came after it. Without a default for each it
    # would be unreadable as a whole. What is returned holds them all, so its schema requires them.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    transcript_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
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
