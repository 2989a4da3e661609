"""The report: one file that shows every finding, and leads from it to the words that support it and back."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.errors import InvalidRequestError
from meetkit.insights.findings import Finding, list_findings
from meetkit.insights.report import IndexEntry, render_index, render_report
from meetkit.insights.report.highlights import Span, quote_id, split_turn
from meetkit.insights.templates import read_template
from meetkit.models.analysis import Decision, MeetingInsights
from meetkit.models.transcripts import Turn
from tests.analyses import HOSTILE_NAMES, conversation, everything, evidence, example, nothing


class Page(HTMLParser):
    """A parsed page: its elements, anchors and links, and the words of each mark."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.marked_words: dict[str, str] = {}
        self._marks: list[list[str]] = []
        self._within: list[str] = []
        self.feed(html)

    @property
    def ids(self) -> list[str | None]:
        return [value for name, value in self.attributes if name == "id"]

    @property
    def links(self) -> list[str]:
        return [value for name, value in self.attributes if name == "href" and value]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += attrs
        self._within.append(tag)
        if tag == "mark":
            # A mark without an id is what is left of the quotes that its class names.
            self._marks.append([value for _, value in attrs if value])

    def handle_endtag(self, tag: str) -> None:
        while self._within and self._within.pop() != tag:
            pass
        if tag == "mark":
            self._marks.pop()

    def handle_data(self, data: str) -> None:
        if self._within and self._within[-1] != "a":
            for name in {name for names in self._marks for name in names}:
                self.marked_words[name] = self.marked_words.get(name, "") + data


class TestLinks:
    def test_lead_from_every_finding_to_its_words_and_back(self) -> None:
        transcript = example()
        insights = everything(transcript)
        page = Page(render_report(transcript, insights))

        assert len(page.ids) == len(set(page.ids))
        assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
        for part in list_findings(insights).values():
            for finding in part:
                assert f"#{finding.id}" in page.links
                for quote in finding.evidence:
                    name = quote_id((quote.start, quote.end))
                    assert f"#{name}" in page.links
                    assert page.marked_words[name] == quote.quote

    def test_words_in_any_script_are_marked_to_the_letter(self) -> None:
        transcript = conversation(("عمر", "👩‍👩‍👧 مرحبا 𝔘𝔫𝔦 e\u0301a"), ("Li", "好的。明天。"))
        quotes = tuple(evidence(transcript, words) for words in ("مرحبا", "𝔘𝔫𝔦 e\u0301", "明天。"))
        insights = with_decision(nothing(transcript), quotes)

        marked_words = Page(render_report(transcript, insights)).marked_words
        assert list(marked_words.values()) == ["مرحبا", "𝔘𝔫𝔦 e\u0301", "明天。"]

    def test_evidence_outside_what_was_said_leads_to_its_turn(self) -> None:
        """An example is a speaker's name, which stands before the words."""
        transcript = conversation(("Ann", "I will."))
        name = evidence(transcript, "I will.").model_copy(update={"quote": "Ann", "start": 0, "end": 3})

        page = Page(render_report(transcript, with_decision(nothing(transcript), (name,))))

        assert "#t0" in page.links
        assert not page.marked_words


def with_decision(insights: MeetingInsights, quotes: tuple[object, ...]) -> MeetingInsights:
    decision = Decision.model_validate({"text": "So it is", "evidence": quotes})
    decisions = insights.decisions.model_copy(update={"items": (decision,)})
    return insights.model_copy(update={"decisions": decisions})


def _findings(number: int) -> list[Finding]:
    value = Decision(text="x", evidence=(evidence(conversation(("A", "x")), "x"),))
    return [Finding(f"D{index}", "Decision", "x", (), value) for index in range(number)]


TURN = Turn(index=0, speaker="A", text="abcdefghijklmnopqrst", start=5, end=25)
SPANS = st.tuples(st.integers(5, 25), st.integers(5, 25)).filter(lambda span: span[0] < span[1])
QUOTES = st.dictionaries(SPANS, st.lists(st.sampled_from(_findings(3)), min_size=1, max_size=3), max_size=8)


