"""Verbs that name work to be done after a meeting, as opposed to verbs that only steer the conversation."""

from __future__ import annotations

import re

from meetkit.insights.language.word_lists import word_set

_ACTIONS = """
send share forward email e-mail mail resend return prepare draft write rewrite schedule reschedule book arrange
organize organise check double-check confirm review revise update create investigate fix test configure order sign
announce circulate deliver submit upload invite introduce connect contact notify inform escalate apply process
finalize finalise complete finish collect gather compile provide coordinate research evaluate assess analyze
analyse compare verify validate document record deploy install migrate implement build design adjust correct change
remove cancel extend renew pay invoice refund credit approve ensure name nominate assign appoint hire train onboard
publish print negotiate translate transcribe archive delete restore import export integrate transfer register enable
disable activate unlock grant clarify request purchase buy align measure monitor estimate calculate propose
quote outline sketch summarize summarise list develop rework refine merge reply respond answer post ask call phone
ring text ping chase remind tell sync ship print clean recheck rerun reset rotate secure define specify identify
resolve repair replace reserve prioritize prioritise map copy attach include produce generate set run raise file
hand plan demo interview recruit survey benchmark audit brief consult liaise rename close issue convert reduce
increase lower drop move add handle own grab upgrade troubleshoot debug polish proofread reconcile backfill
"""
ACTIONS = word_set(_ACTIONS)
"""Verbs that name a piece of work by themselves, in the infinitive."""

# Phrases that name work, though their verb alone does not.
_WORK_PHRASES = re.compile(
    r"(?:(?:get|come|circle|go|report) back (?:to|with|by|on|tomorrow|today|next)|get back\b|follow(?:ing)? up|"
    r"look (?:into|for|up|at|(?:it|that|this|them|the [\w' -]{1,30}) up)|"
    r"find (?:(?:you|us|me|him|her|them) )?(?:out|the|a|an|someone|somebody)"
    r"|put (?:together|the|a|an|you|in|our|your|my|(?:it|that|this|them) (?:online|up|in|into|on|together|back"
    r"|out|over))|"
    r"take (?:care|a (?:closer )?look|over|ownership|on (?:the|that|this)|the (?:action|task|lead|minutes|notes))|"
    r"have a (?:look|word|chat)|make (?:sure|an?|the|those|these|all)|let \w+ (?:\w+ )?know|reach out|sort (?:out|the)|"
    r"discuss (?:[\w'-]+ ){1,8}with |come up with|think (?:about|of|through)|work (?:on|out|with)|(?:talk"
    r"|speak) (?:to|with) (?!you|me|us)|loop "
    r"|line up|set up|write up|draw up|fill (?:in|out)|"
    r"give \w+ (?:access|a (?:call|ring|hand)|an update|feedback|notice)|bring (?:the|a|an|my|our|your"
    r"|some|\w+ (?:in|along))|"
    r"(?:get|have|got) (?:the|a|an|our|your|my|this|that|these|those|all|it|them|[\w-]+ (?:to|from)) [\w'-]+|"
    r"do (?:the|a|an|some|my|our|your)|pass (?:it |that |this |them |the |\w+ )?(?:on|along)|keep (?:an eye)|pick up|"
    r"take \w+ (?:with|up with|to)|start (?:the|a|an|drafting|preparing|working|writing)|open (?:a|an"
    r"|the) (?:ticket|case|account))",
    re.IGNORECASE,
)
# Phrases that steer the conversation, are done by the time they are said, or name nothing that can be done.
_TALK_PHRASES = re.compile(
    r"(?:share (?:my|the|a) screen|give (?:you|us) (?:an? )?(?:example|idea|overview|moment|minute|second|sense)|"
    r"call (?:it|that|this)\b|close (?:by|with|my|the (?:door|meeting|window))|run (?:you )?(?:through|out|into|late)|"
    r"move on|get (?:there|it|to|used|into|back to (?:that|this|it|the (?:question|topic|point|agenda)))"
    r"|drop (?:off|out)|"
    r"come back to (?:that|this|it)|go back to|add (?:that|to that|one|something|a (?:quick )?(?:point"
    r"|comment|word|note))|"
    r"(?:ask|tell|remind|answer|give) (?:you|us|me|that|this|everybody|everyone|a|the|one|your|another)\b"
    r"|present (?:now|first|it|this)|"
    r"have to\b|have (?:a|an|the|no|some|my) (?:\w+ )?(?:question|point|problem|meeting|call|idea|feeling"
    r"|break|hard stop|doubt)|"
    r"make (?:a|an|the|one|another|this|it) (?:\w+ )?(?:point|comment|remark|exception|decision"
    r"|difference|case|note|mistake)|"
    r"list (?:them|those|a few)|summari[sz]e (?:quickly|briefly|now)?$|outline (?:quickly|briefly)"
    r"|record (?:this|the) (?:call|meeting)|"
    r"start (?:with|by|off|us)|look (?:at (?:it|that|this)|forward)|do (?:the|my|a) (?:\w+ )?(?:same|best"
    r"|lot|presentation|talk|notes)|"
    r"put (?:you|us|me) (?:on hold|through)|set (?:the (?:scene|stage)|aside)|discuss (?:that|this|it)"
    r"|include (?:that|you)\b|"
    r"let (?:you|me) (?:go|finish|speak|talk|start)|take (?:that|this|it) (?:as|from)|bring (?:that|this|it) up|"
    r"find (?:it|that|this|the) (?:hard|difficult|easy|strange|interesting)|move (?:over|to the next)|include you)",
    re.IGNORECASE,
)
_CHECKING_VERBS = word_set("check see ask confirm verify test clarify find look investigate know double-check tell")
# With a time, a phrase with one of these verbs is work, even one that usually steers the conversation.
_TELLING_VERBS = word_set("ask tell remind present answer")
# With these verbs the object says what the work is.
_LIGHT_VERBS = word_set("take do make get give keep")
# "I'll be there by Friday" and "I'll see you on Monday" leave nothing to do.
_NO_WORK = word_set(
    "be see have know need want think like say admit guess hope believe mean love hate wait miss stay"
    " live feel remember"
    " forget meet talk speak chat join leave come go try not never no always appreciate respect prefer accept"
    " understand agree assume expect bet argue keep turn sit stand wonder get take let give do make"
    " you me us him her them it that this the a an my your our their his and or so to by on in at for"
    " of with as i we he she they"
)


