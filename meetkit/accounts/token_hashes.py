"""Random secrets and their hashes. The secrets are too long to guess, so that a fast hash suffices."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """Return a secret of 256 bits that is safe in URLs and headers."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(secret: str) -> str:
    """Return the hash of a secret, to store in its place."""
    # A credential from a header may hold lone surrogates, which plain UTF-8 refuses.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
