"""Labels at the start of lines: speaker names, headings, or words of a sentence."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from meetkit.insights.transcript.roles import is_role
from meetkit.insights.transcript.timestamps import DATE, MONTH
from meetkit.models.base import CONTROL

# Bounds of a name: longer labels are words of a sentence.
_MAX_NAME = 60
_MAX_WORDS = 6
_MAX_WORDS_WITHOUT_CASE = 4
_MAX_LETTERS_UNSPACED = 12
_MAX_LINE = 200

_HEADING_LIST = """
    a, action, action item, action items, actions, address, agenda, answer, attendees, attention, audio file,
    background,
    bcc, best regards, blockers, budget, category, caution, cc, challenges, channel, chapter, guild, close,
    conclusion, conclusions, context, cost, date, day, deadline, decision, decisions, definition, description,
    details, disclaimer, discussion, due, due date, duration, e-mail, edit, email, end, error, etc, example,
    examples, fact, fig, figure, file, final note, follow up, follow ups, follow-up, follow-ups, from, ftp, fw,
    fwd, fyi, goal, goals, hint, http, https, id, idea, ideas, important, invitees, issue, issues, key points,
    key takeaways, language, link, links, location, mailto, meeting, meeting id, meeting notes, meeting title,
    minutes, n.b, n.b., nb, next, next step, next steps, no, note, notes, objective, objectives, ok, okay, open
    questions, option, option a, option b, outcome, outcomes, overview, p.s, p.s., page, part, participants,
    passcode, password, phone, place, plan, plan a, plan b, point, present, price, problem, pros, cons, ps,
    purpose, q, question, questions, quote, re, reason, recap, recorded, recording, reference, references,
    regarding, reminder, result, results, risk, risks, room, scope, section, sent, slide, side note, solution,
    start, status, step, subject, summary, table, takeaway, takeaways, tasks, tel, time, tip, title, tl;dr,
    tldr, to, to do, to-do, todo, todos, topic, topics, total, transcript, update, updates, url, version,
    warning, when, where, who, why, what, how, yes, aktionen, anwesend, betreff, beschluss, beschlüsse, datum,
    hinweis, notiz, ort, protokoll, teilnehmer, thema, zeit, zusammenfassung, acta, asunto, fecha, nota,
    resumen, compte rendu, objet, ordre du jour
"""
# Headings of texts and lists. Compared in lower case, without a number at the end.
_HEADINGS = frozenset(" ".join(heading.split()) for heading in _HEADING_LIST.split(","))

_TITLES = frozenset(
    {"dr", "mr", "mrs", "ms", "mx", "prof", "st", "jr", "sr", "rev", "hon", "sen", "rep", "gen", "col", "capt", "sgt"}
    | {
        "lt",
        "m",
        "mme",
        "mlle",
        "ing",
        "mm",
        "mmes",
        "messrs",
        "me",
        "maj",
        "cpl",
        "cmdr",
        "adm",
        "supt",
        "insp",
        "dep",
    }
    | {
        "cllr",
        "cllrs",
        "clr",
        "coun",
        "ald",
        "cr",
        "comm",
        "commr",
        "assemb",
        "del",
        "gov",
        "pres",
        "amb",
        "atty",
        "asst",
    }
    | {
        "cmte",
        "sec",
        "supv",
        "dir",
        "det",
        "fr",
        "sra",
        "sr",
        "srta",
        "dra",
        "dott",
        "avv",
        "sig",
        "hr",
        "fru",
        "dhr",
        "mevr",
    }
    | {"abg", "cm", "stv", "bgm", "lic", "ald", "treas", "chr", "vs"}
)
# Lower-case words within names: particles of several languages, and words that join two people.
_PARTICLES = frozenset(
    {"al", "and", "an", "ap", "bin", "bint", "da", "das", "de", "degli", "dei", "del", "della", "den", "der", "di"}
    | {"do", "dos", "du", "e", "el", "et", "ibn", "la", "le", "les", "of", "ter", "the", "und", "van", "vom", "von"}
    | {"y", "zu", "zum", "zur", "heer", "mevrouw", "señor", "señora", "senhor", "senhora", "signor", "signora"}
    | {"monsieur", "madame", "herr", "frau"}
)
_PARENTHESIS = re.compile(r"\((?:[^()]++|\([^()]*+\))*+\)|\[[^\[\]]*+\]")
_NUMBER_SUFFIX = re.compile(r"[\s#]*\d{1,4}[.)]?$")
_NOT_IN_NAMES = re.compile(
    r'[?!;"\u201c\u201d\u2026<>{}()\[\]=\\|\u060c\u061f\u3001\u3002\uff01\uff0c\uff1f]|\.\.|//|,.*,'
)
_DOTTED_WORD = re.compile("[^\\W\\d_]\\.|(?:[^\\W\\d_]{1,2}\\.){2,}|[^\\W_][\\w@'\u2019-]*(?:\\.[\\w@'\u2019-]+)+")
_TELEPHONE = re.compile(r"\+[\d*() .-]{7,25}")
# Names that transcription services give to unknown speakers.
_GENERIC_NAME = re.compile(
    r"(?:speaker|participant|spk|guest|user|person|voice|caller|intervenant|sprecher(?:in)?"
    r"|locuteur|hablante|orador|falante|spreker|talare)[ _-]?\d{1,7}|(?:unknown|unidentified) speaker(?: \d{1,7})?",
    re.IGNORECASE,
)
_DATE = re.compile(rf"{DATE}|{MONTH}\s\d{{4}}|(?:{DATE}|[A-Z][a-z]+day),? (?:{DATE}),?")
# What transcripts put into brackets that is no speaker.
_SOUND_LIST = """
    music, laughter, laugh, laughs, laughing, applause, silence, noise, inaudible, crosstalk, cross-talk,
    indiscernible, unintelligible, pause, cough, coughs, coughing, sigh, sighs, chuckle, chuckles, cheering,
    cheers, static, beep, bleep, foreign, foreign language, blank_audio, sound, phone ringing, typing, musik,
    musique, música, rires, gelächter, applaus, beifall, aplausos, applaudissements, overlapping, overtalk,
    redacted, sic, playing, no audio, end, start
