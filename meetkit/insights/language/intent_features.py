"""Features of a sentence for the intent models: its words, its cue phrases, its length and its opening."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, dropwhile, groupby, pairwise, product

from meetkit.insights.language.word_lists import HESITATIONS, MONTHS, WEEKDAYS, word_set

# Phrases of one to four words, by the cue that they give. The weights of the cues are learned.
_PHRASES = {
    "promise": """i'll, i will, we'll, we will, i shall, we shall, i can, let me, i'm going, we're going, i am going,
        we are going, i'm gonna, we're gonna, i'm gon, we're gon, i want to, will do, i promise, on me, on us,
        leave it with me, consider it done, i've got to, i have to, i need to, i must, my side, our side""",
    "second": """you'll, you will, you're going, you can, you could, you should, you have to, you need to, you must,
        you two, you guys, both of you, for you to, you both, you to""",
    "request": """can you, could you, would you, will you, can we, could we, please, make sure, don't forget,
        remember to, do you mind, you mind, why don't you, why don't we, let's, let us, how about, let me know,
        let us know, get back, need you, want you, like you to, have you, ask you, kindly, be sure, feel free""",
    "must": """need, needs, have to, has to, had better, must, should, gotta, got to, supposed to, ought to,
        needs to, required to, remains to, still to""",
    "shall": """will, going to, gonna, gon na, to be done, shall""",
    "somebody": """someone, somebody, anyone, anybody, who will, who can, who could, one of us, one of you,
        everyone, everybody""",
    "listed": "action item, action items, action point, to do, todo, to dos, next step, next steps, homework",
    "task": """action, actions, task, tasks, assignment, assignments, responsible, in charge, takes care, take care,
        individual, instructions, owner, owns, deadline, due""",
    "later": """next meeting, next week, next time, next phase, next stage, next month, tomorrow, tonight, by then,
        by the, by next, by end, before the, before we, before our, until, later, afterwards, after the, after this,
        meantime, meanwhile, as soon as, asap, half an hour, this week, this afternoon, this evening, end of,
        within a, within the, in two, in a week, in ten, in three, by tomorrow, by eod, eod, by close, today, minutes,
        right away, straight away, first thing, when i'm back, next quarter, quarter""",
    "deliver": """send, sending, share, sharing, introducing, forwarding, checking, confirming, reviewing, forward,
        email, e mail, mail, schedule, book, arrange, set up, follow up, circulate, draft, prepare, write up, upload,
        invite, let you know, get back, reach out, loop in, introduce, confirm, put together, look into, find out,
        check, double check, investigate, submit, report, call, ping, organise, organize, set, deliver, bring,
        document, announce, provide, distribute, post, copy""",
    "work": """write, find, look at, look for, look up, look how, work, work on, come up, draw, research, ask, talk to,
        speak, convince, update, try, think of, think about, make, take, put, get, give, ready, discuss, decide,
        finish, complete, present, collect, do, review, test, run, fix, add, configure, create, plan, read, figure,
        name, handle, sort, apply, install, contact, see if, buy, order, tell, show, define, design, gather""",
    "thing": """report, presentation, presentations, slides, prototype, drawing, proposal, copy, price, prices, cost,
        costs, document, documents, documentation, docs, minutes, information, ideas, evaluation, questionnaire,
        budget, model, picture, research, list, quote, contract, invoice, summary, agenda, plan, draft, link, file,
        files, data, invite, invitation, recording, notes, details, numbers, overview""",
    "role": """marketing, expert, industrial, designer, designers, manager, engineer, engineers, developer, sales,
        legal, finance, department, management""",
    "past": """was, were, did, had, been, said, told, sent, made, got, found, looked, thought, used, wanted, went,
        came, gave, discussed, yesterday, last week, last month, last time, last quarter, ago, already, asked,
        showed, shared, talked, took, tried, worked, noticed, earlier""",
    "maybe": """would, could, might, if, maybe, perhaps, probably, i'd, we'd, you'd, suppose, imagine, wish, unless,
        hope, whether, possibly""",
    "negation": """not, don't, doesn't, can't, cannot, won't, didn't, no, never, isn't, wouldn't, nobody, nothing,
        no need, shouldn't, wasn't, aren't, couldn't, needn't, without""",
    "close": """see you, bye, thank you, thanks, that's it, that's all, finished, the end, the meeting, lunch, done,
        good luck, talk soon, speak soon""",
    "opinion": """i think, i like, i mean, you know, i guess, it's, there's, that's, i believe, i feel, i don't know,
        in my opinion""",
    "machine": """it'll, it will, that'll, that will, this will, they'll, they will, there'll, there will, which will,
        he'll, she'll, it can, you see, it does, automatically, the platform, the system, the tool, the app""",
    "idle": """i'll say, i'll admit, i'll be, we'll see, we'll be, i'll never, i'll tell, let me say, let me see,
        let's see, let me ask, let me think, i'll bet, let's say, let's face, let's start, i'll start, i'll begin,
        let me show, i'll show, i'll walk, let me explain, let's move, you'll see, you'll notice, you'll love,
        you'll find, i can see, i can say, i can imagine, i can tell, i can understand, i can't, let me be, i'll take,
        we can see, we can say, i'll have to, i can live, we'll start, let's talk, let me just, let me start,
        can you hear, can you see, can you tell, could you tell, can you explain, could you explain, can you imagine,
        can you believe, will you be, would you say, would you like, would you recommend, can we start""",
    "decided": """agreed, decided, settled, approved, finalized, finalised, concluded, conclusion, chosen, chose,
        picked, opted, signed off, go with, going with, went with, go for, going for, stick with, sticking with,
        consensus, we agree, all agree, are agree, everyone agrees, it's a deal, deal then, decision is, final decision,
        we're set, go ahead with, move ahead with, move forward with, in the end""",
    "choosing": """let's use, let's go, let's do, let's keep, let's take, let's have, let's make, let's stick, we'll go,
        we'll use, we'll have, we'll take, we'll keep, we'll stick, we'll do, we'll start, we go, we use, we take,
        we start, we will use, we will have, we will not, going to use, going to have, going to keep, it will be,
        it'll be, instead of, rather than""",
    "deciding": """agree, agrees, decide, decides, deciding, decision, decisions, choose, pick, deal, final, settle,
        approve, approval, option, options, vote""",
    "so": """so we, so we're, so we'll, so it's, so that's, so no, so the, so there's, so let's, okay so, then we,
        then we'll, so it, so then, and then, so you, so if""",
    "consent": "okay, ok, yeah, yes, alright, sure, right, good, fine, great, perfect",
}
_BEFORE_DATES = ("by", "on", "until", "before", "next", "this")
# "May" is left out, as it is a modal verb more often than a month.
DATES = [*WEEKDAYS, *(month for month in MONTHS if month != "may")]

