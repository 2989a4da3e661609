"""Stop words: words of grammar, politeness and dates, which carry no content."""

from __future__ import annotations

from meetkit.insights.language.word_lists import COMMON, HESITATIONS, MONTHS, WEEKDAYS, word_set

_SUBJECTS = "i you he she it we they that there this who what where how when why here"
# Joined to each of the subjects: "that's", "who'll".
_CONTRACTIONS = "'s 'm 're 've 'd 'll"
_AUXILIARIES = "is are was were do does did has have had can could would should must might need"
_NEGATIONS = "ain't won't can't cannot shan't " + " ".join(f"{verb}n't" for verb in _AUXILIARIES.split())

PERSONS = word_set(
    "i i'm i'll i'd i've me my mine myself you you're you'll you'd you've your yours yourself yourselves"
)
"""First- and second-person pronouns: the speaker and the person addressed."""

POINTERS = word_set(
    "it it's its itself this that that's these those they they're they'll they'd they've them their theirs "
    "themselves he he's he'll he'd him his himself she she's she'll she'd her hers herself here there there's "
    "ones such same"
)
"""Deictic and anaphoric words, which refer to something said or seen elsewhere."""

CONNECTIVES = word_set(
    "and but or so because cause then which that than well if when like as or with where also plus though"
)
"""Words that connect a sentence to the one before it."""

FILLERS = HESITATIONS | word_set(
    "uhm mm mmm hm huh kay ah eh oh ooh wow yeah yep yup yes nope okay ok mhm aha right sure alright"
)
"""Sounds and words by which speakers hold or yield the floor."""

COURTESIES = word_set(
    "thank thanks sorry welcome hello hi hey bye goodbye morning afternoon evening cheers congratulations "
    "pleasure apologies apologize"
)
"""Words of greeting, thanks and farewell."""

CALENDAR_WORDS = word_set(
    "mondays tuesdays wednesdays thursdays fridays today tomorrow yesterday tonight "
    "day days week weeks month months year years quarter quarters "
    "hour hours minute minutes second seconds spring summer autumn fall winter weekend weekends time times "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty "
    "seventy eighty ninety hundred hundreds thousand thousands million millions percent dollar dollars euro euros"
).union(WEEKDAYS, MONTHS)
"""Words of dates, durations, numbers and amounts: they matter, but they are never the topic."""

FRAME_WORDS = word_set(
    "meeting project discuss discussion discussed decide decided decision agree agreed plan goal issue concern propose "
    "proposed proposal purpose group team"
)
"""Stems by which speakers state the purpose and the outcome of a meeting."""

PLAIN_ADJECTIVES = word_set(
    "new old young big bigger small smaller large larger high higher low lower long longer short shorter fast faster "
    "slow slower early earlier late later recent current previous former final initial next last same different "
    "similar special general specific certain particular common usual normal regular single double whole full empty "
    "main major minor real true false actual possible impossible available able ready free open closed easy easier "
    "hard harder difficult simple better best bad worse worst wrong right important additional extra further fewer "
    "various separate automatic happy interested interesting front left top bottom upper"
)
"""Adjectives that go with any noun and name no topic by themselves."""

FUNCTION_WORDS = (
    COURTESIES
    | COMMON
    | PERSONS
    | POINTERS
    | CONNECTIVES
    | FILLERS
    | frozenset(subject + ending for subject in _SUBJECTS.split() for ending in _CONTRACTIONS.split())
    | word_set(
        f"""
        any no not none each every either neither both most more less least few many much lot lots bit little enough
        several other others another own one two three four five six seven eight nine ten first second third ours
        ourselves who whom whose which what whatever how why when where whether while am be been being is are was were
        do does did done doing has have had having can could may might must shall should will would ought let let's go
        going goes gone went gonna gon na wanna gotta get gets getting got gotten into onto out off up down over under
        through across about above below between after before since until till during without within against along
        around behind beside beyond near per via too very quite rather just only even still yet already again ever
        never always often maybe perhaps really actually basically anyway anyhow almost also else instead now soon
        once away back together something anything everything nothing someone anyone everyone somebody anybody
        everybody nobody thing things stuff way kind sort guy guys know mean think guess suppose feel seem seems say
        says said saying tell told see look looking like want wants wanted need needs needed come comes came coming
        make makes made making take takes took taking put use used try give gives gave keep sure good great nice fine
        well pretty probably course exactly absolutely definitely obviously certainly hopefully honestly cuz cos th wh
        ok s t d m re ve ll twice times term terms idea ideas point points {_AUXILIARIES} {_NEGATIONS}
        """
    )
)
"""Words that do not distinguish one conversation from another, in lower case, with straight apostrophes."""
