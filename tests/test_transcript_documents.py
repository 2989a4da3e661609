"""Word, RTF, XML, tables and encodings: read by their content, or refused with what to do."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterable
from contextlib import suppress

import docx
import pytest

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import read_transcript
from meetkit.insights.transcript.decoding import WINDOWS_1252

TALK = "Ida: Zoë’s café opens – finally.\nOmar: I'll bring the keys."
SAID = [("Ida", "Zoë’s café opens – finally."), ("Omar", "I'll bring the keys.")]


def said(data: str | bytes) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in read_transcript(data).turns]


def word(paragraphs: Iterable[str], **changes: bytes) -> bytes:
    """Return a Word document; `changes` replaces or adds parts by name, with `__` for `/` and `_` for `.`."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    saved = io.BytesIO()
    document.save(saved)
    parts = {name.replace("__", "/").replace("_", "."): content for name, content in changes.items()}
    result = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return result.getvalue()


BODY = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    b"<w:p><w:r><w:t>%s</w:t></w:r></w:p></w:body></w:document>"
)


class TestWord:
    def test_paragraphs_are_lines_of_text(self) -> None:
        transcript = read_transcript(word(TALK.split("\n")))

        assert [(turn.speaker, turn.text) for turn in transcript.turns] == SAID
        assert (transcript.format, transcript.text) == ("docx", TALK)

    def test_a_name_and_a_time_may_stand_above_the_words_in_one_paragraph(self) -> None:
        [first, second] = read_transcript(word(["Ida Moss   0:03\nThe gate opens.", "Omar Reyes   1:07\nGood."])).turns

        assert (first.speaker, first.start_seconds, first.text) == ("Ida Moss", 3, "The gate opens.")
        assert (second.speaker, second.start_seconds, second.text) == ("Omar Reyes", 67, "Good.")

    def test_entities_are_not_expanded(self) -> None:
        body = (
            b'<!DOCTYPE x [<!ENTITY a "Secret words."><!ENTITY f SYSTEM "file:///etc/hostname">]>'
            + BODY % b"Ida: &f;&a;"
        )
        try:
            words = said(word([], word__document_xml=body))
        except InvalidRequestError:
            words = []

        assert words in ([], [("Ida", "Secret words.")])

    @pytest.mark.parametrize(
        ("parts", "why"),
        [
            ({"word__vbaProject_bin": b"macro"}, "a Word document with macros; save it as .docx"),
            ({"xl__workbook_xml": b"<x/>"}, "an Excel workbook; save the sheet as CSV"),
            ({"word__document_xml": b"<broken"}, "is damaged or of another kind"),
            ({"word__document_xml": b" " * 20_000_001}, "too large when unpacked"),
            ({f"word__media__{at}_png": b"\0" * 15_000_000 for at in range(7)}, "too large when unpacked"),
        ],
    )
    def test_what_is_no_document_with_a_talk_is_refused(self, parts: dict[str, bytes], why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            read_transcript(word(["Ida: Hi."], **parts))

    def test_another_zip_archive_is_refused(self) -> None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("talk.txt", "Ida: Hi.")

        with pytest.raises(InvalidRequestError, match="a zip archive without a Word document; unpack it first"):
            read_transcript(archive.getvalue())

    def test_a_document_cut_short_is_refused(self) -> None:
        with pytest.raises(InvalidRequestError, match="damaged"):
            read_transcript(word(["Ida: Hi."])[:-200])


class TestRtf:
    def test_characters_and_line_ends_are_read(self) -> None:
        rtf = (
            rb"{\rtf1\ansi\ansicpg1252 Ida: Zo\'eb\'92s caf\u233? opens \endash  finally.\par "
            rb"Omar: I'll bring \{keys\} \u-10179?\u-8704?.}"
        )

        assert said(rtf) == [("Ida", "Zoë’s café opens – finally."), ("Omar", "I'll bring {keys} \U0001f600.")]

    @pytest.mark.parametrize(
        "rtf",
        [
            b"{\\rtf1 " + b"{" * 100_000,
            b"{\\rtf1 " + b"{\\field{\\*\\fldinst{" * 20_000,
            b"{\\rtf1{\\fonttbl" + b"\\f0\\fcharset0 " * 100_000,
            b"{\\rtf1{\\fonttbl" + b"\\f0 " * 100_000 + b"}Ida: Hi.}",
            b"{\\rtf1\\u99999999999 \\uc\\ansicpg\\'zz}",
            b"{\\rtf1\\pict\\bin",
        ],
    )
    def test_hostile_ones_end_soon(self, rtf: bytes) -> None:
        start = time.process_time()
        with suppress(InvalidRequestError):
            read_transcript(rtf)

        assert time.process_time() - start < 5


class TestXml:
    @pytest.mark.parametrize(
        ("xml", "why"),
        [
            ('<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY a "aaaa">]><tt><p begin="1s">&a;</p></tt>', "entities"),
            ('<!DOCTYPE tt SYSTEM "http://example.com/x.dtd"><tt/>', "entities"),
            ("<tt><p>", "not well-formed XML"),
            ('<?xml version="1.0"?><html><p>Hi.</p></html>', "has the element <html>, not captions"),
        ],
    )
    def test_what_is_no_file_of_captions_is_refused(self, xml: str, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            read_transcript(xml)


class TestTables:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    def test_any_usual_separator_is_read(self, separator: str) -> None:
        rows = [
            ["Speaker", "Start", "End", "Transcript"],
            ["Ida", "0:02", "0:05", "The gate opens."],
            ["Omar", "0:06", "", "Good."],
        ]

        transcript = read_transcript("\n".join(separator.join(row) for row in rows))

        assert [(turn.speaker, turn.start_seconds, turn.end_seconds) for turn in transcript.turns] == [
            ("Ida", 2, 5),
            ("Omar", 6, None),
        ]

    def test_words_with_line_breaks_stand_in_quotes(self) -> None:
        assert said('speaker,text\r\nIda,"The gate,\r\nit opens."\r\nOmar,""\r\n') == [("Ida", "The gate, it opens.")]

    def test_too_many_cells_are_refused_with_their_line(self) -> None:
        with pytest.raises(InvalidRequestError, match="line 3: 'today' is one cell too many for 2 columns"):
            read_transcript("speaker,text\nIda,Hi.\nOmar,Good,today\n")

    def test_a_sentence_with_commas_is_no_table(self) -> None:
        transcript = read_transcript("Speaker, text and time are the columns, said Ida.\nWe agreed.")

        assert transcript.format == "text"


class TestEncodings:
    def test_windows_1252_is_read_with_a_doubt(self) -> None:
        transcript = read_transcript(TALK.encode("cp1252"))

        assert [(turn.speaker, turn.text) for turn in transcript.turns] == SAID
        assert [(problem.kind, problem.text) for problem in transcript.problems] == [("doubtful", WINDOWS_1252)]

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
    def test_unicode_is_read_with_a_mark_or_without(self, encoding: str) -> None:
        transcript = read_transcript(TALK.replace("’", "'").replace("–", "-").encode(encoding))

        assert [turn.speaker for turn in transcript.turns] == ["Ida", "Omar"]
        assert transcript.problems == ()


class TestHeaders:
    def test_a_header_of_webvtt_above_plain_text_is_told(self) -> None:
        with pytest.raises(InvalidRequestError, match=r"no line of times, .* remove its first line, WEBVTT"):
            read_transcript("WEBVTT\n\nIda: The gate opens.\n")

    def test_the_content_counts_and_not_the_name_of_a_job(self) -> None:
        with pytest.raises(InvalidRequestError, match="a transcription job with status 'processing', not a transcript"):
            read_transcript('{"id": "7", "status": "processing", "utterances": null}')

    def test_a_cue_of_teams_that_is_no_json_is_told_with_its_line(self) -> None:
        cue = '00:01.000 --> 00:02.000\n{"speakerName":"Ida","spokenText":"Hi."}\n'
        vtt = f'WEBVTT\n\n{cue}\n00:03.000 --> 00:04.000\n{{"speak\n'
        with pytest.raises(InvalidRequestError, match="line 6: the cue of a Teams transcript"):
            read_transcript(vtt)
