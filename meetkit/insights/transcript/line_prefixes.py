"""Prefixes of plain-text lines: timestamps, speaker names, and the marks that separate them from the words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from meetkit.insights.transcript.labels import Label, classify, clean_name, is_sound
from meetkit.insights.transcript.timestamps import SPELLED_TIME, TIMESTAMP, UNIT_TIME, Timestamp, parse_timestamp

_BREAK = "\n\r\x0b\x0c\x85\u2028\u2029"
LINE = re.compile(f"[^{_BREAK}]++")
_LINE_END = re.compile(f"\r\n|[{_BREAK}]")
# Characters of a line that are searched for its prefix: a bound for the patterns below.
_MAX_PREFIX = 240
_MAX_LINE_OF_ITS_OWN = 120
_MAX_AFTER_TIME = 30

# Markdown emphasis around a name.
_MARK = r"(?:\*{1,3}|_{1,2})"
# A time may be a link into the recording.
_LINK = r"(?:\(https?://[^\s()]{1,200}\))?"
_BRACKETED_TIME = rf"[\[(<]\s?(?P<bracketed>{TIMESTAMP}|{UNIT_TIME})\s?[\])>]{_LINK}"
# Within a word no time begins, so none is looked for there.
_BARE_TIME = rf"(?<![^\W_])(?P<bare>{TIMESTAMP}|\d{{1,2}}h\d{{1,2}}m\d{{1,2}}s)"
_SPACE = "[\\s\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*+"
_BEGIN = re.compile(rf"{_SPACE}(?P<change>>{{2,3}}\s*+)?+")
_BULLET = re.compile(r"(?:[-*+\u2022>]|\d{1,5}[.)]|#{1,6})\s++(?=\S)")
_LEADING_TIME = re.compile(
    rf"{_MARK}?+@?(?:{_BRACKETED_TIME}|{_BARE_TIME}(?=[\s*_|]|$)){_MARK}?\s*+(?P<rule>[-\u2013\u2014|\u00b7]\s++)?+{_SPACE}"
)
_NAME_COLON = re.compile(
    rf"(?:{_MARK}(?=\S))?+(?P<name>[^:\uff1a]{{1,100}}?){_MARK}?(?:,?\s{{0,4}}(?:{_BRACKETED_TIME}|{_BARE_TIME}))?{_MARK}?"
    rf"\s{{0,2}}(?::(?=[\s*_\"'\u201c(\[]|[^\W\d_]|$)|\uff1a){_MARK}?\s*+"
)
# The same without a time: most lines have none, and to look for one at each character costs most of the reading.
_NAME_COLON_ALONE = re.compile(
    rf"(?:{_MARK}(?=\S))?+(?P<name>[^:\uff1a]{{1,100}}?)(?P<bracketed>)(?P<bare>){_MARK}{{0,2}}"
    rf"\s{{0,4}}(?::(?=[\s*_\"'\u201c(\[]|[^\W\d_]|$)|\uff1a){_MARK}?\s*+"
)
_COLON = re.compile("[:\uff1a]")
_TIME_AT_COLON = re.compile(r"[)\]>sn]\s{0,2}[*_]{0,3}\s{0,2}[:\uff1a]|:[0-5]\d")
# The time behind the colon: `Ann: [00:00:02] words`, or `Ann: 00:02` on a line of its own.
_TIME_BEHIND = re.compile(rf"(?:{_BRACKETED_TIME}|{_BARE_TIME}\s*+$){_MARK}?\s*+")
_NAME_TIME_LINE = re.compile(
    rf"{_MARK}?+(?P<name>[^:\uff1a]{{1,100}}?){_MARK}?(?::[a-z0-9_+-]{{1,40}}:)?(?P<gap>\s{{0,40}})"
    rf"(?P<rule>[-\u2013\u2014|,\u00b7\u2022]\s?)?(?:{_BRACKETED_TIME}|{_BARE_TIME}){_MARK}?"
    r"(?:,? \(?[Ee]dited\)?)?:?\s*$"
)
_HEADING_MARK = re.compile(r"^#{1,6}\s+")
_EMOJI_CODE = re.compile(r"[^\s:]:[a-z0-9_+-]{1,40}:\s")
_NAME_SPELLED_TIME = re.compile(
    rf"(?P<name>[^:\uff1a\d]{{1,60}})\s(?P<bare>{SPELLED_TIME})(?P<bracketed>)(?:\s*\d{{1,3}}(?::\d\d){{1,2}})?\s*$"
)
# Lines of Zoom's chat export: `From Ann to Everyone`, and of old clients `From Ann`.
_CHAT = re.compile(r"From\s+(?P<name>.+?)(?:\s+to\s+\S.*)?", re.IGNORECASE)
_TO_EVERYONE = re.compile(r"\s+to\s+(?:everyone|all panelists.{0,30}|hosts and panelists)$", re.IGNORECASE)
_NICK = re.compile(r"<\s?[~&@%+]?(?P<name>[^<>\s\d*/][^<>]{0,60})>\s++(?=\S)")
_ACTION = re.compile(r"\*\s(?P<name>[^\s*]{1,40})\s++(?!(?:has|have|is now|sets|joined|left|quit)\b)(?=\S)")
_NICK_AND_TABS = re.compile(r"[~&@%+]?(?P<name>\w[^\t:]{0,60})\t++(?=\S)")
# A time between the name and the words: `Ann [00:00:02] words`.
_NAME_TIME_WORDS = re.compile(
    rf"{_MARK}?+(?P<name>[^:\uff1a\[]{{1,100}}?){_MARK}?(?:\s{{1,4}}{_BRACKETED_TIME}\s{{1,9}}|\t{_BARE_TIME}\t)(?=\S)"
)
_BRACKETED_NAME = re.compile(rf"{_MARK}?+\[(?P<name>[^\[\]:]{{1,60}})\]{_MARK}?\s++(?=\S)")
# Questions and answers of a hearing, with or without the number of the line on the page.
_QUESTION = re.compile(r"(?:\d{1,2}\s{2,20})?(?P<name>[QA])(?:\.\s{1,20}|\s{2,20}|\t)(?=[^\s\d])")
# The record of an assembly: `Mr. OKORO. words`, `The PRESIDING OFFICER. words`.
_RECORD = re.compile(
    r"(?P<name>(?:(?:Mr|Mrs|Ms|Miss|Dr|Messrs|Senator|Sen|Rep)\.?|The(?: (?:ACTING|VICE))?) [A-Z][A-Z'\u2019 -]{2,40}"
    r"(?: of [A-Z][a-z]+(?: [A-Z][a-z]+)?)?)\.\s++(?=[A-Z])"
)


class Shape(Enum):
    """The shape of a prefix with a name; the values name forms of docs/transcripts.md."""

    COLON = "name-colon"
    TIME_COLON = "time-name-colon"
    COLON_TIME = "name-time-colon"
    LINE = "name-time-line"
    TIME_LINE = "time-name-line"
    TWO_LINES = "name-and-time-lines"
    NAME_LINE = "name-lines"
    BULLET = "list"
    BRACKET = "bracketed-name"
    CHAT = "zoom-chat"
    NICK = "irc"
    TABS = "time-name-tabs"
    WITHIN = "name-time-words"
    QUESTION = "hearing"
    RECORD = "assembly-record"


@dataclass(frozen=True, slots=True)
class LinePrefix:
    """The prefix of a line. The words start at character `width`, or at `rest` if `name` turns out to be no name.

    `label` is the kind of `name`, if there is one. `leading_time` is set if the line starts with a time without
    brackets, `change` for the `>>` with which captions mark a new speaker, and `owns_line` for a name whose words
    are on the lines below; `has_words_below` says whether the next line has words.
    """

    width: int
    rest: int = 0
    name: str | None = None
    label: Label | None = None
    timestamp: Timestamp | None = None
    leading_time: bool = False
    change: bool = False
    owns_line: bool = False
    has_words_below: bool = True
    shape: Shape | None = None


def lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the start and end of each non-blank line, and whether a blank line precedes it.

    Lines end at the mandatory breaks of Unicode (UAX 14: LF, CR, CRLF, VT, FF, NEL, LS, PS).
    """
    previous_end, after_blank = 0, True
    for line in LINE.finditer(text):
        start, end = line.span()
        # Fast path: one character between lines, as nearly always, is one line end.
        after_blank = after_blank or (
            start - previous_end > 1 and len(_LINE_END.findall(text, previous_end, start)) > 1
        )
        if line[0].isspace():
            after_blank = True
        else:
            yield start, end, after_blank
            after_blank = False
        previous_end = end


