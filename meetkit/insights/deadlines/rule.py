"""A rule of temporal expressions: a pattern for a form of words, and the day that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from meetkit.insights.deadlines.named_days import Day
from meetkit.insights.deadlines.vocabulary import PART, TIME

_TAIL = rf"(?:,? {PART})?(?:,? (?:at the )?(?:very )?latest)?"


@dataclass(frozen=True, eq=False)
class Rule:
    """A form of words in lower case and the day that it names.

    `lead` and `core` are regular expressions; `day` reads the named groups of `core`. A time of day may stand between
    them and after. `single` marks a form that names one day and no span, so that "before" it means the day before.
    """

    lead: str
    core: str
    day: Day
    single: bool

    @property
    def beginning(self) -> str:
        """The expression of the lead, and of a time between it and the core."""
        return rf"{self.lead}(?:{TIME},? (?:on )?{'|(?:the )?end of ' if self.single else ''})?"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The whole expression, compiled when first used: all of them together take a tenth of a second."""
        return re.compile(with_spaces(rf"{self.beginning}{self.core}{_TAIL}"))


def rule(lead: str, core: str, day: Day, *, single: bool = False) -> Rule:
    """Return a rule."""
    return Rule(lead, core, day, single)


def any_of(rules: Iterable[Rule]) -> str:
    """Return the expression of all rules, without named groups; neighbours with the same lead share it."""
    runs = (
        rf"{beginning}(?:{'|'.join(rule.core for rule in run)})"
        for beginning, run in groupby(rules, key=lambda rule: rule.beginning)
    )
    # A named group may occur only once where expressions are joined.
    return re.sub(r"\(\?P<\w+>", "(?:", with_spaces(rf"(?:{'|'.join(runs)}){_TAIL}"))


def with_spaces(expression: str) -> str:
    """Return an expression in which each space matches one to nine white-space characters."""
    # Bounded, as an unbounded run would be tried from each of its characters: quadratic in a text of spaces.
    return expression.replace(" ?", r"\s{0,3}").replace(" ", r"\s{1,9}")
