"""The forms in which a sentence decides, and the words that leave a matter open or speak of another time.

The patterns read the words of a sentence in lower case, with one space between them and without punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from meetkit.insights.language.word_lists import MONTHS, WEEKDAYS, word_set


class Form(Enum):
    """The form of words in which a sentence may decide."""

    LABEL = "label"
    """A note under a heading: "Decision: we keep Frankfurt"."""
    STATEMENT = "statement"
    """That something is decided: "We've agreed on 42 dollars"."""
    REJECTION = "rejection"
    """A decision not to: "We won't renew the lease"."""
    TARGET = "target"
    """A target, a date or a limit: "Let's make that our target"."""
    PLAN = "plan"
    """A choice: "We'll go with the annual plan", "Thursday it is"."""
    PICK = "pick"
    """One of several: "Thursday it is"."""
    PRESENT = "present"
    """What the group does from now on, in the present: "We extend the trial by a month"."""
    CONCLUSION = "conclusion"
    """What a discussion comes to: "Okay, then the trial goes on until May"."""
    CONSTRAINT = "constraint"
    """A price, an amount or a day that is laid down: "The selling price is 25 euros"."""
    PROPOSAL = "proposal"
    """A proposal, which decides once somebody agrees: "Should we postpone the launch?"."""


class Cue(NamedTuple):
    """The form of a sentence, the characters `[start, end)` of the words that give it, and the verb of a plan."""

    form: Form
    start: int
    end: int
    verb: str | None = None


_GROUP = (
    r"(?:we|everyone|everybody|(?:the |our )?(?:board|team|committee|council|management|finance|legal|steering group"
    r"|members|group|leadership|partners|directors|shareholders|panel))"
)
_ADVERBS = (
    r"(?: (?:just|now|all|also|already|finally|both|then|therefore|formally|unanimously|jointly|collectively"
    r"|definitely|still|only|hereby|please|ever|probably)){0,2}"
)
_DECISION_VERB = (
    r"(?:decided|agreed|settled|approved|signed off|resolved|opted|concluded|chosen|chose|voted|ruled out|rejected"
    r"|adopted|ratified|endorsed|scrapped|dropped|cancelled|canceled)"
)
_GOAL = (
    r"(?:(?:new |official |hard |final |internal |public |upper |lower )?(?:target|goal|deadline|(?:\w+ )?date"
    r"|milestone|objective|budget|limit|cap|ceiling|minimum|maximum|baseline|default|benchmark))"
)
_AMOUNT = (
    r"(?:\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred|thousand|million|half|noon|end of)\b|" + "|".join((*WEEKDAYS, *MONTHS)) + ")"
)
_STATEMENT = re.compile(
    rf"\b(?:{_GROUP}(?:'ve| have| has|'s|'re| are)?{_ADVERBS} {_DECISION_VERB}\b|{_GROUP}(?:'re| are) in agreement\b"
    rf"|(?:it|that|this)(?:'s| is| was|'s been| has been){_ADVERBS} (?:decided|agreed|settled|approved|a deal|final"
    r"|the decision|official)\b|(?:the|our|my) (?:final )?decision is\b"
    r"|(?:has|have|'s|is|are|stands?)(?: been| hereby| now)? (?:approved|signed off|rejected|adopted|ratified)\b"
    r"|we have a deal\b|we agree (?:to|on)\b|we all agree\b)"
)
_LABEL = re.compile(r"(?:key )?(?:decisions?|decided|resolved|agreed|resolution)(?: (?:no )?\d{1,3})?")
_TARGET = re.compile(
    rf"\b(?:let's{_ADVERBS} (?:make|call|set|fix|keep|take|say|declare)(?: \w+){{0,6}}? (?:as )?(?:our|the|a)"
    rf" {_GOAL}\b|let's{_ADVERBS} (?:set|fix|cap|put|keep)(?: \w+){{1,6}}? (?:at|to) {_AMOUNT}|let's{_ADVERBS} (?:aim"
    rf"|shoot|target|cap|plan for)\b"
    rf"|{_GROUP}(?:'ll| will|'re| are)?{_ADVERBS}(?: going to| gonna)? (?:aim|aiming|shoot|shooting|targeting"
    r"|target|set|setting|cap|capping) (?:for|at|the|our|a|it|this|that)\b"
    rf"|(?:our|the) {_GOAL} (?:is|will be|stays|remains|becomes|moves to|shall be)(?: \w+){{0,3}}? {_AMOUNT}"
    rf"|(?:'s| is|'ll be| will be){_ADVERBS} (?:our|the) {_GOAL}(?: then| now)?\Z|let's (?:say|make it|call it)"
    rf" (?:\w+ ){{0,3}}?{_AMOUNT})"
)
_CONSTRAINT = re.compile(
    rf"\b(?:(?:selling|sales|production|retail|list|unit|target|purchase) (?:price|costs?)|(?:planning|aiming|supposed"
    rf"|meant|required) (?:to|for) (?:\w+ ){{0,8}}?(?:for|at|of|by|under|below|within|in)|(?:should|must|needs?|shall"
    rf"|has to"
    rf"|have to|can only)(?: \w+){{0,6}}? (?:at most|no more than|at least|no later than|not more than|exceed|maximum"
    rf"|minimum))\b(?: \w+){{0,6}}? {_AMOUNT}"
)
_NOT = (
    r"(?: won't| will not|'ll not| shall not|(?:'re| are| is|'s) not (?:going to|gonna)| aren't (?:going to|gonna)"
    r"| no longer)"
)
_REJECTION = re.compile(
    rf"\b(?:{_GROUP}{_NOT}{_ADVERBS} (?P<verb>\w+)|(?:let's not|let us not|let's{_ADVERBS} forget) (?P<verb2>\w+)"
    rf"|{_GROUP}(?:'re| are)(?: not| no longer){_ADVERBS} (?P<verb3>\w+ing)\b"
    rf"|{_GROUP}(?:'ve| have| has|'re| are|'s)?{_ADVERBS} {_DECISION_VERB} (?:not to|against)\b"
    rf"|decided (?:not to|against)\b"
    r"|\A(?:(?:so|then|okay|ok|and|fine|good) ){1,3}we (?:don't|do not) (?P<verb4>\w+)"
    r"|(?:is|are|'s) (?:off the table|out of scope|ruled out|not happening)\b"
    r"|no (?:\w+ ){1,4}(?:for now|then|after all|this (?:time|year|quarter|release|round))\Z)"
    r"|\A(?:(?:so|then|okay|ok|and) ){0,3}no (?:more )?(?!problem|idea|way|one|need|doubt|worries|reason|question|it"
    r"|i|that|we|you|because|but|no|not|they|he|she|the|this|so)\w{3,}(?: \w+){0,2}\Z"
)
_PLAN = re.compile(
    rf"\b(?:(?:let's|let us)|{_GROUP}(?:'ll| will| shall|(?:'re| are|'s| is){_ADVERBS} (?:going to|gonna|gon na)))"
    rf"{_ADVERBS} (?P<verb>\w+)|\b{_GROUP}(?:'re| are){_ADVERBS} (?P<verb2>\w+ing)\b"
)
_LEAD = (
    r"\A(?:(?:okay|ok|alright|right|good|great|fine|perfect|hmm|yeah|yes|well|now|and|but|agreed|deal|done"
    r"|settled) ){0,4}"
)
_NO_PICK = (
    r"(?:what|how|that|as|which|this|like|here|there|so|yes|no|yeah|well|where|who|think|whether|than"
    r"|because|if|since|when|but)\b"
)
_PICK = re.compile(
    rf"{_LEAD}(?:(?:then|so|the|option|plan) ){{0,2}}(?:(?!{_NO_PICK})\w+ ){{1,4}}it is\b(?! (?:a|an|the|not|so|very"
    rf"|and)\b)"
    r"|\b(?:option|plan|vendor|version|candidate) \w+ wins\b"
)
_PRESENT = re.compile(rf"{_LEAD}(?:(?:then|so) )?we{_ADVERBS}(?: don't| do not)? (?P<verb>\w+)\b")
_OTHER_SUBJECT = (
    r"(?:so|then|i|i'm|i'll|i've|i'd|you|you're|he|she|they|what|how|when|where|who|why|that's|it's"
    r"|there|if|let|let's|we|is|are|do|does|did|can|could|should|maybe|yeah|yes|okay|the question|this is|these are"
    r"|next)"
)
_NO_RESULT = (
    r"(?:a|an|the|not|about|like|very|really|more|just|kind|all|been|going|good|better|easier|hard|quite|too|so|only"
    r"|always|still|important|possible|basically|actually|also|because|that|what|how|up|okay|fine|nice|great|getting)"
)
_CONCLUSION = re.compile(
    rf"{_LEAD}(?:then|so|okay|ok|agreed|deal|settled) (?!{_OTHER_SUBJECT}\b)\w+ \w+|\bfrom (?:now|today) on\b"
    rf"|\beffective (?:immediately|today)\b|{_LEAD}(?:then|so) it's (?!{_NO_RESULT}\b)\w+"
    rf"|{_LEAD}(?!{_OTHER_SUBJECT}\b)\w+(?: \w+){{0,5}} then\Z"
)
_PROPOSAL = re.compile(
    rf"\b(?:(?:shall|should|can|could) we|how about (?:we|if we)|what if we|why don't we|do we want to|are we going to"
    rf"|i(?:'d| would)? (?:suggest|propose|recommend)(?: that)?(?: we)?|my (?:suggestion|proposal) is(?: that we| to)?"
    rf"|we (?:should|could)){_ADVERBS}(?: agree)?(?: to| that we)?(?: not)? (?P<verb>\w+)"
)
_CONSENT = re.compile(
    r"\b(?:(?:is|are) (?:everyone|everybody|anyone|the \w+|we|you|members|colleagues|people)(?: all)?"
    r" (?:agreed|okay|ok|happy|fine|content|good|in agreement|on board)|(?:can|do|shall) we(?: all)? agree"
    r"|any objections?|any opposed|(?:everyone|everybody) (?:okay|ok|happy|fine|agreed|good)|in favou?r)\b"
)
# Ends of questions that seek assent to what was just said.
_ASSENT = re.compile(
    r"\b(?:agreed|okay|ok|right|that (?:okay|ok|fine|all right|alright)|that works?(?: for \w+)?|sounds? good)\Z"
)
# Verbs that choose: "use", "postpone".
_CHOOSE = word_set(
    "go do start use stick proceed add adopt choose pick keep drop skip postpone delay defer cancel launch switch move"
    " settle"
    " extend renew sign buy hire scrap kill cut remove replace merge raise lower reduce limit freeze ship roll hold opt"
    " focus stop change push revert retire split charge offer put leave take make stay close open build support"
    " appoint award accept reject approve fund sell rent lease include exclude allow ban require standardise"
    " standardize migrate outsource discontinue abandon pause reschedule invest join relocate rename set fix pay"
    " reuse rebuild rewrite release run host lock double halve prioritise prioritize publish price bundle"
)
# After "we won't" these verbs foretell or are unable; after "let's" they lead the talk.
_IDLE = word_set(
    "be know see need get find hear forget want think talk say tell discuss look begin wait worry lose hope"
    " wrap continue recap review revisit check ask try face imagine remember finish understand miss regret survive"
    " reach come meet return jump dive circle call assume pretend rush panic spend bother argue kid bore repeat let"
    " feel like believe become fit win fail show listen not never introduce turn end reconvene break eat walk explain"
    " read hit"
)
# Verbs that say little by themselves.
_LIGHT = word_set("make take put do go run close open build set give get start stop leave change hold send move")
# After "we won't" these verbs also foretell.
_FORETOLD = word_set("have happen matter last help cost")
# Words that are no object of a choice: "let's go for lunch", "we'll keep that in mind".
_IDIOM = re.compile(
    r"\b(?:lunch|coffee|break|tea|dinner|the flow|next (?:item|point|topic|slide|question|agenda|one|page|speaker)"
    r"|agenda item|with (?:you|me|the agenda|introductions|the minutes)|around the (?:table|room)|first question"
    r"|order of business|our seats|a look|a vote|in turn|through (?:it|this|the|them)|back to (?:the|you|that|our|item)"
    r"|on to|questions|discussion|conversation|topic|subject|presentation|slides?|meeting|session|in mind|an eye"
    r"|(?:you|them|everyone) posted|progress|notes|trouble"
    r"|problems?|out of (?:time|ideas)|(?:the )?(?:next )?\w+ minutes|that bridge|for (?:today|now) and|into"
    r" (?:detail|that|it)"
    r"|names|to (?:wait|see|look|check|ask|know|say|do|go|be|get|think|talk)|fun|a party|to you|my screen|your"
    r" screen)\b"
)


def plain_words(words: Sequence[str]) -> str:
    """Return the words of a sentence as the patterns read them."""
    return " ".join(words)


def may_decide(words: Sequence[str]) -> bool:
    """Return whether a sentence has any of the words without which it has no cue, labels aside."""
    return not _TRIGGERS.isdisjoint(words)


def base_form(verb: str) -> str:
    """Return a verb without "-ing": "use" for "using", "drop" for "dropping"."""
    stem = verb.removesuffix("ing")
    if stem == verb or stem in _CHOOSE:
        return stem if stem in _CHOOSE else verb
    single = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
    return next((form for form in (stem + "e", single) if form in _CHOOSE or form in _IDLE), stem)


def find_cue(words: Sequence[str], plain: str, *, is_asked: bool, is_headed: bool) -> Cue | None:
    """Return the first cue that a sentence decides, in the order of `Form`; a question has only that of a proposal.

    `is_headed` is whether a colon follows the first words. Verbs that foretell or only lead the talk give no cue:
    "we won't know", "let's start".
    """
    if is_headed and (label := _LABEL.match(plain)):
        return Cue(Form.LABEL, *label.span())
    for form, pattern, triggers in _PROPOSALS if is_asked else _PATTERNS:
        if not triggers.isdisjoint(words):
            for match in pattern.finditer(plain):
                if cue := _cue(form, match):
                    return cue
    return None


def _cue(form: Form, match: re.Match[str]) -> Cue | None:
    verb = next((base_form(word) for word in match.groupdict().values() if word), None)
    if verb and form in {Form.PLAN, Form.PRESENT, Form.PROPOSAL} and verb not in _CHOOSE:
        return None
    if verb in _IDLE or (form is Form.REJECTION and verb in _FORETOLD):
        return None
    if (complement := _COMPLEMENTS.get(verb or "")) and not complement.match(match.string, match.end()):
        return None
    if verb and _IDIOM.search(match.string, match.start(), match.end() + _COMPLEMENT):
        return None
    return Cue(form, match.start(), match.end(), verb)


class _Pattern(NamedTuple):
    """A pattern of a form, and words of which each match has one, as most sentences need no search then."""

    form: Form
    pattern: re.Pattern[str]
    triggers: frozenset[str]


_PROPOSALS = (
    _Pattern(
        Form.PROPOSAL, _CONSENT, word_set("everyone everybody anyone content okay ok agree any favour favor is are")
    ),
    _Pattern(
        Form.PROPOSAL,
        _PROPOSAL,
        word_set("should shall can could how what why suggest propose recommend suggestion proposal want going"),
    ),
)
_PATTERNS = (
    _Pattern(
        Form.REJECTION,
        _REJECTION,
        word_set("won't will we'll not aren't are we're longer no let's against table scope out happening don't do"),
    ),
    _Pattern(
        Form.TARGET,
        _TARGET,
        word_set(
            "let's aim aiming shoot shooting target targeting set setting cap capping goal deadline date milestone"
            " objective budget limit ceiling minimum maximum baseline default benchmark"
        ),
    ),
    _Pattern(
        Form.STATEMENT,
        _STATEMENT,
        word_set(
            "decided agreed settled approved signed resolved opted concluded chosen chose voted ruled rejected adopted"
            " ratified endorsed scrapped dropped cancelled canceled agreement deal final decision official agree"
        ),
    ),
    *_PROPOSALS,
    _Pattern(Form.PLAN, _PLAN, word_set("let's let we'll will shall going gonna gon we're are")),
    _Pattern(Form.PICK, _PICK, word_set("it wins")),
    _Pattern(Form.PRESENT, _PRESENT, frozenset({"we"})),
    _Pattern(
        Form.CONSTRAINT,
        _CONSTRAINT,
        word_set(
            "price cost costs planning aiming supposed meant required most more least later exceed maximum minimum"
        ),
    ),
    _Pattern(Form.CONCLUSION, _CONCLUSION, word_set("then so okay ok now today effective agreed deal settled")),
)
_TRIGGERS = frozenset().union(*(pattern.triggers for pattern in _PATTERNS))


def is_choice(verb: str | None) -> bool:
    """Return whether a verb chooses or changes something, as "use" and "postpone" do."""
    return verb in _CHOOSE


def is_light(verb: str | None) -> bool:
    """Return whether a verb says little by itself, as "have" and "make" do."""
    return verb in _LIGHT


def asks_consent(plain: str) -> bool:
    """Return whether a sentence asks others to agree to what was said: "Is everyone happy with that?"."""
    return bool(_CONSENT.search(plain) or _ASSENT.search(plain))


def asks_for_objections(plain: str) -> bool:
    """Return whether a sentence asks for objections, so that "no" agrees."""
    return "any objection" in plain or "any opposed" in plain


def is_of_another_time(plain: str, cue: Cue) -> bool:
    """Return whether a sentence speaks of a former decision, or of one that is referred to and not made."""
    return (
        bool(_FORMER.search(plain))
        or bool(_REFERENCE.search(plain[: cue.end]))
        or (cue.form is Form.STATEMENT and bool(_INDIRECT.match(plain, cue.end)))
    )


def is_open(plain: str, cue: Cue) -> bool:
    """Return whether the words around a cue say that nothing is decided, or not yet."""
    before = plain[max(0, cue.start - _LOOK_BACK) : cue.start].rstrip()
    return bool(_OPEN.search(before)) or bool(_CONDITION.search(plain, cue.end))


# What must follow a verb that chooses only then: "go with", "start with", "have" but not "have to".
_COMPLEMENTS = {
    "go": re.compile(r" (?:ahead )?(?:with|for|ahead|live|back to)\b"),
    "start": re.compile(r" with\b"),
    "do": re.compile(r" (?:it|that|this|the|one|two|both|without)\b"),
    "have": re.compile(r" (?!to\b)"),
    "keep": re.compile(r" (?!up\b|on\b|\w+ing\b|in mind)"),
    "make": re.compile(r" (?!sure\b|it (?:in|on|to)\b|up\b)"),
}
# Characters before a cue in which a negation or a condition counts.
_LOOK_BACK = 40
# Characters after the verb of a plan in which its object begins.
_COMPLEMENT = 24
_OPEN = re.compile(
    r"\b(?:\w+n't|not|never|nobody|nothing|no one|yet|if|unless|until|till|when|once|before|after|whether|who|would"
    r"|could|might|may|maybe|perhaps|in case|assuming|suppose|supposed|imagine|hope|hopefully|used to|wish|thought"
    r"|heard|wonder|because|since|although|though|like)\Z|\b(?:\w+n't|not|never|nobody|nothing|if|unless"
    r"|until|whether|would|could|might|in case|assuming|suppose|supposed|imagine|used to|wish|wonder)\b"
)
_CONDITION = re.compile(r"\b(?:unless|only if|depending|if (?:they|you|he|she|it|the|we|that|there))\b")
_FORMER = re.compile(
    r"\b(?:(?:last|previous|prior|earlier|first|former) (?:year|month|quarter|week|meeting|session|call|time|board"
    r"|council|committee|spring|summer|autumn|fall|winter|monday|tuesday|wednesday|thursday|friday|january|february"
    r"|march|april|may|june|july|august|september|october|november|december)|(?:years?|months?|weeks?|days?) (?:ago"
    r"|back)"
    r"|back (?:then|in|when)|so far|until now|up to now|to date|yesterday|the other day|previously|originally"
    r"|at the time|in the past|was a mistake|formerly|at (?:our|the) (?:last|previous)|before today|used to"
    r"|(?:decided|agreed|said|discussed|chosen|settled) (?:before|earlier))\b"
)
# A decision that is only referred to: "what we decided", "the colour we chose".
_REFERENCE = re.compile(
    rf"\b(?:what|which|why|how|where|when|whatever|(?:the|those|these|all|any|every)(?: \w+){{1,3}}?(?: that| which)?"
    rf"|as|like|than|where|that) {_GROUP}(?:'ve| have| had| has|'d)?{_ADVERBS} {_DECISION_VERB}\Z"
)
_INDIRECT = re.compile(r" (?:what|how|who|which|whether|if|when|where|why|nothing|anything|everything|so far|yet)\b")
