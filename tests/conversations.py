"""Conversations to sum up: made of pairs of speaker and words, or drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

import meetkit
from meetkit.insights.language.text import Document
from meetkit.models.transcripts import Transcript, Turn

SAMPLES = sorted((Path(meetkit.__file__).parent / "sample" / "transcripts").glob("*.txt"))

_VOCABULARY = """
we you the a of to is will i'll budget pilot proposal Friday routing queue price seats um uh and but okay yeah sure send
audit 42 dollars. contract? renewal! — «naïve» 好的。 вопрос, 🚀 x… e.g. Dr. don’t ok, thanks hello
"""


words = st.sampled_from([*_VOCABULARY.split(), "\n"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
)
speeches = st.lists(words, max_size=60).map(" ".join)
speakers = st.none() | st.sampled_from(["Ada", "Project Manager", "Ünal Şahin"])


def conversation(turns: Sequence[tuple[str | None, str]]) -> Document:
    """A document of turns, each on lines of its own, with the speaker's name where there is one."""
    text, turns_said = "", []
    for index, (speaker, words_said) in enumerate(turns):
        text += f"{speaker}: " if speaker else ""
        turns_said.append(
            Turn(index=index, speaker=speaker, text=words_said, start=len(text), end=len(text) + len(words_said))
        )
        text += f"{words_said}\n"
    return Document.of(Transcript(format="text", text=text, turns=tuple(turns_said)))


def sample(path: Path) -> Document:
    """A conversation of the sample."""
    lines = [line.partition(": ") for line in path.read_text("utf-8").splitlines() if line]
    return conversation([(speaker, turns_said) for speaker, _, turns_said in lines])


conversations = st.lists(st.tuples(speakers, speeches), max_size=12).map(conversation)
