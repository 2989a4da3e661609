"""Summaries and topics, beside the simple methods on the same units.

A unit is an utterance ("Speaker: text") of a chat, three of which are taken, or a sentence of a meeting, up to a number
of words. TweetSumm's annotators marked sentences; what a method picks is compared with each of them who marked any, and
the F-measures are averaged over annotators, then chats. Methods pick four sentences, about as many as an annotator:
so LONGEST and LEAD come out as published figures have them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any

from judged import simple
from judged.common import Row, load
from judged.rouge import rouge_lsum, rouge_n
from train_summaries import learn, read

from meetkit.insights.offline.stems import content_stems
from meetkit.insights.offline.stopwords import FUNCTION_WORDS
from meetkit.insights.offline.summary import pick_sentences, pick_utterances, sum_up
from meetkit.insights.offline.tidy import tidied
from meetkit.insights.offline.topics import key_phrases
from meetkit.insights.text import Document, Sentence, words
from meetkit.models.transcripts import Transcript, Turn

Rates = Mapping[str, float] | None
Scores = dict[str, float]

_FOLDS = 5
_SENTENCES = 4
_STOP_WORDS = "stopwords.txt"


def rows(folder: Path, *, shipped: bool) -> list[Row]:
    """All rows; unless `shipped`, everyday words are learned anew without the meetings that are judged."""
    return [
        *_chats(load(folder, "dialogsum"), "DialogSum", bars=(29.0, 7.0), goal=31.0),
        *_chats(load(folder, "tweetsumm"), "TweetSumm", bars=(26.8, 10.4), goal=None),
        _selection(load(folder, "tweetsumm")),
        *_meetings(folder, shipped=shipped),
        *_ami(folder, shipped=shipped),
        _topics(folder, shipped=shipped),
    ]
