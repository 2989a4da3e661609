"""Summary templates: files that say which sections an analysis shows, in which order, under which headings."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.models.analysis import MeetingInsights, Section
from meetkit.models.base import Line, Many, Value, parse, unknown_names

__all__ = ["DEFAULT", "SummaryTemplate", "TemplateSection", "named_template", "read_template", "template_names"]

_FOLDER = Path(__file__).parent
MAX_LENGTH = 100_000
_ADVICE = 'a template is TOML: lines such as decisions = "Agreed" below the line [sections]'
# Of a default section; a template may give others.
_HEADINGS = {
    "summary": "Summary",
    "action_items": "To do",
    "decisions": "Decisions",
    "questions": "Questions",
    "follow_ups": "Next steps",
    "sentiment": "Mood",
    "statistics": "Talk time",
    "topics": "Topics",
    "trackers": "Keywords",
}


class TemplateSection(Value):
    """A section to show. `name` is that of `MeetingInsights`; the `heading` is `None` for the usual one."""

    name: Line
    heading: Line | None = None

    @property
    def title(self) -> str:
        """The heading, by default the usual one."""
        return self.heading or _HEADINGS[self.name]


class SummaryTemplate(Value):
    """The sections to show, in order; the others are left out."""

    sections: Many[TemplateSection]


# Constructed without the validator, which would be built at import.
DEFAULT: Final = SummaryTemplate.model_construct(
    sections=tuple(TemplateSection.model_construct(name=name, heading=None) for name in _HEADINGS)
)


def template_names() -> tuple[str, ...]:
    """Return the names of the templates that meetkit brings."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))


@cache
def named_template(name: str) -> SummaryTemplate:
    """Return a template that meetkit brings.

    Raises:
        InvalidRequestError: it brings none of that name.
    """
    if name not in template_names():
        raise InvalidRequestError(f"template: {brief_repr(name)} is not one of {', '.join(template_names())}")
    return read_template((_FOLDER / f"{name}.toml").read_text("utf-8"))


def read_template(text: str | bytes) -> SummaryTemplate:
    """Read a template: TOML with the table `sections`, from the name of a section to its heading.

    The order is that of the file. An empty heading is the usual one.

    Raises:
        InvalidRequestError: it is no such file, or names an unknown section.
    """
    sections = _load(text).get("sections")
    if not isinstance(sections, dict) or not sections:
        raise InvalidRequestError(f"template: it has no sections; {_ADVICE}")
    if unknown := sections.keys() - _HEADINGS.keys():
        raise InvalidRequestError(f"template: {unknown_names(unknown, _HEADINGS, 'section')}")
    for name, heading in sections.items():
        if not isinstance(heading, str):
            raise InvalidRequestError(f"template: the heading of {name} is {brief_repr(heading)}, not a text in quotes")
    fields = [{"name": name, "heading": heading.strip() or None} for name, heading in sections.items()]
    return parse(SummaryTemplate, {"sections": fields})


def sections_of(insights: MeetingInsights, template: SummaryTemplate) -> list[tuple[TemplateSection, Section]]:
    """Return the sections that a template shows, each with its findings."""
    return [(section, getattr(insights, section.name)) for section in template.sections]


def _load(text: str | bytes) -> dict[str, object]:
    if len(text) > MAX_LENGTH:
        raise InvalidRequestError(f"template: it has more than {MAX_LENGTH:,} characters, the limit")
    try:
        content = tomllib.loads(text if isinstance(text, str) else text.decode("utf-8-sig"))
    # A deep nesting of brackets exceeds the stack of the parser.
    except (ValueError, RecursionError) as error:
        reason = brief_repr(str(error)) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        raise InvalidRequestError(f"template: {reason}; {_ADVICE}") from error
    if unknown := content.keys() - {"sections"}:
        raise InvalidRequestError(f"template: {unknown_names(unknown, ['sections'], 'table')}; {_ADVICE}")
    return content
