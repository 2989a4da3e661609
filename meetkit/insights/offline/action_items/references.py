"""References of a task: what "it" is, and what is asked for, filled from what was last spoken of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meetkit.insights.deadlines import find_phrases
from meetkit.insights.language.stopwords import CALENDAR_WORDS, FUNCTION_WORDS
from meetkit.insights.language.text import WORD, Sentence, asks
from meetkit.insights.language.word_lists import word_set

Turn = Sequence[Sentence]

# Sentences looked back at for what a pronoun refers to.
_MAX_SENTENCES = 8
_MAX_TURNS = 4
_MAX_WORDS = 8
_PRONOUN = re.compile(
    r"\b(?P<pronoun>it|that|this|them|those|these|one)\b(?!\s(?:we|you|i|they|he|she|is|was|are|were)\b)"
)
_PERSON = re.compile(
    r"\b(?:him|her(?!\s(?!(?:about|if|when|whether|to|for|on|by|that|before|after|and|right|again|today|tomorrow|tonight"
    r"|then|now|next|this|directly|first|back|once|as|later|too|instead|with|at|in|up|over|on|know|why|what|how)\b)[a-z]))\b"
)
# "Talk to her boss": whose boss, if nothing before it says.
_HIS_OR_HER = re.compile(
    r"(?:talk|speak|write|go|call|ask|email|tell|ping)(?: to| with)? (?:his|her) [a-z]", re.IGNORECASE
)
# A name that opens a sentence, as what follows it shows: "Lena might know".
_OPENING_NAME = re.compile(
    r"(?P<name>[A-Z][a-z][a-z'-]{1,30})(?: (?:might|may|can|could|will|would|should|is|was|has|had|does|did"
    r"|said|says|knows|wants|asked|told|mostly)\b|'s (?:got|on|away|not|back)\b)"
)
_RELATION = re.compile(
    r"\b[Mm]y (?:wife|husband|boss|manager|partner|assistant|colleague|brother|sister|mother|father)\b"
)
_NO_NAMES = word_set(
    "everybody everyone somebody someone nobody people marketing sales legal finance support procurement nothing"
    " something everything anything one today tomorrow yesterday monday tuesday wednesday thursday friday saturday"
    " sunday"
)
# A pronoun that only the verb and words without content precede: "have a look at it", "tell support about them".
_LATE_PRONOUN = re.compile(
    r"(?:(?:have|take) (?:another |a )?(?:closer |quick )?look at|(?:look|listen) (?:at|into|to)|(?:work|build) on"
    r"|(?:talk|think|read|ask|write|tell|inform|notify|warn|update|remind|brief)"
    r"(?: (?!about\b)[\w'-]{1,30}){0,3} (?:about|over|through|of)) (?:it|that|this|them)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"(?:tell|inform|notify|warn|update|remind|brief|talk|write)\b[^.]{0,80}? about (?:it|that|this)\b", re.I
)
_CONTACT = word_set("ask call ping tell phone ring text email mail write message contact talk speak remind chase check")
_MAX_WORDS_TO_PERSON = 3
_MAX_CONTACT = 4
# Fewer words are no statement that "tell them about it" may refer to.
_MIN_STATEMENT = 5
_MAX_STATEMENT = 120
# Those who are no object of "send it".
_PEOPLE = word_set(
    "person man woman guy wife husband boss manager director assistant customer client colleague engineer lawyer"
    " designer developer friend brother sister mother father secretary accountant landlord neighbour doctor dentist"
)
_SUBJECTS = word_set("we they you us them it")
_FLOATING = word_set("all both each")
_HAVING = word_set("have has had")
_NAME = re.compile(r"(?<=[a-z,;] )(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z][a-z][a-z'-]{1,30}\b")
# Verbs whose object may be a whole question: "I'll check that".
_INQUIRY = re.compile(
    r"(?:check|find out|find|confirm|verify|ask|clarify|look into|investigate|figure out|double-check|answer)\b",
    re.IGNORECASE,
)
# Tasks that lack what they are about, with the preposition that joins it.
_OPEN_ENDS = (
    (re.compile(r"introduce (?:you|us|them|him|her|[A-Z][\w'-]+)\Z", re.IGNORECASE), "to"),
    (
        re.compile(
            r"(?:ask|consult|remind) "
            r"(?:(?:the|our|my|your|their|an?)\s)?(?:[\w'-]{1,30}\s){0,2}[\w'-]{1,30}\Z",
            re.IGNORECASE,
        ),
        "about",
    ),
    (
        re.compile(
            r"(?:let (?:\w+ )?know|(?:get|come|report) back(?: to \w+)?|tell \w+|reply|respond)\Z", re.IGNORECASE
        ),
        "about",
    ),
)
_DETERMINERS = word_set(
    "the a an our your my their his her its this these those that some any both all every another each two"
    " three four five six seven eight nine ten"
)
_JOINERS = word_set("of for in")
_NO_OBJECT = CALENDAR_WORDS | word_set(
    "moment bit lot thing things kind sort way case point idea question problem end beginning start rest reason fact"
    " look chance course while couple something anything everything nothing everybody everyone somebody someone"
    " others guys people others same one ones team meeting call"
)
# Third persons that no noun has for its plural, so that they end a noun phrase: "the report looks fine".
_THIRD_PERSONS = word_set(
    "looks seems needs goes takes makes gets comes says means sounds starts ends stays keeps gives finds wants"
    " helps has"
    " becomes happens contains requires includes"
)
# Verbs that end a noun phrase, as they carry no content.
_VERBS = word_set(
    "need needs have has go come look work get make take know want say see seem be still already even ever"
)
_AUXILIARIES = word_set("do does did can could will would should is are was were has have had may must")


@dataclass(frozen=True, slots=True)
class Referent:
    """The code points `[start, end)` of a sentence that a task refers to."""

    sentence: Sentence
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words referred to, without the capital of a determiner that opens a sentence."""
        words = " ".join(self.sentence.text[self.start : self.end].split())
        return words[:1].lower() + words[1:] if words.partition(" ")[0].lower() in _DETERMINERS else words


