"""People's own notes beside a transcript, as a second source: their tasks, decisions and questions.

Notes are data. Only lines that say what they are count: a box such as `- [ ]`, a label such as `TODO` or `Decision:`,
or a line below a heading such as `## Decisions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from meetkit.errors import InvalidRequestError
from meetkit.insights import open_items
from meetkit.insights.deadlines import deadline_of, find_phrases
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Document
from meetkit.insights.transcript.decoding import decode
from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.models.analysis import Decision, MeetingContext, MeetingInsights, Question, Section
from meetkit.models.insights import ActionItem, Evidence
from meetkit.models.transcripts import Transcript

__all__ = ["add_notes", "lines", "read_notes"]

_MAX_CHARACTERS = 1_000_000
# A task or decision has at most 2,000 characters, and a line of notes that is longer is none.
_MAX_LINE = 1000
_Kind = Literal["task", "decision", "question"]
_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_BULLET = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])?[ \t]*")
_BOX = re.compile(r"\[([ xX])\][ \t]+")
_HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t]+(?P<title>[^\r\n:]{1,60}):?|(?P<plain>[^\r\n:]{1,60}):)[ \t]*\Z")
_LABELS: dict[str, _Kind] = {
    **dict.fromkeys(("todo", "to do", "action", "action item", "task", "ap", "ai"), "task"),
    **dict.fromkeys(("decision", "decided", "agreed"), "decision"),
    **dict.fromkeys(("question", "open question", "open", "q"), "question"),
}
_TITLES: dict[str, _Kind] = {
    **dict.fromkeys(("todo", "todos", "to do", "tasks", "actions", "action items", "next steps"), "task"),
    **dict.fromkeys(("decisions", "decided", "agreed"), "decision"),
    **dict.fromkeys(("questions", "open questions"), "question"),
}
_LABEL = re.compile(r"(TODO|AP|[A-Za-z]{1,8}(?: [a-z]{2,8})?(?=:)):?[ \t]+")
_NAME = r"[^\W\d_][\w'\u2019-]{0,30}(?: [^\W\d_][\w'\u2019-]{0,30}){0,2}"
# "Lena: book it", "@Lena book it", "book it (Lena)", "book it @Lena".
_OWNER_FIRST = re.compile(rf"(?:@(?P<at>[\w'\u2019-]{{1,31}}):?|(?P<name>{_NAME}):)[ \t]+")
_OWNER_LAST = re.compile(rf"[ \t]+(?:\((?P<name>{_NAME})\)|@(?P<at>[\w'\u2019-]{{1,31}}))\Z")


def read_notes(data: str | bytes) -> str:
    """Return notes as text.

    Raises:
        InvalidRequestError: they are empty, binary or too long.
    """
    try:
        text = decode(data, SourceNotes())
    except InvalidRequestError as error:
        reason = str(error).replace("the transcript", "the file", 1)
        raise InvalidRequestError(f"notes: {reason}") from error
    if not text.strip():
        raise InvalidRequestError("notes: they are empty")
    if len(text) > _MAX_CHARACTERS:
        raise InvalidRequestError(f"notes: they have more than {_MAX_CHARACTERS:,} characters, the limit")
    return text


def add_notes(
    insights: MeetingInsights, notes: str, *, transcript: Transcript, context: MeetingContext
) -> MeetingInsights:
    """Return the insights with what people's notes say: tasks, decisions and questions, whose evidence is in the notes.

    A task that the transcript has too stays one item, with both sources; an owner or date that only the notes say is
    taken from them.

    Args:
        insights: the analysis of the transcript.
        notes: text in which the evidence of source `notes` counts code points and lines.
        transcript: the transcript, of whose speakers a first name in the notes is one.
        context: the day of the meeting, from which dates count.
    """
    statements = list(_statements(notes))
    people = People(Document(transcript, ()), context)
    items = list(insights.action_items.items)
    for item in (_item(line, context, people) for line in statements if line.kind == "task"):
        place = next((place for place, other_item in enumerate(items) if open_items.is_same(other_item, item)), None)
        if place is None:
            items.append(item)
        else:
            items[place] = _merge(items[place], item)
    decisions = (
        Decision(text=line.text, evidence=(line.evidence(),)) for line in statements if line.kind == "decision"
    )
    questions = (
        Question(text=line.text, asker=None, answer_turn=None, evidence=(line.evidence(),))
        for line in statements
        if line.kind == "question"
    )
    sections: dict[str, Section] = {
        "action_items": insights.action_items.model_copy(update={"items": tuple(items)}),
        "decisions": insights.decisions.model_copy(update={"items": (*insights.decisions.items, *decisions)}),
        "questions": insights.questions.model_copy(update={"items": (*insights.questions.items, *questions)}),
    }
    return insights.model_copy(update=sections)


def lines(notes: str) -> list[str]:
    """Return the lines of notes without the empty ones, as evidence counts them."""
    return _LINE.findall(notes)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A line of notes that says something, from `start` in the notes, in the line `number`, counted from 0."""

    kind: _Kind
    text: str
    start: int
    number: int
    is_done: bool = False

    def evidence(self, start: int = 0, end: int | None = None, field: str | None = None) -> Evidence:
        quote = self.text[start:end]
        place = self.start + start
        return Evidence(
            quote=quote,
            turn=self.number,
            speaker=None,
            start=place,
            end=place + len(quote),
            field=field,
            source="notes",
        )