_GRAMMAR = {
    "V": """do does did is are was were can could would will should shall have has had am may isn't aren't don't doesn't
        didn't wasn't won't can't couldn't wouldn't shouldn't haven't hasn't""",
    "P": """i you we he she it they that this there these those anyone anybody everybody people someone the your our
        my""",
    "W": "what why how who when where which whose what's who's how's where's",
}
_CLASSES = {word: letter for letter, names in _GRAMMAR.items() for word in names.split()}
_HESITATIONS = HESITATIONS | word_set("mm hm ah mhm uhhuh eh")
_OPENER_WORDS = (
    "so and but well okay ok yeah oh alright right now like then yes no actually sorry mean just also because"
)
_OPENERS = word_set(_OPENER_WORDS)
_ASSENT = "right okay ok yeah yes no huh you know all alright really yep oh so and but then well sure see i sorry"
# At most three of these words are a tag.
_TAGS = word_set(_ASSENT) | _HESITATIONS | {"excuse", "me", "pardon", "exactly", "correct", "indeed"}
# The bounds, in words, of the length classes of a sentence.
_LENGTHS = (4, 7, 12, 20, 30)


def _lexicon() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Return, by the first word of each phrase, the rest of the phrase and the cue that it gives."""
    phrases = [(phrase.split(), cue) for cue, text in _PHRASES.items() for phrase in text.split(",")]
    date_phrases = [([before, name], "later") for before, name in product(_BEFORE_DATES, DATES)]
    lexicon: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for (first, *rest), cue in (*phrases, *date_phrases):
        lexicon.setdefault(first, []).append((tuple(rest), cue))
    return lexicon


_LEXICON = _lexicon()


def cues(words: tuple[str, ...]) -> set[str]:
    """Return the cues that the phrases in a sentence give."""
    return {
        cue
        for place, word in enumerate(words, 1)
        if word in _LEXICON
        for rest, cue in _LEXICON[word]
        if words[place : place + len(rest)] == rest
    }


def is_tag(words: Sequence[str]) -> bool:
    """Return whether the words only seek or give assent, such as "right", "you know" or "oh really"."""
    return len(words) <= 3 and _TAGS.issuperset(words)


def features(words: tuple[str, ...]) -> set[str]:
    """Return the names of the features of a sentence: cues and their pairs, length, words, word pairs and opening."""
    return {*_cue_features(words), *ngrams(words), *_openings(words)}


def _cue_features(words: tuple[str, ...]) -> Iterator[str]:
    names = sorted(cues(words))
    yield from (f"<{cue}>" for cue in names)
    yield from (f"<{first} {second}>" for first, second in combinations(names, 2))
    yield f"<length {sum(len(words) >= bound for bound in _LENGTHS)}>"


def ngrams(words: Sequence[str]) -> Iterator[str]:
    """Yield the words and word pairs, with `^` and `$` for the ends of the sentence and `#` for any number."""
    plain = ["#" if word.isdigit() else word for word in words]
    yield from plain
    yield from map(" ".join, pairwise(("^", *plain, "$")))


def _openings(words: Sequence[str]) -> Iterator[str]:
    """Yield how a sentence begins after words that only take the floor, and where its question words are.

    Hesitations and repetitions are left out. V stands for auxiliary verbs, P for pronouns, W for question words.
    """
    fluent = [word for word, _ in groupby(words) if word not in _HESITATIONS]
    body = list(dropwhile(_OPENERS.__contains__, fluent))
    shape = ["~", *map(_CLASSES.get, body, body)]
    yield from ("~" + " ".join(body[:size]) for size in (1, 2, 3))
    yield from (" ".join(shape[:size]) for size in (2, 3, 4))
    yield from (f"?{letter}" for letter in "VW" if letter in shape)
    places = [place for place, token in enumerate(shape) if token in _GRAMMAR]
    for place, following in pairwise(places):
        if following - place <= 2:
            yield " ".join(shape[place : following + 1])
