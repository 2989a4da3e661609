"""Transcripts for tests: of turns as given, and of a meeting in which everything that can be found occurs."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from meetkit.models.transcripts import Transcript, Turn

RENEWAL = (
    ("Dana Frost", "Thanks for joining. Are you happy with the onboarding so far?"),
    ("Kim Lee", "Mostly. We love the new dashboard, but honestly I'm worried about the data migration."),
    ("Dana Frost", "That's fair. When does the audit begin?"),
    ("Kim Lee", "It begins on March 3rd, and 40 people need access before it."),
    ("Omar Diaz", "I'll send the migration plan by Friday."),
    ("Kim Lee", "Great. We agreed to renew for two years, not for three."),
    ("Dana Frost", "Then Omar, can you also book the security review?"),
    ("Omar Diaz", "Sure, I'll book the security review next week."),
    ("Kim Lee", "What does the premium support cost?"),
    ("Dana Frost", "I need to check the price list. Let me get back to you on premium support."),
    ("Kim Lee", "We decided not to use the old reports any more."),
    ("Dana Frost", "Perfect, that's a relief. Talk soon."),
)
"""Who says what in a meeting about a renewal."""


def transcript_of(turns: Iterable[tuple[str | None, str]]) -> Transcript:
    """A transcript in which these speakers say this, one after the other."""
    text, made = "", []
    for index, (speaker, words) in enumerate(turns):
        text += f"{speaker}: " if speaker else ""
        made.append(Turn(index=index, speaker=speaker, text=words, start=len(text), end=len(text) + len(words)))
        text += f"{words}\n"
    return Transcript(format="text", text=text, turns=tuple(made))


words = st.sampled_from(
    [
        "straße",
        "cafe\u0301",
        "caf\u00e9",
        "ﬁnal",
        "don't",
        "we\u2019ll",
        "“so”",
        "10,000",
        "👩‍💻",
        "❤️",
        "ok",
        "not",
        "Kim",
    ]
) | st.text("abcdeéßİΣſ你好ÅŁ-", min_size=1, max_size=8)
spoken = st.lists(words, min_size=1, max_size=12).map(" ".join)
transcripts = st.lists(st.tuples(st.sampled_from(["Kim", "Dana Frost", None]), spoken), max_size=8).map(transcript_of)