def parse_prefix(line: str) -> LinePrefix | None:
    """Parse the prefix of a line. Return `None` if the line starts with its words."""
    beginning = line[:_MAX_PREFIX]
    begin = _BEGIN.match(beginning)
    assert begin is not None
    at = begin.end()
    if ":" not in beginning and "\uff1a" not in beginning and "klo " not in beginning:
        return _without_colon(line, beginning, at, change=begin["change"] is not None)
    change = begin["change"] is not None
    if leading := _LEADING_TIME.match(beginning, at):
        return _after_timestamp(line, beginning, leading, change)
    return (
        (_name_and_time_line(line, at) if _EMOJI_CODE.search(beginning) else None)
        or _name_and_colon(beginning, at)
        or _name_and_time_line(line, at)
        or _name_time_words(beginning, at)
        or _without_colon(line, beginning, at, change=change)
        or _list_item(line, beginning, at)
    )


def _without_colon(line: str, beginning: str, at: int, *, change: bool) -> LinePrefix | None:
    """Parse a prefix that has no colon: a nick, a name in brackets, `Q.`, or `>>`."""
    first = beginning[at : at + 1]
    if first == "<":
        return _marked_name(_NICK.match(beginning, at), Shape.NICK)
    if first in ("[", "*", "_"):
        return _marked_name(_BRACKETED_NAME.match(beginning, at), Shape.BRACKET)
    if change:
        return LinePrefix(at, at, change=True)
    if first.isdigit() or first in ("Q", "A"):
        return _marked_name(_QUESTION.match(beginning, at), Shape.QUESTION)
    if first in ("M", "T", "D", "S", "R") and (record := _marked_name(_RECORD.match(beginning, at), Shape.RECORD)):
        return record
    if len(line) <= _MAX_LINE_OF_ITS_OWN and ("second" in line or "minute" in line):
        spelled_time = _NAME_SPELLED_TIME.match(line, at)
        return None if spelled_time is None else _time_line(line, spelled_time)
    return None


