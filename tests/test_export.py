"""Analyses as Markdown and for Obsidian: the words are there, and no name or quote becomes markup."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs would be one more dependency
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from meetkit.errors import InvalidRequestError
from meetkit.insights.export import render_markdown, render_obsidian
from meetkit.insights.export.escaping import markdown_text, note_name, tag, yaml_text
from meetkit.insights.templates import MAX_LENGTH, named_template, read_template, template_names
from meetkit.meetings.routes.queries import MarkdownQuery
from tests.analyses import HOSTILE_NAMES, everything, example

PARSER = MarkdownIt("commonmark").enable("table").enable("strikethrough")
HOSTILE_WORDS = (
    *HOSTILE_NAMES,
    "# Heading",
    "- [ ] other task 📅 2020-01-01",
    "1. one",
    "1) one",
    "+ one",
    "=== ",
    "---",
    "| cell | cell |",
    "**bold** _it_ ~~no~~ `code` ```",
    "[link](https://example.org) ![[embed]] [[note|other]] [^1] ^block #tag",
    "&lt;b&gt; &#60; &amp;",
    "a\n\n# b\r\n> c\u2028d\x85e\x0b",
    "%%hidden%% ==marked== due:: 2020-01-01 $x$",
    "\\",
    "\\[x]",
    "> quote",
    "    code",
    "\u202eabc",
)
# The words of an analysis, and nothing that makes more of them.
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


def structure(text: str) -> list[str]:
    """Return the kinds of blocks and of inline markup, in order."""
    tokens = PARSER.parse(text)
    inline = [child.type for token in tokens for child in token.children or () if child.type != "text"]
    return [token.type for token in tokens] + inline


def shown(text: str) -> str:
    """Return the words of one line as Markdown shows them."""
    return "".join(child.content for token in PARSER.parse(text) for child in token.children or ())


class TestMarkdown:
    def test_has_each_section_with_its_findings(self) -> None:
        text = render_markdown(
            everything(example()), title="Call", date=dt.date(2025, 11, 4), people=("Sarah Chen", "Daniel Osei")
        )

        for line in (
            "# Call",
            "2025-11-04 · Sarah Chen, Daniel Osei",
            "## To do",
            "- [ ] Send the report (Sarah Chen, by Friday = 2025-11-07)",
            "- [x] Ask legal (nobody yet)",
            "- Take 50 seats",
            "- Jennifer Liu: What does it cost? (open)",
            "- Daniel Osei: Can somebody ask legal? (answered)",
            "- The meeting sounded mixed.",
            "| Sarah Chen | 50 % | 12 |",
            "- money: “the price.”",
            "*failed: the model refused the call*",
            "*2 left out, as the transcript does not support them*",
        ):
            assert line in text.splitlines()

    def test_says_why_where_it_is_asked(self) -> None:
        insights = everything(example())

        assert "  - due: “by Friday” (Sarah Chen, turn 1)" in render_markdown(insights, why=True)
        assert "turn 1" not in render_markdown(insights)
        sure = tuple(item.model_copy(update={"confidence": 0.875}) for item in insights.action_items.items)
        section = insights.action_items.model_copy(update={"items": sure})
        scored = insights.model_copy(update={"action_items": section})
        assert render_markdown(scored, why=True).count("  - confidence 88 %") == 2

    @pytest.mark.parametrize("words", HOSTILE_WORDS)
    @pytest.mark.parametrize("render", [render_markdown, render_obsidian])
    def test_words_stay_words(self, render: object, words: str) -> None:
        """With them as names, titles, tasks and quotes, a page has the same blocks as with plain ones."""
        assert callable(render)
        calm, hostile = (self._page(render, text) for text in ("Ann", words.strip()))

        assert structure(hostile) == structure(calm)

    @staticmethod
    def _page(render: object, words: str) -> str:
        assert callable(render)
        name = " ".join(words.split())
        insights = everything(example((name, "B", "C")))
        items = tuple(item.model_copy(update={"task": words}) for item in insights.action_items.items)
        section = insights.action_items.model_copy(update={"items": items})
        insights = insights.model_copy(update={"action_items": section})
        page = render(insights, title=name, people=(name,), why=True)
        assert isinstance(page, str)
        # A name that no note can have is no link of a note; CommonMark knows neither.
        return page.rpartition("\n---\n")[2].replace("[[", "").replace("]]", "")

    @given(_TEXT)
    def test_text_is_shown_as_it_is(self, text: str) -> None:
        line = f"- x {markdown_text(text)}"

        assert structure(line) == structure("- x")
        assert shown(line).split() == ["x", *markdown_text_without_escapes(text).split()]


def markdown_text_without_escapes(text: str) -> str:
    """Return the text on one line, without control characters and signs of direction."""
    return "".join(" " if shown_as_space(char) else char for char in text)


def shown_as_space(char: str) -> bool:
    return (
        char <= "\x1f"
        or "\x7f" <= char <= "\x9f"
        or char in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


class TestObsidian:
    def test_has_properties_links_and_tasks(self) -> None:
        note = render_obsidian(
            everything(example()), title="Call", date=dt.date(2025, 11, 4), people=("Sarah Chen", "Jennifer Liu")
        )
        front_matter = yaml.safe_load(note.split("---\n")[1])

        assert front_matter == {
            "title": "Call",
            "date": dt.date(2025, 11, 4),
            "people": ["[[Sarah Chen]]", "[[Jennifer Liu]]"],
            "tags": ["meeting", "money"],
        }
        assert "- [ ] Send the report ([[Sarah Chen]], by Friday) ⏫ 📅 2025-11-07" in note.splitlines()
        assert "- [x] Ask legal (nobody yet)" in note.splitlines()

    @given(_TEXT)
    def test_properties_are_yaml(self, text: str) -> None:
        assert yaml.safe_load(f"title: {yaml_text(text)}\n") == {"title": text}

    @pytest.mark.parametrize("words", HOSTILE_WORDS)
    def test_properties_stay_what_they_are(self, words: str) -> None:
        name = " ".join(words.split())
        note = render_obsidian(everything(example()), title=name, people=(name, "Ann"))
        front_matter = yaml.safe_load(note.split("\n---\n")[0])

        assert front_matter.keys() == {"title", "people", "tags"}
        assert front_matter["title"] == name
        assert front_matter["people"][-1] == "[[Ann]]"
        assert not set("[]#^|") & set(note_name(words))

    @pytest.mark.parametrize(
        ("tracker", "slug"),
        [("List price", "list-price"), ("#pricing", "pricing"), ("2025", None), ("!!", None), ("Über uns", "über-uns")],
    )
    def test_a_tracker_becomes_a_tag(self, tracker: str, slug: str | None) -> None:
        assert tag(tracker) == slug


class TestTemplates:
    def test_give_the_sections_their_order_and_headings(self) -> None:
        template = read_template('[sections]\ndecisions = "Agreed *now*"\naction_items = ""\n')
        headings = [
            line for line in render_markdown(everything(example()), template=template).splitlines() if "## " in line
        ]

        assert headings == [r"## Agreed \*now\*", "## To do"]

    def test_meetkit_brings_some(self) -> None:
        assert template_names() == ("minutes", "sales", "standup")
        assert all(named_template(name).sections for name in template_names())
        assert all(MarkdownQuery.model_validate({"template": name}) for name in template_names())

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("", "it has no sections"),
            ("[sections]\n", "it has no sections"),
            ("sections = 3", "it has no sections"),
            ('[sections]\nactions = "x"', "unknown section 'actions' (did you mean 'action_items'?)"),
            ('[sections]\ndecisions = "a"\ndecisions = "b"', "Cannot overwrite a value"),
            ("[sections]\ndecisions = 3", "the heading of decisions is 3, not a text in quotes"),
            ("[sections]\ndecisions = Agreed", "Invalid value"),
            ('[sections]\ndecisions = "a\\nb"', "sections.0.heading"),
            ('[section]\ndecisions = "a"', "unknown table 'section' (did you mean 'sections'?)"),
            (b"\xff\xfe[\0s", "a template is TOML"),
            ("a = " + "[" * 90_000, "a template is TOML"),
            ("#" * (MAX_LENGTH + 1), "more than 100,000 characters"),
        ],
    )
    def test_that_are_wrong_are_one_clear_error(self, text: str | bytes, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=r"^(template: |sections)") as error:
            read_template(text)

        assert why in str(error.value)
        assert "\n" not in str(error.value)

    def test_an_unknown_name_is_told_the_names(self) -> None:
        with pytest.raises(InvalidRequestError, match="'mine' is not one of minutes, sales, standup"):
            named_template("mine")