class TestCut:
    @given(QUOTES)
    def test_every_quote_is_marked_whole_whatever_overlaps_it(self, quotes: dict[Span, list[Finding]]) -> None:
        lengths: Counter[str] = Counter()
        anchors, words, depth = [], "", []
        for fragment in split_turn(TURN, quotes):
            depth += [str(mark.id or mark.continuation_of) for mark in fragment.opens]
            anchors += [mark.id for mark in fragment.opens if mark.id]
            for name in depth:
                lengths[name] += len(fragment.text)
            words += fragment.text
            del depth[len(depth) - fragment.closes :]

        assert words == TURN.text
        assert depth == []
        assert sorted(anchors) == sorted(map(quote_id, quotes))
        assert lengths == {quote_id(span): span[1] - span[0] for span in quotes}

    @given(QUOTES)
    def test_a_finding_is_told_of_once_where_its_quotes_overlap(self, quotes: dict[Span, list[Finding]]) -> None:
        tag_counts = Counter(finding.id for fragment in split_turn(TURN, quotes) for finding in fragment.findings)

        for name in {finding.id for quoted_findings in quotes.values() for finding in quoted_findings}:
            spans = [
                span for span, quoted_findings in quotes.items() if name in {finding.id for finding in quoted_findings}
            ]
            assert tag_counts[name] == len(list(_merge_spans(spans)))


def _merge_spans(spans: list[Span]) -> Iterator[Span]:
    """Yield the spans, with those that share a letter joined."""
    letters = {letter for start, end in spans for letter in range(start, end)}
    joints = {joint for start, end in spans for joint in range(start, end - 1)}
    yield from ((letter, letter) for letter in letters if letter not in joints)


class TestSafety:
    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_names_and_titles_stay_words(self, name: str) -> None:
        transcript = example((name, "B", "C"))
        calm = Page(render_report(example(("A", "B", "C")), everything(example(("A", "B", "C"))), title="A"))
        page = Page(render_report(transcript, everything(transcript), title=name))

        assert page.elements == calm.elements
        assert not any(attribute.startswith("on") or attribute == "src" for attribute, _ in page.attributes)
        assert all(link.startswith("#") for link in page.links)

    def test_the_policy_lets_nothing_in_but_the_style_that_is_there(self) -> None:
        html = render_report(example(), everything(example()))
        style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)

        assert style
        digest = base64.b64encode(sha256(style[1].encode()).digest()).decode()
        assert f"content=\"default-src 'none'; style-src 'sha256-{digest}'; script-src 'sha256-" in html
        assert "; base-uri 'none'; form-action 'none'\">" in html
        assert not re.search(r"url\(|@import|https?:", html)
        assert re.findall(r"<script[^>]*>", html) == ['<script type="application/json" id="insights">', "<script>"]

    def test_the_only_script_is_that_for_corrections(self) -> None:
        html = render_report(example(HOSTILE_NAMES), everything(example(HOSTILE_NAMES)))
        script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)
        without_items = read_template('[sections]\nsummary = ""\n')

        assert script
        digest = base64.b64encode(sha256(script[1].encode()).digest()).decode()
        assert f"; script-src 'sha256-{digest}'; base-uri" in html
        assert not re.search(r"fetch|XMLHttp|innerHTML|eval|https?:", script[1])
        for page in (
            render_report(example(), everything(example()), template=without_items),
            render_index([]),
        ):
            assert "script-src" not in page
            assert "<script>" not in page

    def test_an_item_without_evidence_is_shown(self) -> None:
        """A person added it, or changed all that was said."""
        insights = everything(example())
        items = tuple(item.model_copy(update={"evidence": ()}) for item in insights.action_items.items)
        section = insights.action_items.model_copy(update={"items": items})
        html = render_report(example(), insights.model_copy(update={"action_items": section}))

        assert html.count("A person wrote it so") == 2

    def test_insights_of_something_else_are_refused(self) -> None:
        transcript = example()
        insights = everything(transcript)
        quote = insights.decisions.items[0].evidence[0]

        with pytest.raises(InvalidRequestError, match="belong to another transcript"):
            render_report(conversation(("A", "Other words")), insights)
        for change, why in (({"quote": "never said"}, "differs from the transcript"), ({"turn": 9}, "turn 9")):
            with pytest.raises(InvalidRequestError, match=why):
                render_report(transcript, with_decision(insights, (quote.model_copy(update=change),)))


