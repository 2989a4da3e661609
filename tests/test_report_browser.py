"""The report in a real browser: it asks for nothing, runs nothing of others, and its links lead both ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page

from meetkit.insights.corrections import apply_corrections, check_corrections, read_corrections
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


@pytest.mark.parametrize("size", SIZES)
def test_a_person_corrects_items_and_downloads_the_corrections(browser: Browser, tmp_path: Path, size: str) -> None:
    """The file that the page makes is one that is taken up; a wrong mark can be undone."""
    transcript = example()
    file = write_report(tmp_path, transcript, "Call")
    report = OpenReport(browser, file, size)
    page = report.page
    assert page.locator("#download").is_disabled()

    page.locator("#A2 .correct button", has_text="Wrong").click()
    page.locator("#A2 .correct button", has_text="Undo").click()
    page.locator("#A2 .correct button", has_text="Wrong").click()
    page.locator("#A1 .correct button", has_text="Edit").click()
    page.get_by_label("Owner").fill("Jennifer Liu")
    page.get_by_label("Due").fill("2025-12-01")
    page.locator("#correction-form button", has_text="Keep").click()
    assert "Jennifer Liu · 2025-12-01" in page.locator("#A1 output").inner_text()
    page.locator("#add").click()
    page.get_by_label("Task").fill("<b>Find</b> the price")
    page.locator("#t2 .words").evaluate("words => getSelection().selectAllChildren(words)")
    page.locator("#correction-form button", has_text="Keep").click()
    assert page.locator("#added").inner_text().startswith("<b>Find</b> the price · nobody yet")
    page.screenshot(path=tmp_path / "corrected.png", full_page=True)
    with page.expect_download() as download:
        page.locator("#download", has_text="Download 3 corrections").click()
    download.value.save_as(tmp_path / "corrections.json")

    corrections = check_corrections(read_corrections((tmp_path / "corrections.json").read_bytes()), transcript)
    items = apply_corrections(everything(transcript), corrections, transcript).action_items.items
    assert [(item.id, item.task, item.owner) for item in items[:1]] == [("a", "Send the report", "Jennifer Liu")]
    assert [item.task for item in items] == ["Send the report", "<b>Find</b> the price"]
    assert items[1].evidence[0].quote.startswith("Can somebody ask legal?")
    assert report.requests == [file.as_uri()]
    assert report.trouble == []
    page.close()