def _statements(notes: str) -> Iterator[_Statement]:
    """Yield the lines that are tasks, decisions or questions."""
    below: _Kind | None = None
    for number, match in enumerate(_LINE.finditer(notes)):
        line = match[0]
        if heading := _HEADING.match(line[:_MAX_LINE]):
            below = _TITLES.get((heading["title"] or heading["plain"]).strip().casefold())
        elif len(line) <= _MAX_LINE and (statement := _statement(line, match.start(), number, below)):
            yield statement


def _statement(line: str, start: int, number: int, below: _Kind | None) -> _Statement | None:
    bullet = _BULLET.match(line)
    at = bullet.end() if bullet else 0
    box = _BOX.match(line, at)
    kind: _Kind | None = "task" if box else below if bullet and bullet[0].strip() else None
    at = box.end() if box else at
    if (label := _LABEL.match(line, at)) and (label_kind := _LABELS.get(label[1].casefold())):
        kind, at = label_kind, label.end()
    text = line[at:].rstrip()
    if kind is None or not any(map(str.isalnum, text)):
        return None
    return _Statement(kind, text, start + at, number, is_done=bool(box and box[1] != " "))


def _item(line: _Statement, context: MeetingContext, people: People) -> ActionItem:
    """Return the task of a line, with the owner and the date that it names."""
    start, end, evidence = 0, len(line.text), []
    owner = None
    match = _OWNER_FIRST.match(line.text) or _OWNER_LAST.search(line.text, max(0, len(line.text) - 100))
    if match and match.end() - match.start() < end:
        group = "at" if match["at"] else "name"
        owner = people.full_name(match[group]) or match[group]
        evidence.append(line.evidence(*match.span(group), "owner"))
        start, end = (match.end(), end) if match.start() == 0 else (0, match.start())
    phrase = next(iter(find_phrases(line.text, start, end)), None)
    if phrase:
        evidence.append(line.evidence(phrase.start, phrase.end, "deadline"))
    return ActionItem.model_validate(
        {
            "task": line.text[start:end].strip(),
            "owner": owner,
            "deadline": deadline_of(phrase.text, context) if phrase else None,
            "status": "done" if line.is_done else "open",
            "evidence": (line.evidence(), *evidence),
        }
    )


def _merge(item: ActionItem, item_of_notes: ActionItem) -> ActionItem:
    """Return an item of the transcript with the evidence of the notes, and what only they say."""
    additions = [field for field in ("owner", "deadline") if getattr(item, field) is None]
    changes = {field: getattr(item_of_notes, field) for field in additions}
    quotes = tuple(quote for quote in item_of_notes.evidence if quote.field is None or quote.field in additions)
    return item.model_copy(update={**changes, "evidence": (*item.evidence, *quotes)})
