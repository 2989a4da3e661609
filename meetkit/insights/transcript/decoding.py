"""From bytes, or text of unknown worth, to text that can be a transcript."""

from __future__ import annotations

import codecs
import re

from meetkit.errors import InvalidRequestError

MAX_CHARACTERS = 10_000_000
_BINARY = (
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
_WANTED = "a transcript is text: plain, WebVTT, SRT or JSON"
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_NOT_PLAIN = re.compile(b"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: str | bytes) -> str:
    """Text as it was given, or bytes in UTF-8 or, with a byte order mark, UTF-16. A mark is no part of the text.

    Raises:
        InvalidRequestError: it is binary, in another encoding, longer than 10,000,000 characters, or holds NUL
            characters or halves of surrogate pairs; the message says which, and where.
    """
    text = data if isinstance(data, str) else _decoded(data)
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequestError(f"the transcript has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read")
    if found := _UNREADABLE.search(text):
        what = "a NUL character" if found[0] == "\x00" else "half of a surrogate pair"
        raise InvalidRequestError(f"the transcript holds {what} at position {found.start()}; {_WANTED}")
    if sum(1 for _ in _CONTROL.finditer(text)) * 50 > len(text):
        raise InvalidRequestError(f"the transcript looks binary, with many control characters; {_WANTED}")
    return text


def _decoded(data: bytes) -> str:
    _refuse_known_binary(data[:64])
    is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        name = "UTF-16" if is_utf_16 else "UTF-8"
        raise InvalidRequestError(
            f"the transcript is not valid {name} at byte {error.start}; {_WANTED}, saved as UTF-8"
        ) from None


def _refuse_known_binary(head: bytes) -> None:
    is_plain = not _NOT_PLAIN.search(head)
    for at, signature, name in _BINARY:
        # A text can begin with a word such as RIFF; where the word is a signature, numbers in binary follow.
        if head.startswith(signature, at) and not (is_plain and signature.isalnum()):
            raise InvalidRequestError(f"the transcript is {name}; {_WANTED}")