def is_work(phrase: str, *, has_time: bool) -> bool:
    """Return whether a phrase that begins with a verb names work for later; with a time, more verbs count."""
    verb = phrase.split(maxsplit=1)[0].lower() if phrase.strip() else ""
    if _WORK_PHRASES.match(phrase) or verb in ACTIONS:
        return not _TALK_PHRASES.match(phrase) or (has_time and verb in _TELLING_VERBS)
    return has_time and verb.isalpha() and verb not in _NO_WORK


def is_handed_out(phrase: str) -> bool:
    """Return whether a phrase names work where somebody is asked to do it, as "take the guide" does."""
    verb, _, rest = phrase.partition(" ")
    return verb.lower() in _LIGHT_VERBS and rest.count(" ") > 0 and not _TALK_PHRASES.match(phrase)


def is_check(phrase: str) -> bool:
    """Return whether "if" after the verb of a phrase means "whether", as in "check if it works"."""
    return bool(phrase) and phrase.split(maxsplit=1)[0].lower() in _CHECKING_VERBS


# Participles that the rule of `_participle` does not form, with their infinitives.
_IRREGULAR = {
    "sent": "send", "written": "write", "built": "build", "paid": "pay", "bought": "buy", "made": "make",
    "done": "do", "set up": "set up", "set": "set", "put together": "put together", "drawn up": "draw up",
    "run": "run", "given": "give", "brought": "bring", "told": "tell", "rewritten": "rewrite", "shipped": "ship",
    "planned": "plan", "dropped": "drop", "mapped": "map", "submitted": "submit", "referred": "refer",
}  # fmt: skip


def _participle(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if re.search(r"[^aeiou]y$", verb) else verb + "ed"


PARTICIPLES = {_participle(verb): verb for verb in ACTIONS} | _IRREGULAR
"""The infinitive of each past participle: "review" for "reviewed"."""


def _gerund(verb: str) -> str:
    return (verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb) + "ing"


_GERUNDS = {_gerund(verb): verb for verb in ACTIONS} | {
    "setting": "set", "getting": "get", "putting": "put", "running": "run", "looking": "look", "following": "follow",
    "taking": "take", "making": "make", "having": "have", "giving": "give", "talking": "talk", "finding": "find",
    "letting": "let", "planning": "plan", "mapping": "map", "submitting": "submit", "reaching": "reach",
}  # fmt: skip


def _third_person(verb: str) -> str:
    if re.search(r"[^aeiou]y$", verb):
        return verb[:-1] + "ies"
    return verb + ("es" if re.search(r"(?:s|x|z|ch|sh|o)$", verb) else "s")


_OTHER_VERBS = "take make do put look follow give bring find talk pick work fill go get let keep speak start grab own"
THIRD_PERSONS = {_third_person(verb): verb for verb in ACTIONS | word_set(_OTHER_VERBS)}
"""The infinitive of each third person: "send" for "sends"."""


def infinitive(verb: str) -> str:
    """Return the infinitive of a gerund or a third person, "send" for "sending" or "sends"; other words unchanged."""
    form = verb.lower()
    return _GERUNDS.get(form) or THIRD_PERSONS.get(form, verb)


FAVOURS = word_set(
    "send share forward email mail resend prepare draft schedule book arrange organize check confirm review circulate"
    " upload invite introduce investigate find look ask call notify provide get give let put make take"
    " follow reach sign"
    " clarify name estimate quote outline summarize compile collect set fix double-check update add write announce"
    " handle own"
)
"""Verbs with which "can you …?" is a request; with other verbs it asks whether something is possible."""

DELIVERIES = FAVOURS - word_set("find look get give let put make take reach name estimate outline add quote handle own")
"""Verbs with which "we'll …" promises work after the meeting; with others it may concern the next minutes."""
