"""Encryption at rest: content is sealed for one context, its place in the database."""

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
# All encrypted text begins with `TOKEN`. Plain text that begins with the mark is stored behind `_ESCAPE`, so that no
# plain text can pass for an encrypted one.
_ESCAPE, TOKEN = f"{_MARK}0:", f"{_MARK}1:"


class Cipher:
    """Encryption of texts with the first of its keys, and decryption with any; without keys nothing is encrypted.

    A text that was stored without keys is read as it is. A sealed text is a Fernet token: AES-128 in CBC mode,
    authenticated by HMAC-SHA256. It holds its encryption context, the place that the text is stored in, and opens in no
    other.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """Use these keys, each 32 bytes in URL-safe base64.

        Raises:
            InvalidRequestError: one is not a valid key; the message does not show it.
            ImportError: keys are given, and the extra `encryption` is not installed.
        """
        for number, key in enumerate(keys, 1):
            _check(number, key)
        library = _library() if keys else None
        self._first = library and library.Fernet(keys[0])
        self.fingerprints = tuple(_fingerprint(key) for key in keys)
        self._any = library and library.MultiFernet([library.Fernet(key) for key in keys])
        # Stored here, as an import statement for each text would cost as much as decrypting a line.
        self._refusals = (library.InvalidToken, ValueError) if library else ()

    def seal(self, text: str, context: str) -> str:
        """Return a text as it is stored in a context, whose name holds no NUL character."""
        if not self._first:
            return _ESCAPE + text if text.startswith(_MARK) else text
        token: bytes = self._first.encrypt(f"{context}\0{text}".encode())
        return TOKEN + token.decode()

    def open(self, stored_text: str, context: str) -> str:
        """Return the text that is stored in a context.

        Raises:
            StoreError: no key opens it, it was changed, or it was sealed for another context.
        """
        if stored_text.startswith(_ESCAPE):
            return stored_text.removeprefix(_ESCAPE)
        if not stored_text.startswith(TOKEN):
            return stored_text
        sealed_for, _, text = self._decrypt(stored_text.removeprefix(TOKEN), context).partition("\0")
        if sealed_for != context:
            raise StoreError(f"the stored value of {brief_repr(context)} does not match its row (copied ciphertext)")
        return text

    def seal_json(self, content: Any, context: str) -> Any:
        """Return a list as a JSON column stores it: with keys as a text, unless it is empty."""
        return self.seal(json.dumps(content), context) if self._first and content else content

    def open_json(self, stored_value: Any, context: str) -> Any:
        """Return the list that a JSON column stores; errors are those of `open`."""
        return json.loads(self.open(stored_value, context)) if isinstance(stored_value, str) else stored_value

    def is_current(self, stored_value: Any) -> bool:
        """Return whether a value is stored as `seal` stores it now: with the first key, or, without keys, plain."""
        if not self._first or stored_value in (None, []):
            return not is_sealed(stored_value)
        try:
            return is_sealed(stored_value) and bool(self._first.extract_timestamp(stored_value.removeprefix(TOKEN)))
        except self._refusals:
            return False

    def _decrypt(self, token: str, context: str) -> str:
        if not self._any:
            raise StoreError(f"{brief_repr(context)} in the database is encrypted; {_SETTING} must hold its key")
        try:
            content: bytes = self._any.decrypt(token)
        except self._refusals:
            reason = f"is encrypted with a key that is not in {_SETTING}, or was damaged"
            raise StoreError(f"{brief_repr(context)} in the database {reason}") from None
        return content.decode()


PLAIN = Cipher()


def is_sealed(stored_value: Any) -> bool:
    """Return whether a stored value is encrypted."""
    return isinstance(stored_value, str) and stored_value.startswith(TOKEN)


def with_keys(database: DatabaseT, keys: Sequence[str]) -> DatabaseT:
    """Return the engine or connection with a cipher of these keys for its connections."""
    return database.execution_options(**{_OPTION: Cipher(keys)}) if keys else database


def of(connection: Connection) -> Cipher:
    """Return the cipher of a connection."""
    cipher: Cipher = connection.get_execution_options().get(_OPTION, PLAIN)
    return cipher


def new_key() -> str:
    """Generate a new key.

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
            f"{_SETTING}: key {number} is not 32 bytes in URL-safe base64; `meetkit db new-key` creates one"
        )


def _fingerprint(key: str) -> str:
    """Return the fingerprint of a key, the same however its base64 is written."""
    # With a prefix, so that it differs from any plain hash of the key that another program stores.
    return hashlib.sha256(b"meetkit encryption key:" + base64.urlsafe_b64decode(key)).hexdigest()


def _library() -> ModuleType:
    try:
        from cryptography import fernet  # noqa: PLC0415  # only with keys is the extra needed
    except ImportError as error:
        raise ImportError("encryption needs the extra 'encryption': pip install 'meetkit[encryption]'") from error
    return fernet