def lacks_complement(task: str) -> bool:
    """Return whether a task lacks what it is about: "introduce you", "ask our team", "call her", "look at it"."""
    is_open = _needs_name(task) or _LATE_PRONOUN.match(task) is not None
    return is_open or any(pattern.match(task) for pattern, _ in _OPEN_ENDS)


def _needs_name(task: str) -> bool:
    """Return whether "him" or "her" stands where nothing before it tells who: not in "a guide you can give him"."""
    person = _PERSON.search(task)
    is_early = person is not None and len(task[: person.start()].split()) <= _MAX_WORDS_TO_PERSON
    return is_early or _HIS_OR_HER.match(task) is not None


def is_contact_of(task: str, before: str) -> bool:
    """Return whether a task only says again whom an item contacts: "ping him" after "ask Lukas whether …"."""
    verbs = {task.split(maxsplit=1)[0].casefold(), before.split(maxsplit=1)[0].casefold()}
    if not verbs <= _CONTACT or len(task.split()) > _MAX_CONTACT:
        return False
    names = {*_NAME.findall(before)}
    return bool(names & {*_NAME.findall(task)} or (names and _PERSON.search(task)))


def complete(task: str, start: int, sentence: Sentence, turns: Sequence[Turn]) -> tuple[str, Referent] | None:
    """Return a task with what it refers to in brackets, such as "Put it online (the slides)"; `None` if nothing fits.

    `start` is where the task begins in its sentence; what was said before it is searched, the latest first.
    """
    pronoun = _PRONOUN.search(task)
    if _needs_name(task):
        name = next(_names_before(sentence, start, turns), None)
        return (f"{task} ({name.text})", name) if name else None
    if pronoun is None:
        return _with_open_end(task, sentence, turns)
    if (
        _INQUIRY.match(task)
        and pronoun["pronoun"] in ("that", "this")
        and (question := _question_before(sentence, turns))
    ):
        return f"{task} ({question.text})", question
    if _TELLS.match(task) and (statement := _statement_before(sentence, turns)):
        return f"{task} ({statement.text})", statement
    sentence, start = _first_mention(task[: pronoun.end()], sentence, turns) or (sentence, start)
    is_plural = pronoun["pronoun"] in ("them", "those", "these")
    for referent in _objects_before(sentence, start, turns):
        if (not is_plural or _is_plural(referent.text)) and not _is_person(referent.text):
            return f"{task} ({referent.text})", referent
    return None


