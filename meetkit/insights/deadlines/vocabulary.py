"""The parts of the patterns of temporal expressions: weekdays, months, units, occasions, prepositions.

Each space stands for white space. A named group occurs once in a rule.
"""

from __future__ import annotations

from meetkit.insights.deadlines.numerals import CARDINAL, LATE_ORDINAL, ORDINAL

_WEEKDAY_NAMES = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues?|wed|thu(?:rs?)?|fri)\b\.?"
WEEKDAY = rf"(?P<weekday>{_WEEKDAY_NAMES})"
LAST_WEEKDAY = rf"(?P<last>{_WEEKDAY_NAMES})"
_MONTH_NAMES = (
    r"january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
)
MONTH = rf"(?P<month>{_MONTH_NAMES})"
LAST_MONTH = rf"(?P<last>{_MONTH_NAMES})"
# The ordinal is required, as in "the 14th": a bare number may be anything.
_DIGITS_NTH = r"(?:[12]?\d|3[01])(?:st|nd|rd|th)"
NTH = rf"(?P<day>{_DIGITS_NTH}\b)"
FIRST_NTH = rf"(?P<first>{_DIGITS_NTH}\b)"
# In words from "fifth" on, as "on the second" may be anything, and at the end of a clause.
NTH_IN_WORDS = rf"(?P<day>{LATE_ORDINAL})\b(?= ?(?:[.,;:!?)]|\Z)| (?:at|if|or|and|so|because|please|with|to)\b)"
NTH_OF = rf"(?P<day>{_DIGITS_NTH}|{ORDINAL})\b"
# No colon or percent sign may follow, as the number would be a time or a share.
_DIGITS_DAY = r"(?:[012]?\d|3[01])(?:st|nd|rd|th)?(?![\d:%])"
MONTH_DAY = rf"(?P<day>{_DIGITS_DAY})"
# Before a month, "first" and "second" are days only with an article: "we may second that".
DAY_AFTER_MONTH = rf"(?P<day>(?:the )?(?:{_DIGITS_DAY}|{LATE_ORDINAL}\b)|the {ORDINAL}\b)"
FIRST_DAY = r"(?P<first>[012]?\d|3[01])(?:st|nd|rd|th)?"
YEAR = r"(?:,? (?P<year>\d{4})(?!\d))?"
SPAN = r"(?P<span>week|month|quarter|year)"
_VAGUE = r"(?:a |the next |the coming )?(?:few|several|couple of)|several"
# A dash joins digits only: "twenty-one" is no range.
_LEAST = rf"(?P<least>\d{{1,4}}(?= ?[-\u2013])|{CARDINAL}(?= (?:to|or) ))(?: to | or | ?[-\u2013] ?)"
COUNT = rf"(?:the (?:next |coming ))?(?:{_LEAST})?(?:the (?:next |coming ))?(?P<count>{CARDINAL}|{_VAGUE})"
UNIT = r"(?P<unit>(?:(?:business|working) )?day|week|month|quarter|year|hour|minute|fortnight)s?\b"
# Occasions that deadlines are set by; they name no day.
OCCASION = (
    r"(?:meeting|call|review|session|demo|workshop|conference|launch|go-live|kick-?off|board|renewal|audit|release"
    r"|deadline|check-in|presentation|sync|stand-?up|summit|holidays?|vacation|event|visit|pilot|off-?site|committee"
    r"|retro(?:spective)?|planning|interview|webinar|training|town hall|all-hands|one-on-one|hearing|appointment"
    r"|phase \w{1,9})(?: (?:meeting|call|review|session))?"
)
TIME = (
    r"(?:(?:[01]?\d|2[0-3])(?::[0-5]\d)? ?(?:am|pm|a\.m\.|p\.m\.|o'clock)|(?:[01]?\d|2[0-3]):[0-5]\d|noon|midday"
    r"|midnight|lunch(?:time)?|eod|eob|cob|(?:close|end) of (?:business|play)"
    r"|(?:the )?end of (?:(?:the )?(?:(?:business|working) )?day|business)|first thing)"
)
PART = rf"(?:(?:(?:at|by|before) )?{TIME}|(?:in the )?(?:morning|afternoon|evening)|night|first thing)"
ON = (
    r"(?:(?:(?:no|not) later than|on or before|by|before|prior to|ahead of|in time for|until|till|due|on)"
    r" (?:the latest )?)"
)
MAYBE_ON = rf"(?:(?:{ON}|at ))?"
IN = r"(?:in|within|over|during) "
MAYBE_ON_IN = rf"(?:{ON}|at |{IN}|towards? )?"
# Required before an occasion: "before the launch" is a deadline, "before launch" may be anything.
DETERMINERS = r"(?:(?:the|our|your|my|this|next|that|their) ){1,2}"
WHICH_SPAN = r"(?P<which>(?:the )?(?:next|coming) |this |the |our )?"
WHICH_DAY = r"(?P<which>(?:(?:this|the) )?(?:coming|upcoming) |this |next |the )?"
END = r"(?:the )?(?:(?:very )?(?:end|close)|last day) of "
PART_OF_YEAR = (
    r"(?:q(?P<quarter>[1-4])|h(?P<half>[12])|(?P<ordinal>first|second|third|fourth) (?P<part>quarter|half))\b(?!-)"
    r"(?!(?:,? of) (?!the year\b|this year\b|\d{4}\b))(?:,? (?:of )?(?:(?:the|this) year|(?P<year>\d{4})(?!\d)))?"
)
HOLIDAY = (
    r"(?P<holiday>christmas eve|christmas|boxing day|new year['\u2019]?s eve|new year['\u2019]?s day|new year"
    r"|valentine['\u2019]?s day|st\.? patrick['\u2019]?s day|halloween|good friday|easter monday|easter sunday|easter"
    r"|thanksgiving|black friday|cyber monday)"
)
