"""Decoding of a transcript's bytes, and checks that the text can be one."""

from __future__ import annotations

import codecs
import re

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript.source_notes import SourceNotes

# About a week of continuous speech; longer text is not the transcript of a meeting.
MAX_CHARACTERS = 10_000_000
_SIGNATURES = (
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a Word document or another zip archive"),
    (0, b"PK\x05\x06", "a zip archive"),
    (0, b"\xd0\xcf\x11\xe0", "an old Word document"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF8", "a picture"),
    (0, b"RIFF", "a recording"),
    (0, b"OggS", "a recording"),
    (0, b"fLaC", "a recording"),
    (0, b"ID3", "a recording"),
    (4, b"ftyp", "a recording"),
    (0, b"\x1aE\xdf\xa3", "a recording"),
)
_FORMAT_HINT = "a transcript is text, such as plain text, WebVTT, SRT, JSON or CSV, or a Word or RTF document"
WINDOWS_1252 = "the file is not UTF-8 and is read as Windows-1252; save it as UTF-8 if letters are wrong"
# Letters beyond ASCII are few in the languages that are written in Windows-1252.
_MAX_SHARE_OF_OTHERS = 0.15
_OTHER_BYTES = re.compile(b"[\x80-\xff]")
_NO_LETTER = re.compile(b"[\x81\x8d\x8f\x90\x9d]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BINARY_BYTES = re.compile(b"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_CHARACTERS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: str | bytes, notes: SourceNotes) -> str:
    """Decode bytes in UTF-8, UTF-16 or, as a doubt that is noted, Windows-1252. Text is returned as it is.

    Raises:
        InvalidRequestError: the data is binary, in another encoding, longer than 10,000,000 characters, or contains
            NUL characters or lone surrogates; the message says which, and where.
    """
    text = data if isinstance(data, str) else _decode_bytes(data, notes)
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequestError(f"the transcript has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read")
    if match := _UNSTORABLE.search(text):
        description = "a NUL character" if match[0] == "\x00" else "half of a surrogate pair"
        raise InvalidRequestError(f"the transcript holds {description} at position {match.start()}; {_FORMAT_HINT}")
    # Two per cent: terminal logs and captions have a few of them.
    if sum(1 for _ in _CONTROL_CHARACTERS.finditer(text)) * 50 > len(text):
        raise InvalidRequestError(f"the transcript looks binary, with many control characters; {_FORMAT_HINT}")
    return text


def _decode_bytes(data: bytes, notes: SourceNotes) -> str:
    _refuse_known_binary(data[:64])
    utf_16 = _utf_16(data)
    try:
        return data.decode(utf_16 or "utf-8-sig")
    except UnicodeDecodeError as error:
        if utf_16 is None and _is_windows_1252(data):
            notes.problem("doubtful", WINDOWS_1252)
            return data.decode("cp1252")
        name = "UTF-16" if utf_16 else "UTF-8"
        raise InvalidRequestError(
            f"the transcript is not valid {name} at byte {error.start}; {_FORMAT_HINT}, saved as UTF-8"
        ) from None


def _utf_16(data: bytes) -> str | None:
    """Return the codec of data in UTF-16, told from its mark or from every second byte of its start being zero."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = data[:200:2], data[1:200:2]
    if len(odd) > 1 and even.count(0) == len(even):
        return None if odd.count(0) else "utf-16-be"
    return "utf-16-le" if len(odd) > 1 and odd.count(0) == len(odd) and not even.count(0) else None


def _is_windows_1252(data: bytes) -> bool:
    if b"\x00" in data or _NO_LETTER.search(data):
        return False
    return sum(1 for _ in _OTHER_BYTES.finditer(data)) <= _MAX_SHARE_OF_OTHERS * len(data)


def _refuse_known_binary(head: bytes) -> None:
    is_plain = not _BINARY_BYTES.search(head)
    for at, signature, name in _SIGNATURES:
        # A text can begin with a word such as RIFF; where the word is a signature, numbers in binary follow.
        if head.startswith(signature, at) and not (is_plain and signature.isalnum()):
            raise InvalidRequestError(f"the transcript is {name}; {_FORMAT_HINT}")
