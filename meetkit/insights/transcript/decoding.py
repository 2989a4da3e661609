"""Decoding of a transcript's bytes, and checks that the text can be one."""

from __future__ import annotations

import codecs
import re

from meetkit.errors import InvalidRequestError

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
_FORMAT_HINT = "a transcript is text: plain, WebVTT, SRT or JSON"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BINARY_BYTES = re.compile(b"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_CHARACTERS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: str | bytes) -> str:
    """Decode bytes in UTF-8 or, with a byte order mark, UTF-16, without the mark. Text is returned as it is.

    Raises:
        InvalidRequestError: the data is binary, in another encoding, longer than 10,000,000 characters, or contains
            NUL characters or lone surrogates; the message says which, and where.
    """
    text = data if isinstance(data, str) else _decode_bytes(data)
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequestError(f"the transcript has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read")
    if match := _UNSTORABLE.search(text):
        description = "a NUL character" if match[0] == "\x00" else "half of a surrogate pair"
        raise InvalidRequestError(f"the transcript holds {description} at position {match.start()}; {_FORMAT_HINT}")
    # Two per cent: terminal logs and captions have a few of them.
    if sum(1 for _ in _CONTROL_CHARACTERS.finditer(text)) * 50 > len(text):
        raise InvalidRequestError(f"the transcript looks binary, with many control characters; {_FORMAT_HINT}")
    return text


def _decode_bytes(data: bytes) -> str:
    _refuse_known_binary(data[:64])
    is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        name = "UTF-16" if is_utf_16 else "UTF-8"
        raise InvalidRequestError(
            f"the transcript is not valid {name} at byte {error.start}; {_FORMAT_HINT}, saved as UTF-8"
        ) from None


def _refuse_known_binary(head: bytes) -> None:
    is_plain = not _BINARY_BYTES.search(head)
    for at, signature, name in _SIGNATURES:
        # A text can begin with a word such as RIFF; where the word is a signature, numbers in binary follow.
        if head.startswith(signature, at) and not (is_plain and signature.isalnum()):
            raise InvalidRequestError(f"the transcript is {name}; {_FORMAT_HINT}")