def _marked_name(match: re.Match[str] | None, shape: Shape) -> LinePrefix | None:
    """Return the prefix of a name that is marked otherwise than by a colon. Whether it is one, the text decides."""
    name = clean_name(match["name"]) if match else None
    if match is None or name is None or is_sound(name):
        return None
    kind = classify(name)
    if shape is Shape.BRACKET and kind is not Label.NAME:
        return None
    return LinePrefix(match.end(), 0, name, Label.NAME, shape=shape)


def _list_item(line: str, beginning: str, at: int) -> LinePrefix | None:
    """Parse `- Ann: words`, also behind a number or as a Markdown heading or quote."""
    bullet = _BULLET.match(beginning, at)
    if bullet is None:
        return None
    if leading := _LEADING_TIME.match(beginning, bullet.end()):
        prefix: LinePrefix | None = _after_timestamp(line, beginning, leading, change=False)
    else:
        prefix = _name_and_colon(beginning, bullet.end()) or _name_and_time_line(line, bullet.end())
    if prefix is None or prefix.name is None:
        return None
    return replace(prefix, rest=0, shape=prefix.shape if prefix.owns_line else Shape.BULLET, leading_time=False)


def _after_timestamp(line: str, beginning: str, leading: re.Match[str], change: bool) -> LinePrefix:
    timestamp, leading_time, at = _timestamp(leading), leading["bare"] is not None, leading.end()
    prefix = (
        _marked_name(_NICK.match(beginning, at), Shape.NICK)
        or _name_and_colon(beginning, at, after_time=True)
        or _marked_name(_ACTION.match(beginning, at), Shape.NICK)
        or (_marked_name(_NICK_AND_TABS.match(beginning, at), Shape.TABS) if "\t" in leading[0] else None)
    )
    if prefix is not None:
        shape = Shape.TIME_COLON if prefix.shape is Shape.COLON else prefix.shape
        return replace(prefix, rest=at, timestamp=timestamp, leading_time=leading_time, shape=shape)
    rest = line[at:].strip(" \t*_")
    kind = classify(rest) if 0 < len(rest) <= _MAX_LINE_OF_ITS_OWN else Label.WORDS
    if kind is Label.NAME or (kind is Label.UNSURE and timestamp is not None and timestamp.date):
        name, shape = clean_name(rest), Shape.TIME_LINE
        is_set_apart = kind is Label.NAME and bool(leading["rule"])
        label = Label.NAME if is_set_apart else Label.UNSURE
        return LinePrefix(len(line), at, name, label, timestamp, leading_time, owns_line=True, shape=shape)
    return LinePrefix(at, at, timestamp=timestamp, leading_time=leading_time, change=change)


