"""Encryption at rest: what people said, and what is made from it, sealed for its place in the database."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from meetkit.errors import InvalidRequestError, StoreError, brief_repr

DatabaseT = TypeVar("DatabaseT", Engine, Connection, Engine | Connection)
_SETTING = "MEETKIT_ENCRYPTION_KEYS"
_OPTION = "meetkit_cipher"
_MARK = "meetkit-encrypted:"
# What begins with the mark by itself is kept behind `_ESCAPE`, so that no text can pass for an encrypted one.
_ESCAPE, TOKEN = f"{_MARK}0:", f"{_MARK}1:"
"""`TOKEN` is what all that is encrypted begins with."""


class Cipher:
    """Seals texts by the first of its keys and opens what any of them sealed; without keys it seals none.

    A text that was kept while there were no keys is read as it is. What is sealed is a Fernet token: AES-128 in CBC
    mode, authenticated by HMAC-SHA256. Inside stands the place that the text is kept in, so that it is read in no
    other.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """Use these keys, each 32 bytes in URL-safe base64.

        Raises:
            InvalidRequestError: one is no such key; it is not shown.
            ImportError: there are keys, and the extra `encryption` is not installed.
        """
        for number, key in enumerate(keys, 1):
            _check(number, key)
        library = _library() if keys else None
        self._first = library and library.Fernet(keys[0])
        self.fingerprints = tuple(_fingerprint(key) for key in keys)
        self._any = library and library.MultiFernet([library.Fernet(key) for key in keys])
        # Not asked of the library each time, as an import statement costs as much as decrypting a line.
        self._refusals = (library.InvalidToken, ValueError) if library else ()

    def seal(self, text: str, place: str) -> str:
        """A text as it is kept at a place; the place's name holds no NUL character."""
        if not self._first:
            return _ESCAPE + text if text.startswith(_MARK) else text
        token: bytes = self._first.encrypt(f"{place}\0{text}".encode())
        return TOKEN + token.decode()

    def open(self, kept: str, place: str) -> str:
        """The text that is kept at a place.

        Raises:
            StoreError: no key opens it, it was changed, or it is another place's.
        """
        if kept.startswith(_ESCAPE):
            return kept.removeprefix(_ESCAPE)
        if not kept.startswith(TOKEN):
            return kept
        found, _, text = self._decrypted(kept.removeprefix(TOKEN), place).partition("\0")
        if found != place:
            raise StoreError(f"{brief_repr(place)} in the database holds what was encrypted for another place")
        return text

    def seal_json(self, content: Any, place: str) -> Any:
        """A list as a column of JSON keeps it at a place: where there are keys as a text, unless it is empty."""
        return self.seal(json.dumps(content), place) if self._first and content else content

    def open_json(self, kept: Any, place: str) -> Any:
        """What a column of JSON keeps at a place; errors are those of `open`."""
        return json.loads(self.open(kept, place)) if isinstance(kept, str) else kept

    def is_current(self, kept: Any) -> bool:
        """Whether something is kept as it would be now: by the first key, or without keys not encrypted."""
        if not self._first or kept in (None, []):
            return not is_sealed(kept)
        try:
            return is_sealed(kept) and bool(self._first.extract_timestamp(kept.removeprefix(TOKEN)))
        except self._refusals:
            return False

    def _decrypted(self, token: str, place: str) -> str:
        if not self._any:
            raise StoreError(f"{brief_repr(place)} in the database is encrypted; {_SETTING} has to hold its key")
        try:
            opened: bytes = self._any.decrypt(token)
        except self._refusals:
            why = f"is encrypted by a key that is not in {_SETTING}, or was damaged"
            raise StoreError(f"{brief_repr(place)} in the database {why}") from None
        return opened.decode()


PLAIN = Cipher()


def is_sealed(kept: Any) -> bool:
    """Whether something is kept encrypted."""
    return isinstance(kept, str) and kept.startswith(TOKEN)


def with_keys(database: DatabaseT, keys: Sequence[str]) -> DatabaseT:
    """An engine whose connections seal and open by these keys, or a connection that does from now on."""
    return database.execution_options(**{_OPTION: Cipher(keys)}) if keys else database


def of(connection: Connection) -> Cipher:
    """The cipher of a connection."""
    cipher: Cipher = connection.get_execution_options().get(_OPTION, PLAIN)
    return cipher


def new_key() -> str:
    """A key that nobody has yet.

    Raises:
        ImportError: the extra `encryption` is not installed.
    """
    key: bytes = _library().Fernet.generate_key()
    return key.decode()


def _check(number: int, key: str) -> None:
    try:
        size = len(base64.b64decode(key, altchars=b"-_", validate=True))
    except ValueError:
        size = 0
    if size != 32:
        raise InvalidRequestError(
            f"{_SETTING}: number {number} is no key, 32 bytes in URL-safe base64; `meetkit db new-key` makes one"
        )


def _fingerprint(key: str) -> str:
    """What tells a key from others, and no more of it; however it is written."""
    return hashlib.sha256(b"meetkit encryption key:" + base64.urlsafe_b64decode(key)).hexdigest()


def _library() -> ModuleType:
    try:
        from cryptography import fernet  # noqa: PLC0415  # only with keys is the extra needed
    except ImportError as error:
        raise ImportError("encryption needs the extra 'encryption': pip install 'meetkit[encryption]'") from error
    return fernet
