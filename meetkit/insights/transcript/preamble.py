"""Lines above the talk: titles, dates, people, and links to the recording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meetkit.insights.transcript.dates_written import read_date
from meetkit.insights.transcript.labels import Label, classify, is_date
from meetkit.insights.transcript.page_lines import PAGE_LINE, is_page_word
from meetkit.insights.transcript.source_lines import SourceLine
from meetkit.insights.transcript.source_notes import SourceNotes

ABOVE = "a line above the talk"
# Longer lines are nobody's title.
_MAX_LINE = 300
_MAX_TITLE_WORDS = 15
_MAX_NAME_WORDS = 3
_FIELD = re.compile(r"\W{0,6}(?P<key>[^\W\d_][^:\uff1a]{1,30}?)\W{0,3}\s?[:\uff1a]\W{0,3}(?:\s{1,9}|$)(?P<value>.*)")
_INVITATION = re.compile(r"(?P<key>Invited|Attachments|Meeting records)\s+(?P<value>.+)")
_TITLES = frozenset(
    {"title", "meeting title", "meeting", "topic", "subject", "meeting name", "call title", "betreff", "thema", "objet"}
)
_DATES = frozenset(
    {"date", "meeting date", "recorded", "recorded on", "start time", "when", "start", "datum", "fecha", "created"}
)
_PEOPLE = frozenset(
    {"attendees", "participants", "invitees", "invited", "people", "speakers", "with", "present", "members"}
    | {"teilnehmer", "anwesend", "asistentes", "meeting participants", "attendee list", "attendee"}
)
# Headings that say what the whole is, not what follows.
_NO_SECTIONS = frozenset({"notes", "transcript", "meeting notes", "minutes", "meeting", "recording"})
_TITLE_END = re.compile(
    r"(?:[-_ ]?\d{8}[-_ ]?\d{4,6}(?:-[^-]{1,60})?)?"
    r"(?:\s?[-\u2013\u2014:]\s?(?:meeting )?(?:transcript(?:ion)?|recording|notes(?: by gemini)?))?"
    r"(?:\.(?:mp3|mp4|m4a|wav|txt|docx|vtt|md|mov|webm))?$",
    re.IGNORECASE,
)
_TITLE_BEGIN = re.compile(
    r"(?:meeting |call )?(?:transcript|notes)\s?(?:of|for|[-:\u2013])\s|[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\s]+",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"\W{0,3}(?:\d{1,4}\s?(?:h|hr|hrs|hours?|m|mins?|minutes?|s|secs?|seconds?|[Ss]td|[Mm]in|[Ss]ek)\b[.\s,]{0,2})+\W{0,3}"
)
_SENTENCE = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)]*$")
_EMAIL = re.compile(r"\s*[<(][^<>()\s]+@[^<>()\s]+[>)]|\s*\S+@\S+\.\w+")
_NUMBER_OF = re.compile(r"\s*\(\d+\)$")
_EDGES = re.compile(r"^[^\w(]{1,9}|[^\w)]{1,9}$")
_SEPARATOR = re.compile(r"[,;|\u2022]| and | & ")


class _Preamble:
    """A reader of the lines above the talk. A heading goes with the lines below it, up to a blank line."""

    def __init__(self, notes: SourceNotes, *, has_clock_lines: bool) -> None:
        self._notes = notes
        self._has_clock_lines = has_clock_lines
        self._section: str | None = None
        self._has_title = False

    def takes(self, line: SourceLine) -> bool:
        """Note what a line says, and return whether it is above the talk and no part of it."""
        words = line.text.strip("\ufeff").strip()
        key, value = _field(words)
        if key is not None:
            self._section = None if value or key in _NO_SECTIONS else key
            note_field(key, value, self._notes)
            return True
        if line.after_blank:
            self._section = None
        if self._section is not None:
            note_field(self._section, words, self._notes)
            return True
        return self._takes_line(line, words)

    def _takes_line(self, line: SourceLine, words: str) -> bool:
        if date := read_date(words):
            self._notes.date(date)
            return not (line.is_time and self._has_clock_lines)
        if self._is_talk(line, words):
            return False
        if not (self._has_title or _is_detail(words)):
            self._has_title = True
            self._notes.title(clean_title(words))
        return True

    def _is_talk(self, line: SourceLine, words: str) -> bool:
        """Return whether a line above the first speaker is somebody's words: a sentence, or words at a time."""
        prefix = line.prefix
        if prefix is not None and prefix.change:
            return True
        if prefix is not None and prefix.timestamp is not None:
            return not (line.is_time and prefix.timestamp.is_wall_clock and not self._has_clock_lines)
        is_sentence = bool(_SENTENCE.search(words[-20:])) or len(words.split()) > _MAX_TITLE_WORDS
        return len(words) > _MAX_LINE or (is_sentence and not _is_detail(words))


def read_preamble(lines: Sequence[SourceLine], notes: SourceNotes, *, has_clock_lines: bool) -> None:
    """Leave out what stands above the first speaker but sentences of nobody known, and note what it says.

    A time of day alone is when the meeting began, unless the text has such times further down (`has_clock_lines`).
    """
    preamble = _Preamble(notes, has_clock_lines=has_clock_lines)
    for line in lines:
        if line.left_out != PAGE_LINE and preamble.takes(line):
            line.left_out = line.left_out or ABOVE


def _field(words: str) -> tuple[str | None, str]:
    """Return the heading of a line and what stands behind it; `None` if it has none."""
    bare = _NUMBER_OF.sub("", _EDGES.sub("", words[:60]))
    if len(bare) < 40 and (classify(bare) is Label.HEADING or bare.casefold() in _PEOPLE | {"summary keywords"}):
        return bare.casefold(), ""
    match = (_INVITATION.fullmatch(words) or _FIELD.fullmatch(words)) if len(words) < 2000 else None
    if match is None:
        return None, ""
    key = match["key"].strip(" *_").casefold()
    is_known = key in _TITLES | _DATES | _PEOPLE or classify(key) is Label.HEADING or _INVITATION.fullmatch(words)
    return (key, match["value"].strip(" *_")) if is_known else (None, "")


def note_field(key: str, value: str, notes: SourceNotes) -> None:
    """Note what a field such as `Date: 2026-01-14` says of the meeting, if anything."""
    if value and key in _TITLES:
        notes.title(clean_title(value))
    elif value and key in _PEOPLE:
        notes.people(people_in(value))
    elif key in _DATES and (date := read_date(value)):
        notes.date(date)


def people_in(value: str) -> Iterator[str]:
    """Yield the names in a list of people, without e-mail addresses and bullets."""
    for part in _SEPARATOR.split(value[:20_000]):
        name = _EMAIL.sub("", part[:200]).strip(" -*[]\"'")
        # Without a mark between them, where a name ends is not known.
        if name and len(name.split()) <= _MAX_NAME_WORDS and classify(name) is Label.NAME:
            yield name


def clean_title(words: str) -> str:
    """Return a title without the marks, the kind of the file and the time that tools add to it."""
    title = (
        _TITLE_BEGIN.sub("", words.strip("#*_ \"'"), count=1) if _TITLE_BEGIN.match(words) else words.strip("#*_ \"'")
    )
    # A file's name may have the kind of the file behind that of the record.
    for _ in range(2):
        title = _TITLE_END.sub("", title).strip()
    return title or words


def _is_detail(words: str) -> bool:
    """Return whether a line is a link, a length of time or no words at all."""
    return (
        "://" in words
        or is_date(words)
        or is_page_word(words)
        or bool(_DURATION.fullmatch(words))
        or not any(map(str.isalpha, words))
    )
