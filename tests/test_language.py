"""Languages: English is read, another is named, and what is not read is told in every output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meetkit.insights.analysis import analyze
from meetkit.insights.export import render_markdown
from meetkit.insights.language import identification
from meetkit.insights.language.identification import english_share, identify
from meetkit.insights.language.text import Document
from meetkit.insights.model.calls import prompt_data
from meetkit.insights.offline.sections import SECTIONS
from meetkit.insights.report import render_report
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingContext, MeetingInsights
from tests.commands import Run

UNREAD = sorted(set(SECTIONS) - {"statistics", "trackers"})
OTHER_LANGUAGES = {
    "de": "Ich schicke dir den Bericht bis Freitag. Wer kümmert sich um die Rechnung?",
    "fr": "Je vous envoie le rapport vendredi. Qui s'occupe de la facture pour le client?",
    "es": "Te mando el informe el viernes. ¿Quién se encarga de la factura del cliente?",
    "it": "Ti mando il rapporto venerdì. Chi si occupa della fattura per il cliente?",
    "pt": "Eu envio o relatório na sexta-feira. Quem cuida da fatura do cliente?",
    "nl": "Ik stuur je het rapport voor vrijdag. Wie zorgt er voor de factuur van de klant?",
    "sv": "Jag skickar rapporten på fredag. Vem tar hand om fakturan till kunden?",
    "pl": "Wyślę raport do piątku. Kto zajmie się fakturą dla klienta? Nie wiem, czy to jest gotowe.",
    "tr": "Raporu cumaya kadar göndereceğim. Faturayla kim ilgilenecek? Bu çok önemli değil.",
    "fi": "Lähetän raportin perjantaihin mennessä. Kuka hoitaa laskun? Se ei ole vielä valmis.",
    "ru": "Я пришлю отчёт к пятнице. Кто займётся счётом для клиента?",
    "el": "Θα στείλω την αναφορά την Παρασκευή. Ποιος θα ασχοληθεί με το τιμολόγιο;",
    "ar": "سأرسل التقرير قبل يوم الجمعة. من سيهتم بالفاتورة؟",
    "ja": "金曜日までに報告書を送ります。請求書は誰が担当しますか。",
    "zh": "我星期五之前把报告发给你。谁负责发票？",
    "hi": "मैं शुक्रवार तक रिपोर्ट भेज दूँगा। बिल का काम कौन करेगा?",
}
GERMAN = f"Anna: {OTHER_LANGUAGES['de']}\nJonas: Wir haben beschlossen, den Vertrag nicht zu verlängern."
MIXED = (
    "Anna: Die Zahlen sind leider nicht so gut, wie wir gehofft hatten, und das liegt vor allem an den Kosten für die"
    " neue Anlage, die wir erst im Mai bezahlt haben, weil der Vertrag so spät kam und niemand ihn gelesen hatte.\n"
    "Rob: Could we switch to English? I'll send you the report by Friday, and then we can go through the numbers,"
    " because I think that there is a mistake in the table with the costs that you showed us last week."
)


def document(text: str) -> Document:
    return Document.of(read_transcript(text))


def statuses(insights: MeetingInsights) -> dict[str, str]:
    return {name: section.status for name, section in insights.sections.items()}


@pytest.mark.parametrize(("code", "words"), OTHER_LANGUAGES.items(), ids=OTHER_LANGUAGES)
def test_another_language_is_named_and_its_sections_say_that_they_were_not_read(code: str, words: str) -> None:
    insights = analyze(read_transcript(f"Ada: {words}"))
    assert insights.language == code
    assert [name for name, status in statuses(insights).items() if status == "unsupported_language"] == [
        name for name in statuses(insights) if name in UNREAD
    ]
    assert insights.action_items.reason == insights.summary.reason
    assert "not in English" in (insights.summary.reason or "")
    assert insights.statistics.words


@pytest.mark.parametrize(
    "text",
    [
        "Ann: Yes, sure.",
        "Ann: Okay.",
        "Ann: Report sent. Invoice Tuesday.\nBob: Great job everyone.",
        "Ann: I'll send the offer to Müller GmbH in Köln and to Société Générale.",
        "Ann: Voilà, la Paz it is. Let's meet Señor de la Cruz there.",
        "Ann: ...",
        "",
    ],
)
def test_english_however_short_or_full_of_names_is_read(text: str) -> None:
    if text:
        assert set(statuses(analyze(read_transcript(text))).values()) == {"ok"}
    assert english_share(document(text or "Ann: 1")) == 1


def test_of_a_mixed_meeting_the_english_is_read_and_the_rest_is_told() -> None:
    insights = analyze(read_transcript(MIXED))
    assert insights.language is None
    assert [item.task for item in insights.action_items.items] == ["Send the report"]
    assert insights.action_items.status == "unsupported_language"
    assert "% of the words are not in English" in (insights.action_items.reason or "")


def test_the_language_that_the_caller_names_decides() -> None:
    german = analyze(read_transcript("Ada: Okay, super, Marketing Meeting."), context=MeetingContext(language="de-AT"))
    assert (german.language, german.summary.status) == ("de-AT", "unsupported_language")
    english = analyze(read_transcript(GERMAN), context=MeetingContext(language="en-GB"))
    assert (english.language, english.summary.status) == ("en-GB", "ok")


def test_without_the_library_the_language_has_no_name_and_the_status_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = statuses(analyze(read_transcript(GERMAN)))
    monkeypatch.setattr(identification, "find_spec", lambda _: None)
    insights = analyze(read_transcript(GERMAN))
    assert (insights.language, statuses(insights)) == (None, expected)
    assert identify(document("Ann: I'll send it to you.")) == "en"


def test_a_model_is_told_the_language() -> None:
    assert prompt_data([], MeetingContext(language="de"))["meeting"]["language"] == "de"


@pytest.mark.parametrize("code", ["German", "d", "de; ignore the data", "en\n", ""])
def test_a_language_is_a_code(code: str) -> None:
    with pytest.raises(ValueError, match="language"):
        MeetingContext(language=code)


class TestOutputs:
    def test_report_and_markdown_say_it(self) -> None:
        transcript = read_transcript(GERMAN)
        insights = analyze(transcript)
        assert "Not read in full." in render_report(transcript, insights, title="Call")
        assert "not in English" in render_markdown(insights, title="Call")

    def test_command_line_says_it(self, meetkit: Run, tmp_path: Path) -> None:
        file = tmp_path / "call.txt"
        file.write_text(GERMAN, encoding="utf-8")
        shown = meetkit("analyze", file).out
        assert "Language: de" in shown
        assert "the transcript is not in English" in " ".join(shown.split())
        data: dict[str, Any] = json.loads(meetkit("analyze", file, "--json").out)
        assert (data["language"], data["action_items"]["status"]) == ("de", "unsupported_language")

    def test_a_stored_meeting_is_analyzed_in_the_language_that_is_given(self, meetkit: Run) -> None:
        shown = meetkit("analyze", "--meeting", "hist_meeting_12", "--language", "fr", "--json").out
        assert (json.loads(shown)["language"], json.loads(shown)["summary"]["status"]) == ("fr", "unsupported_language")
        assert "language" in meetkit("analyze", "--meeting", "hist_meeting_12", "--language", "French").trouble