"""
_SOUNDS = frozenset(sound.strip() for sound in _SOUND_LIST.split(","))
_SOUND_DETAIL = re.compile(r"^(?:background|soft|loud|upbeat) | (?:playing|music)$")
_UNSPACED_SCRIPT = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
# Zero-width and direction marks around right-to-left names, and the byte order mark.
_MARKS = "\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c\ufeff"
_EDGE_CHARACTER = re.compile(rf"[\s{_MARKS}]+")


class Label(Enum):
    """The kind of a label. `UNSURE` is a lower-case label, a name only if the text repeats it."""

    NAME = "name"
    UNSURE = "unsure"
    HEADING = "heading"
    WORDS = "words"


@lru_cache(maxsize=1024)
def clean_name(name: str) -> str | None:
    """Return a name on one line, with single spaces and without direction marks; `None` if blank or too long."""
    line = " ".join(CONTROL.sub(" ", name).split())
    begin, end = 0, len(line)
    while begin < end and _EDGE_CHARACTER.match(line[begin]):
        begin += 1
    while end > begin and _EDGE_CHARACTER.match(line[end - 1]):
        end -= 1
    result = line[begin:end]
    return result if 0 < len(result) <= _MAX_LINE else None


@lru_cache(maxsize=1024)
def classify(label: str) -> Label:
    """Classify a label: a name such as `Dr. J. Smith`, `Speaker 1` or `A (PM)`, a heading, or words of a sentence."""
    if _normalize(label) in _HEADINGS:
        return Label.HEADING
    begins_with_bracket = label[:1] in ("[", "(")
    label = _PARENTHESIS.sub("", label).strip()
    if len(label) > _MAX_NAME or _NOT_IN_NAMES.search(label):
        return Label.WORDS
    if is_date(label) or begins_with_bracket:
        return Label.WORDS
    if _TELEPHONE.fullmatch(label) or _GENERIC_NAME.fullmatch(label) or is_role(label):
        return Label.NAME
    if len(heading := _NUMBER_SUFFIX.sub("", _normalize(label))) > 1 and heading in _HEADINGS:
        return Label.HEADING
    words = label.split()
    if not _looks_like_name(label, words):
        return Label.WORDS
    lower_words = [word for word in words if _starts_lower(word)]
    if _PARTICLES.issuperset(lower_words) and not _starts_lower(words[-1]):
        return Label.NAME
    letter_words = [word for word in words if not word.isdecimal()]
    return Label.UNSURE if len(letter_words) <= 2 and len(lower_words) == len(letter_words) else Label.WORDS


def is_date(label: str) -> bool:
    """Return whether a label is a date."""
    return _DATE.fullmatch(label) is not None


def is_sound(label: str) -> bool:
    """Return whether the words of brackets are a sound or a remark of the transcriber: `Laughter`, `inaudible`."""
    return _SOUND_DETAIL.sub("", label.strip().casefold()) in _SOUNDS


def _normalize(label: str) -> str:
    return " ".join(label.casefold().split())


def _looks_like_name(label: str, words: list[str]) -> bool:
    if not words or not (label[0].isalnum() or label[0] in "#@") or not any(map(str.isalpha, label)):
        return False
    if any("." in word and not _may_have_dot(word.strip(",")) for word in words):
        return False
    # Without spaces the words cannot be counted, so the letters are.
    if _UNSPACED_SCRIPT.search(label):
        return sum(map(str.isalpha, label)) <= _MAX_LETTERS_UNSPACED
    has_case = any(character.isupper() or character.islower() for character in label)
    return len(words) <= (_MAX_WORDS if has_case else _MAX_WORDS_WITHOUT_CASE)


def _may_have_dot(word: str) -> bool:
    return word.removesuffix(".").casefold() in _TITLES or bool(_DOTTED_WORD.fullmatch(word))


def _starts_lower(word: str) -> bool:
    letters = word.lstrip("#@'\u2018\u2019\"-_")
    return letters[:1].islower() and "@" not in word and not any(character.isupper() for character in letters)