def _with_open_end(task: str, sentence: Sentence, turns: Sequence[Turn]) -> tuple[str, Referent] | None:
    preposition = next((joiner for pattern, joiner in _OPEN_ENDS if pattern.match(task)), None)
    if preposition is None:
        return None
    for earlier in _sentences_before(sentence, turns):
        if earlier.turn.index < sentence.turn.index and earlier.turn.speaker != sentence.turn.speaker:
            objects = list(_noun_phrases(earlier, len(earlier.text)))
            return (f"{task} ({preposition} {objects[-1].text})", objects[-1]) if objects else None
    return None


def _question_before(sentence: Sentence, turns: Sequence[Turn]) -> Referent | None:
    for earlier in _sentences_before(sentence, turns):
        if asks(earlier.text) and len(earlier.words) >= 3:
            return Referent(earlier, *_without_opening(earlier.text))
    return None


def _statement_before(sentence: Sentence, turns: Sequence[Turn]) -> Referent | None:
    """Return the last statement of some length, which "about it" refers to."""
    for earlier in _sentences_before(sentence, turns):
        if len(earlier.words) >= _MIN_STATEMENT and len(earlier.text) <= _MAX_STATEMENT and not asks(earlier.text):
            start, end = _without_opening(earlier.text)
            return Referent(earlier, start, end - earlier.text[start:end].endswith("."))
    return None


def _first_mention(words: str, sentence: Sentence, turns: Sequence[Turn]) -> tuple[Sentence, int] | None:
    """Return where the same speaker used the verb and the pronoun of a task before, whose object is still meant."""
    phrase = words.casefold()
    for earlier in _sentences_before(sentence, turns):
        place = earlier.text.casefold().find(phrase)
        if place >= 0 and earlier.turn.speaker == sentence.turn.speaker:
            return earlier, place
    return None


def _is_person(text: str) -> bool:
    return text.casefold().rpartition(" ")[2] in _PEOPLE


def _without_opening(text: str) -> tuple[int, int]:
    opening = re.match(
        r"(?:(?:one more thing|and|so|but|then|okay|ok|well|perfect|great|good|also)[,:.]?\s{1,3}){0,3}",
        text,
        re.IGNORECASE,
    )
    return (opening.end() if opening else 0), len(text)


def _names_before(sentence: Sentence, start: int, turns: Sequence[Turn]) -> Iterator[Referent]:
    """Yield the names said before a task, the latest first; a word that begins a sentence is none."""
    for name in reversed(list(_NAME.finditer(sentence.text, 0, start))):
        yield Referent(sentence, *name.span())
    for earlier in _sentences_before(sentence, turns):
        for name in reversed(list(_NAME.finditer(earlier.text))):
            yield Referent(earlier, *name.span())
        opening = _OPENING_NAME.match(earlier.text)
        if opening and opening["name"].casefold() not in FUNCTION_WORDS | _NO_NAMES:
            yield Referent(earlier, *opening.span("name"))
        if relative := _RELATION.search(earlier.text):
            yield Referent(earlier, *relative.span())