def _name_and_colon(beginning: str, at: int, *, after_time: bool = False) -> LinePrefix | None:
    colon = _COLON.search(beginning, at)
    if colon is None:
        return None
    has_time = _TIME_AT_COLON.search(beginning, max(at, colon.start() - 8), colon.end() + 2)
    match = (_NAME_COLON if has_time else _NAME_COLON_ALONE).match(beginning, at)
    if match is None:
        return None
    label_text = match["name"].strip().lstrip("~ ")
    if label_text.startswith("[") and label_text.endswith("]") and not is_sound(label_text[1:-1]):
        label_text = label_text.strip("[]")
    chat = _CHAT.fullmatch(label_text) if after_time else None
    name = clean_name(chat["name"] if chat else label_text)
    label = classify(name) if name else Label.WORDS
    if label is Label.WORDS:
        return None
    timestamp, end = _timestamp(match), match.end()
    shape = Shape.CHAT if chat else Shape.COLON if timestamp is None else Shape.COLON_TIME
    if timestamp is None and (behind := _TIME_BEHIND.match(beginning, end)):
        timestamp, end, shape = _timestamp(behind), behind.end(), Shape.COLON_TIME
    return LinePrefix(end, 0, name, label, timestamp, shape=shape)


def _name_time_words(beginning: str, at: int) -> LinePrefix | None:
    match = _NAME_TIME_WORDS.match(beginning, at)
    name = clean_name(match["name"]) if match else None
    if match is None or name is None or classify(name) is not Label.NAME:
        return None
    return LinePrefix(match.end(), 0, name, Label.NAME, _timestamp(match), shape=Shape.WITHIN)


def _name_and_time_line(line: str, at: int) -> LinePrefix | None:
    """Parse a name and a time on a line of their own, as Otter, Teams and Zoom write them.

    A single space between the two also occurs in sentences, so a single such line names no speaker.
    """
    is_link = "](http" in line
    # The time is the end of the line: to look for it elsewhere costs time in which nothing is found.
    is_far = len(line) - max(line.rfind(":"), line.rfind("klo ")) > _MAX_AFTER_TIME
    if (len(line) > _MAX_LINE_OF_ITS_OWN or is_far) and not is_link:
        return None
    match = _NAME_TIME_LINE.match(line[:_MAX_PREFIX], at)
    return None if match is None else _time_line(line, match)


def _time_line(line: str, match: re.Match[str]) -> LinePrefix | None:
    label_text = _TO_EVERYONE.sub("", _HEADING_MARK.sub("", match["name"]).strip(" \t*_"))
    in_brackets = label_text.startswith("[") and label_text.endswith("]")
    name = clean_name(label_text[1:-1] if in_brackets else label_text)
    kind = Label.NAME if name == "A" else classify(name) if name else Label.WORDS
    fields = match.groupdict()
    gap, rule = fields.get("gap") or "", fields.get("rule")
    is_set_apart = in_brackets or len(gap) > 1 or gap == "\t" or bool(rule) or bool(match["bracketed"])
    if name is None or not (kind is Label.NAME or (kind is Label.UNSURE and is_set_apart)):
        return None
    label = kind if is_set_apart else Label.UNSURE
    return LinePrefix(len(line), 0, name, label, _timestamp(match), owns_line=True, shape=Shape.LINE)


def _timestamp(match: re.Match[str]) -> Timestamp | None:
    text = match["bracketed"] or match["bare"]
    return parse_timestamp(text) if text else None
