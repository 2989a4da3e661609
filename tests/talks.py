"""Transcripts made from what was said, for the tests of what is found in them."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from meetkit.insights.language.text import Document
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Transcript, Turn

Utterance = tuple[str | None, str] | tuple[str | None, str, float | None, float | None]

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
speakers = st.sampled_from([None, "Ana", "Ben", "Cy Young"])
seconds = st.none() | st.floats(0, 1e5)
sayings = st.lists(st.tuples(speakers, words, seconds, seconds), max_size=12)


def talk(utterances: Iterable[Utterance]) -> Document:
    """A document of turns: speaker, text and, where given, start and end in seconds."""
    text, turns = "", []
    for index, (speaker, words_said, *times) in enumerate(utterances):
        text += f"{speaker}: " if speaker else ""
        start = len(text)
        text += words_said
        begin, end = times or (None, None)
        turns.append(
            Turn(
                index=index,
                speaker=speaker,
                text=words_said,
                start=start,
                end=len(text),
                start_seconds=begin,
                end_seconds=end,
            )
        )
        text += "\n"
    return Document.of(Transcript(format="json", text=text, turns=tuple(turns)))


def assert_grounded(document: Document, evidence: Iterable[Evidence]) -> None:
    """Every quote stands where it says, within its turn, said by its speaker."""
    for quote in evidence:
        turn = document.transcript.turns[quote.turn]
        assert quote.quote == document.transcript.text[quote.start : quote.end]
        assert turn.start <= quote.start <= quote.end <= turn.end
        assert quote.speaker == turn.speaker
