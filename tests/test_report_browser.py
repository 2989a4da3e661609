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


class Opened:
    """A report that was opened, and all that it did beside being shown."""

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
        """Whether an element is there, with its first line in the window."""
        box, size = self.page.locator(selector).bounding_box(), self.page.viewport_size
        assert box
        assert size
        return 0 <= box["y"] < size["height"] and 0 <= box["x"] < size["width"]


def written(folder: Path, transcript: Transcript, title: str) -> Path:
    file = folder / "report.html"
    file.write_text(render_report(transcript, everything(transcript), title=title), "utf-8")
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_asked_for_and_nothing_runs(browser: Browser, tmp_path: Path, size: str, scheme: str) -> None:
    """With names that try to be markup; a picture is taken, and nothing is wider than the window."""
    file = written(tmp_path, example(HOSTILE_NAMES), HOSTILE_NAMES[0])
    opened = Opened(browser, file, size, color_scheme=scheme)
    opened.page.screenshot(path=tmp_path / "report.png")

    assert opened.requests == [file.as_uri()]
    assert opened.trouble == []
    assert opened.page.title() == HOSTILE_NAMES[0]
    assert opened.page.locator("article h3").first.text_content() == HOSTILE_NAMES[0]
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (tmp_path / "report.png").stat().st_size > 10_000
    opened.page.close()


def padded() -> Transcript:
    """The example, with much said before and after it, so that nothing is in the window by chance."""
    filler = [("Filler", "Something else. " * 20)] * 40
    turns = [(turn.speaker, turn.text) for turn in example().turns]
    return conversation(*filler, *turns, *filler)


@pytest.mark.parametrize("size", SIZES)
def test_a_quote_leads_to_its_words_and_a_tag_back(browser: Browser, tmp_path: Path, size: str) -> None:
    opened = Opened(browser, written(tmp_path, padded(), "Call"), size)

    opened.page.locator("#A1 .quotes a").click()
    assert opened.page.locator("mark:target").inner_text().startswith("I'll send you the report 📈 by Friday.")
    assert opened.shows("mark:target")
    opened.page.locator("article a.tag", has_text="A1").click()
    assert opened.page.locator(":target").get_attribute("id") == "A1"
    assert opened.shows("#A1")
    opened.page.close()


def test_a_long_meeting_opens(browser: Browser, tmp_path: Path) -> None:
    """Five million letters; the last turn can be reached."""
    transcript = conversation(*((f"Speaker {number % 9}", "words " * 20) for number in range(42_000)))
    file = tmp_path / "long.html"
    file.write_text(render_report(transcript, nothing(transcript)), "utf-8")
    opened = Opened(browser, file)

    opened.page.goto(f"{file.as_uri()}#t41999")

    assert opened.shows("#t41999")
    assert opened.trouble == []
    opened.page.close()