class TestContent:
    def test_programs_can_read_the_insights_out_of_it(self) -> None:
        transcript = example(HOSTILE_NAMES)
        insights = everything(transcript)
        html = render_report(transcript, insights, title="T", made_from="abc")

        data = re.search(r'id="insights">(.*?)</script>', html, re.DOTALL)
        assert data
        data_of_page = json.loads(data[1])
        assert MeetingInsights.model_validate(data_of_page["insights"]) == insights
        assert (data_of_page["title"], data_of_page["made_from"]) == ("T", "abc")

    def test_says_how_far_each_part_can_be_trusted(self) -> None:
        html = render_report(example(), everything(example()))

        assert 'the offline engine stood in: <span dir="auto">the model did not answer in time</span>' in html
        assert 'could not be made: <span dir="auto">the model refused the call</span>' in html
        assert "2 left out, as the transcript does not support them." in html
        assert '<bdi class="engine">grok-4</bdi>' in html

    def test_a_section_that_the_stored_analysis_lacks_is_shown_as_missing(self) -> None:
        partial_data = everything(example()).model_dump(mode="json", exclude={"decisions"})
        html = render_report(example(), MeetingInsights.model_validate(partial_data))

        reason = "this analysis was stored before this section existed"
        assert f'could not be made: <span dir="auto">{reason}</span>' in html
        assert "Nothing was decided." not in html
        assert '<bdi class="engine">none</bdi>' not in html

    def test_says_why_each_item_is_there(self) -> None:
        html = render_report(example(), everything(example()))

        assert html.count("<summary>Why is this here?</summary>") == 6
        assert '<dt dir="auto">due</dt><dd><a href="#q' in html

    def test_follows_a_template(self) -> None:
        """What it leaves out has no links in the transcript either."""
        template = read_template('[sections]\ndecisions = "Agreed <b>"\naction_items = ""\n')
        html = render_report(example(), everything(example()), template=template)
        page = Page(html)

        assert re.findall(r'<h2 id="(\w+)">(.*?)[ <]', html) == [
            ("decisions", "Agreed"),
            ("items", "To"),
            ("transcript", "Transcript"),
        ]
        assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
        assert page.elements["b"] == 0

    def test_an_analysis_that_found_nothing_says_so(self) -> None:
        html = render_report(conversation((None, "Hm.")), nothing(conversation((None, "Hm."))))

        for line in ("Nobody took anything on.", "Nothing was decided.", "Nobody asked anything."):
            assert line in html
        assert "<bdi>Somebody</bdi>" in html

    def test_of_no_turns_at_all_is_a_page_too(self) -> None:
        assert "0 turns" in render_report(conversation(), nothing(conversation()))

    def test_of_a_very_long_meeting_holds_every_turn(self) -> None:
        transcript = conversation(*((f"Speaker {number % 40}", "word " * 40) for number in range(20_000)))

        assert render_report(transcript, nothing(transcript)).count("<article") == 20_000


class TestIndex:
    def test_leads_to_each_report(self) -> None:
        insights = everything(example())
        page = Page(render_index([IndexEntry("./a%20b.html", HOSTILE_NAMES[1], insights)]))

        assert page.links == ["./a%20b.html"]
        assert page.elements["img"] == page.elements["script"] == 0
