"""What surrounds the talk in a plain text: titles, dates, attendees, notes, and the words of a page around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from meetkit.insights.transcript.dates_written import read_date
from meetkit.insights.transcript.labels import Label, classify
from meetkit.insights.transcript.source_lines import SourceLine
from meetkit.insights.transcript.source_notes import SourceNotes

_NOTICE = re.compile(
    r"""\W{0,4}(?:
    .{1,80}\s(?:started|stopped|ended|paused|resumed)\s(?:the\s)?(?:live\s)?(?:transcription|recording|transcribing|transcript)\.?
    | (?:transcription|recording|transcript)\s(?:has\s)?(?:started|stopped|ended|begins|paused|resumed)\b.{0,60}
    | (?:the\s)?meeting\s(?:has\s)?(?:ended|started)(?:\safter\s.{1,20})?\W*
    | this\s(?:editable\s)?transcript\s(?:was|is|has\sbeen)\s(?:computer|automatically|machine|ai)\b.*
    | people\scan\salso\schange\sthe\stext\safter\sit\swas\screated\.?
    | you\sshould\sreview\sgemini's\snotes\b.* | please\sprovide\sfeedback\sabout\susing\sgemini\b.*
    | get\stips\sand\slearn\show\sgemini\b.*
    | (?:transcribed|transcript|recorded|generated|exported|notes|created|powered)\s(?:by|with|from|via)\s.{1,40}(?:https?://|\b(?:ai|io|com|app|video))\b.*
    | view\srecording\b.* | (?:action\sitem|screen\ssharing|highlight|question|insight)s?:?\s.*\bwatch:\s+https?://\S+
    | ai-generated\scontent\smay\sbe\sincorrect\.?
    | messages\sand\scalls\sare\send-to-end\sencrypted\b.*
    | (?:copy\slink|copy\stranscript|download\stranscript|show\smore|show\sless|see\smore|read\smore|show\stranscript|hide\stranscript
        |search\s(?:in\svideo|transcript)|follow\salong|toggle\stimestamps|jump\sto\s(?:time|present)|view\sthread|also\ssent\sto\sthe\schannel
        |load\smore|back\sto\stop|skip\sto\smain\scontent|(?:this\smessage\swas\s)?\(?edited\)?|sync\sto\svideo\stime|message\sdeleted)
    | \d{1,4}\srepl(?:y|ies)(?:\slast\sreply\s.{1,40})? | last\sreply\s.{1,40}
    | replying\sto\s["\u201c].* | reacted\sto\s["\u201c].*\swith\s.{1,40} | removed\sa\s.{1,40}\sreaction\sfrom\s["\u201c].*
    | (?:joined|left|was\sadded\sto|set\sthe\schannel\s\w+)\s\#.{1,80}
    )\W{0,4}""",
    re.IGNORECASE | re.VERBOSE,
)
_RULE = re.compile(r"\W*(?:[-=_*~\u2014\u2500]{3,}|>)\W*")
# Words of a page that people say too: they are left out below the words of a message only.
_PAGE_WORD = re.compile(
    r"""(?:new|today|yesterday|reply|like|copy|share|edit|more|translate|seen|delivered|unread|pinned|app|forwarded|has\scontext\smenu
    |add\sreaction|profile\spicture\sof\s.{1,60}|(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:,\s.{1,30})?
    |(?:[:\w+-]{2,40}:|[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d\s]{1,12})\s{0,3}\d{1,4})\W{0,2}""",
    re.IGNORECASE | re.VERBOSE,
)
_TRANSCRIPT = re.compile(
    r"\W*(?:(?:full|meeting|call|raw|the|complete|video)\s)?"
    r"(?:transcript|transcription|transkript|transkription|transcripción|transcrição|trascrizione|transcriptie)\W*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"#{1,6}\s+(?P<title>.*\S)\s*")
_FIELD = re.compile(r"\W{0,6}(?P<key>[^\W\d_][^:\uff1a]{1,30}?)\W{0,3}\s?[:\uff1a]\W{0,3}(?:\s+|$)(?P<value>.*)")
_TITLES = frozenset(
    {
        "title",
        "meeting title",
        "meeting",
        "topic",
        "subject",
        "meeting name",
        "call title",
        "name",
        "betreff",
        "thema",
        "objet",
    }
)
_DATES = frozenset(
    {
        "date",
        "meeting date",
        "recorded",
        "recorded on",
        "start time",
        "when",
        "start",
        "time",
        "datum",
        "fecha",
        "created",
        "date and time",
    }
)
_PEOPLE = frozenset(
    "attendees participants invitees invited people speakers with present members teilnehmer anwesend asistentes".split()
    + ["meeting participants", "attendee list"]
)
# Headings that say what the whole is, not what follows.
_NO_SECTIONS = frozenset({"notes", "transcript", "meeting notes", "minutes", "meeting", "recording"})
_TITLE_END = re.compile(
    r"(?:[-_ ]?\d{8}[-_ ]?\d{4,6})?(?:\s?[-\u2013\u2014:]\s?(?:meeting )?(?:transcript(?:ion)?|recording|notes(?: by gemini)?))?"
    r"(?:\.(?:mp3|mp4|m4a|wav|txt|docx|vtt|md|mov|webm))?$",
    re.IGNORECASE,
)
_TITLE_BEGIN = re.compile(
    r"(?:meeting |call )?(?:transcript|notes)\s?(?:of|for|[-:\u2013])\s|[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f\s]+",
    re.IGNORECASE,
)
_DURATION = re.compile(r"\W*(?:\d+\s?(?:h|hr|hrs|hours?|m|mins?|minutes?|s|secs?|seconds?)\b[\s,]*)+\W*", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)]*\s*$")
_LINKS = re.compile(r".{0,80}https?://\S+\s*")
_EMAIL = re.compile(r"\s*[<(][^<>()\s]+@[^<>()\s]+[>)]|\s*\S+@\S+\.\w+")
_NUMBER_OF = re.compile(r"\s*\(\d+\)$")


def leave_out_notices(source: Iterable[SourceLine]) -> None:
    """Leave out the lines that a page or a tool adds to the talk: notices, buttons, rules."""
    for line in source:
        if line.left_out is None and not _has_name(line) and len(line.text) < 400:
            words = line.text.strip()
            if _NOTICE.fullmatch(words) or (_RULE.fullmatch(words) and not words.isalnum()):
                line.left_out = "a line of the page or the tool"


def leave_out_page_words(source: Sequence[SourceLine]) -> None:
    """Leave out `Reply`, `Today` and the like where a page puts them, behind the words of a message."""
    words_above = 0
    for line in source:
        if line.left_out is None and not line.is_words:
            words_above = 0
        elif line.left_out is None:
            if words_above and len(line.text) < 100 and _PAGE_WORD.fullmatch(line.text.strip()):
                line.left_out = "a line of the page or the tool"
            words_above += 1


def leave_out_notes(source: Sequence[SourceLine], names: Sequence[str | None]) -> None:
    """Leave out notes around the transcript, where headings tell the two apart. `names` are the speakers of lines."""
    _leave_out_sections(source, names)
    begin = _transcript_line(source, names)
    for line in source[: begin + 1 if begin is not None else 0]:
        line.left_out = line.left_out or "notes before the transcript"


def _transcript_line(source: Sequence[SourceLine], names: Sequence[str | None]) -> int | None:
    total, above = sum(1 for name in names if name), 0
    for index, (line, name) in enumerate(zip(source, names, strict=True)):
        if len(line.text) < 60 and _TRANSCRIPT.fullmatch(line.text):
            return index if 2 * above < total else None
        above += name is not None
    return None


def _leave_out_sections(source: Sequence[SourceLine], names: Sequence[str | None]) -> None:
    """Leave out the Markdown sections of notes: `## Summary`, `## Action items`; their headings tell."""
    in_notes = False
    for line, name in zip(source, names, strict=True):
        heading = _HEADING.fullmatch(line.text) if name is None and line.text.startswith("#") else None
        if heading is not None:
            title = heading["title"].strip(" :*_")
            in_notes = classify(title) is Label.HEADING and not _TRANSCRIPT.fullmatch(title)
            line.left_out = line.left_out or "a heading"
        elif in_notes:
            line.left_out = line.left_out or "notes beside the transcript"


def read_preamble(lines: Sequence[SourceLine], notes: SourceNotes, *, has_clock_lines: bool) -> None:
    """Leave out what stands above the first speaker but sentences of nobody known, and note what it says.

    A heading such as `Attendees` goes with the lines below it, up to a blank line. A time of day alone is when the
    meeting began, unless the text has such times further down too (`has_clock_lines`).
    """
    section: str | None = None
    has_title = False
    for line in lines:
        words = line.text.strip("\ufeff").strip()
        key, value = _field(words)
        if line.after_blank and not key:
            section = None
        if key is not None:
            section = key if not value and key not in _NO_SECTIONS else None
            _note_field(key, value, notes)
        elif section is not None:
            _note_field(section, words, notes)
        elif date := read_date(words):
            notes.date(date)
            if line.is_time and has_clock_lines:
                continue
        elif _is_talk(line, words, has_clock_lines=has_clock_lines):
            continue
        elif not has_title and not _is_plain_detail(words):
            has_title = True
            notes.title(clean_title(words))
        line.left_out = line.left_out or "a line above the talk"


def _field(words: str) -> tuple[str | None, str]:
    """Return the heading of a line and what stands behind it; `None` if it has none."""
    bare = _NUMBER_OF.sub("", words.strip("#*_ "))
    if (
        len(bare) < 40
        and classify(bare.rstrip(":")) is Label.HEADING
        or bare.casefold() in _PEOPLE | {"summary keywords"}
    ):
        return bare.rstrip(":").casefold(), ""
    match = _FIELD.fullmatch(words) if len(words) < 2000 else None
    if match is None:
        invited = re.fullmatch(r"(?P<key>Invited|Attachments|Meeting records)\s+(?P<value>.+)", words)
        return (invited["key"].casefold(), invited["value"]) if invited else (None, "")
    key = match["key"].strip(" *_").casefold()
    is_known = key in _TITLES | _DATES | _PEOPLE or classify(key) is Label.HEADING
    return (key, match["value"].strip(" *_")) if is_known else (None, "")


def _note_field(key: str, value: str, notes: SourceNotes) -> None:
    if not value:
        return
    if key in _TITLES:
        notes.title(clean_title(value))
    elif key in _PEOPLE:
        notes.people(people_in(value))
    elif key in _DATES and (date := read_date(value)):
        notes.date(date)


def people_in(value: str) -> Iterator[str]:
    """Yield the names in a list of people, without e-mail addresses and bullets."""
    for part in re.split(r"[,;|\u2022]| and | & ", value):
        name = _EMAIL.sub("", part).strip(" -*[]\"'")
        if name and classify(name) is Label.NAME:
            yield name


def clean_title(words: str) -> str:
    """Return a title without the marks, the kind of the file and the time that tools add to it."""
    title = words.strip("#*_ \"'")
    title = _TITLE_BEGIN.sub("", title, count=1) if _TITLE_BEGIN.match(title) else title
    for _ in range(2):
        title = _TITLE_END.sub("", title).strip()
    return title or words


def _is_talk(line: SourceLine, words: str, *, has_clock_lines: bool) -> bool:
    """Return whether a line above the first speaker is somebody's words: a sentence, or words at a time."""
    if line.prefix is not None and (line.prefix.change or line.prefix.timestamp is not None):
        return not (
            line.is_time and line.prefix.timestamp and line.prefix.timestamp.is_wall_clock and not has_clock_lines
        )
    if _LINKS.fullmatch(words) or _DURATION.fullmatch(words):
        return False
    return bool(_SENTENCE.search(words)) or len(words.split()) > 15


def _is_plain_detail(words: str) -> bool:
    return bool(_LINKS.fullmatch(words) or _DURATION.fullmatch(words) or _RULE.fullmatch(words)) or not any(
        map(str.isalpha, words)
    )


def _has_name(line: SourceLine) -> bool:
    return line.prefix is not None and line.prefix.name is not None and line.prefix.label is not Label.HEADING


def note_left_out(source: Iterable[SourceLine], notes: SourceNotes) -> None:
    """Note what was left out, by its kind."""
    for line in source:
        if line.left_out not in (None, "header"):
            notes.problem("left_out", f"{line.left_out} was left out of the words", line=line.number)


def front_matter(source: Sequence[SourceLine], notes: SourceNotes) -> int:
    """Leave out the front matter of a Markdown file, note what it says, and return the number of its lines."""
    if not source or source[0].text.strip("\ufeff ") != "---":
        return 0
    end = next((index for index, line in enumerate(source[1:60], 1) if line.text.strip() == "---"), None)
    if end is None:
        return 0
    for line in source[: end + 1]:
        key, _, value = line.text.partition(":")
        _note_field(key.strip().casefold(), value.strip(" \"'[]"), notes)
        line.left_out = "front matter"
    return end + 1