def _objects_before(sentence: Sentence, start: int, turns: Sequence[Turn]) -> Iterator[Referent]:
    yield from reversed(list(_noun_phrases(sentence, start)))
    for earlier in _sentences_before(sentence, turns):
        yield from reversed(list(_noun_phrases(earlier, len(earlier.text))))


def _sentences_before(sentence: Sentence, turns: Sequence[Turn]) -> Iterator[Sentence]:
    budget = _MAX_SENTENCES
    for index in range(sentence.turn.index, max(-1, sentence.turn.index - 1 - _MAX_TURNS), -1):
        for earlier in reversed(turns[index]):
            if earlier.index < sentence.index:
                yield earlier
                budget -= 1
            if not budget:
                return


def _noun_phrases(sentence: Sentence, end: int) -> Iterator[Referent]:
    """Yield the phrases with a determiner that end before `end`, such as "the plan of the roof", without dates."""
    words = [
        (match[0].casefold().replace("\u2019", "'"), *match.span()) for match in WORD.finditer(sentence.text, 0, end)
    ]
    dates = list(find_phrases(sentence.text, 0, end))
    place = 0
    while place < len(words):
        last = _phrase_end(words, place, sentence.text)
        if last is None:
            place += 1
            continue
        span = words[place][1], words[last][2]
        if not any(date.start < span[1] and span[0] < date.end for date in dates):
            yield Referent(sentence, *span)
        place = last + 1


def _phrase_end(words: Sequence[tuple[str, int, int]], place: int, text: str) -> int | None:
    """Return the index of the last word of the noun phrase that begins at `place`, or `None`."""
    word = words[place][0]
    has_determiner = word in _DETERMINERS or word.isdigit()
    before = words[place - 1][0] if place else ""
    is_floating = word in _FLOATING and (before in _SUBJECTS or before in _AUXILIARIES or "'" in before)
    if not has_determiner or is_floating or before == "not":
        return None
    last = _content_end(words, place + 1, text)
    if last is None or words[last][0] in _NO_OBJECT:
        return None
    if last > place + 1 and _is_verb(words, place, last):
        last -= 1
    following = last + 1
    if following < len(words) and words[following][0] in _JOINERS and _is_adjacent(text, words[last], words[following]):
        begin = following + (2 if following + 1 < len(words) and words[following + 1][0] in _DETERMINERS else 1)
        tail = _content_end(words, begin, text)
        if tail is not None and words[tail][0] not in CALENDAR_WORDS:
            last = tail
    return last


def _is_verb(words: Sequence[tuple[str, int, int]], place: int, last: int) -> bool:
    """Return whether the last word of a phrase is the verb of its clause: "does the contract renew"."""
    if words[last][0].endswith("ed"):
        return True
    following = words[last + 1][0] if last + 1 < len(words) else ""
    before = words[place - 1][0] if place else ""
    # "Have the users agreed?" asks, where "we have the seating plan" has an object.
    is_auxiliary = before in _AUXILIARIES and (place == 1 or before not in _HAVING)
    return is_auxiliary and following not in _VERBS


def _content_end(words: Sequence[tuple[str, int, int]], begin: int, text: str) -> int | None:
    last = None
    for place in range(begin, min(begin + _MAX_WORDS, len(words))):
        if words[place][0] in FUNCTION_WORDS | _DETERMINERS | _THIRD_PERSONS:
            break
        if place > begin - 1 and place > 0 and not _is_adjacent(text, words[place - 1], words[place]):
            break
        last = place
    return last


def _is_adjacent(text: str, before: tuple[str, int, int], after: tuple[str, int, int]) -> bool:
    return text[before[2] : after[1]].strip() in ("", "-", "&", "/")


def _is_plural(text: str) -> bool:
    head = re.split(r"\s(?:of|for)\s", text)[0].casefold()
    return head.endswith(("s", "people", "team", "data", "children")) or " and " in text
