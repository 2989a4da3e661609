"""The report in a real browser: it asks for nothing, runs nothing, and its links lead both ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page

from meetkit.insights.report import render_report
from meetkit.models.transcripts import Transcript
from tests.analyses import HOSTILE_NAMES, conversation, everything, example, nothing
from tests.browser import running_browser

SIZES = {"desktop": (1400, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


class OpenReport:
    """A report in a browser, with the requests and messages that it caused."""

    def __init__(self, browser: Browser, file: Path, size: str = "desktop", **options: object) -> None:
        width, height = SIZES[size]
        self.requests: list[str] = []
        self.trouble: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.trouble.append(message.text))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("dialog", self._refuse)
        self.page.goto(file.as_uri())

    def _refuse(self, dialog: Dialog) -> None:
        self.trouble.append(dialog.message)
        dialog.dismiss()

    def shows(self, selector: str) -> bool:
        """Return whether an element is visible, with its first line in the window."""
        box, size = self.page.locator(selector).bounding_box(), self.page.viewport_size
        assert box
        assert size
        return 0 <= box["y"] < size["height"] and 0 <= box["x"] < size["width"]


def write_report(folder: Path, transcript: Transcript, title: str) -> Path:
    file = folder / "report.html"
    file.write_text(render_report(transcript, everything(transcript), title=title), "utf-8")
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_asked_for_and_nothing_runs(browser: Browser, tmp_path: Path, size: str, scheme: str) -> None:
    """With names that try to be markup; a picture is taken, and nothing is wider than the window."""
    file = write_report(tmp_path, example(HOSTILE_NAMES), HOSTILE_NAMES[0])
    report = OpenReport(browser, file, size, color_scheme=scheme)
    report.page.screenshot(path=tmp_path / "report.png")

    assert report.requests == [file.as_uri()]
    assert report.trouble == []
    assert report.page.title() == HOSTILE_NAMES[0]
    assert report.page.locator("article h3").first.text_content() == HOSTILE_NAMES[0]
    assert report.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (tmp_path / "report.png").stat().st_size > 10_000
    report.page.close()


def long_example() -> Transcript:
    """Return the example with long texts around it, so that nothing is in the window by chance."""
    filler = [("Filler", "Something else. " * 20)] * 40
    turns = [(turn.speaker, turn.text) for turn in example().turns]
    return conversation(*filler, *turns, *filler)


@pytest.mark.parametrize("size", SIZES)
def test_a_quote_leads_to_its_words_and_a_tag_back(browser: Browser, tmp_path: Path, size: str) -> None:
    report = OpenReport(browser, write_report(tmp_path, long_example(), "Call"), size)

    report.page.locator("#A1 .quotes a").click()
    assert report.page.locator("mark:target").inner_text().startswith("I'll send you the report 📈 by Friday.")
    assert report.shows("mark:target")
    report.page.locator("article a.tag", has_text="A1").click()
    assert report.page.locator(":target").get_attribute("id") == "A1"
    assert report.shows("#A1")
    report.page.close()


def test_a_long_meeting_opens(browser: Browser, tmp_path: Path) -> None:
    """Five million letters; the last turn can be reached."""
    transcript = conversation(*((f"Speaker {number % 9}", "words " * 20) for number in range(42_000)))
    file = tmp_path / "long.html"
    file.write_text(render_report(transcript, nothing(transcript)), "utf-8")
    report = OpenReport(browser, file)

    report.page.goto(f"{file.as_uri()}#t41999")

    assert report.shows("#t41999")
    assert report.trouble == []
    report.page.close()
