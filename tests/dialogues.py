"""Short meetings, written as they are said: `S: words` lines, with the sample's people."""

from __future__ import annotations

import datetime as dt
import re

from hypothesis import strategies as st

from meetkit.insights.language.text import Document
from meetkit.models import Evidence
from meetkit.models.analysis import MeetingContext
from meetkit.models.transcripts import Transcript, Turn

NAMES = {"S": "Sarah Chen", "J": "Jennifer Liu", "L": "Lukas Hartwig", "D": "Daniel Osei", "?": None}
THURSDAY = MeetingContext(date=dt.date(2025, 7, 10), our_side=("Sarah Chen", "Lukas Hartwig", "Daniel Osei"))
"""Of meetings on a Thursday."""

_VOCABULARY = """
    I'll I will you Lukas could please send the deck report by Friday tomorrow , . ? ! ’ and if not we decided agreed
    let's go with what is price sure no never mind actually Monday it to be sent someone should check é 😀
"""
WORDS = st.lists(st.sampled_from(_VOCABULARY.split()), max_size=40).map(" ".join)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


def document(*turns: tuple[str | None, str]) -> Document:
    """A meeting of these turns: who speaks, and the words."""
    text, turns_placed = "", []
    for index, (speaker, words) in enumerate(turns):
        text += f"{speaker}: " if speaker else ""
        turns_placed.append(Turn(index=index, speaker=speaker, text=words, start=len(text), end=len(text) + len(words)))
        text += words + "\n"
    return Document.of(Transcript(format="text", text=text, turns=tuple(turns_placed)))


def meeting(script: str) -> Document:
    """A meeting of lines such as `S: Good morning.`; `?` is nobody known."""
    lines = [line.strip().partition(": ") for line in re.split(r"\n| / ", script.strip())]
    return document(*((NAMES.get(speaker, speaker), words) for speaker, _, words in lines))


def is_verbatim(evidence: Evidence, read: Document) -> bool:
    """Return whether a quote is at its stated place, within its turn and by its speaker."""
    turn = read.transcript.turns[evidence.turn]
    inside = turn.start <= evidence.start <= evidence.end <= turn.end
    return (
        inside
        and evidence.speaker == turn.speaker
        and read.transcript.text[evidence.start : evidence.end] == evidence.quote
    )
