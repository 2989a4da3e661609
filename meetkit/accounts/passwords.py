"""Passwords, kept as Argon2id hashes."""

from __future__ import annotations

import secrets

from meetkit.accounts.password_rules import normal
from meetkit.accounts.policy import AccountPolicy

try:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError
except ImportError as error:
    raise ImportError("accounts need the extra 'web': pip install 'meetkit[web]'") from error


class Passwords:
    """Makes hashes and checks passwords against them, in a time that does not tell whether there was a hash."""

    def __init__(self, policy: AccountPolicy) -> None:
        """Hash as hard as the policy says."""
        self._hasher = PasswordHasher(
            time_cost=policy.hash_passes, memory_cost=policy.hash_memory_kib, parallelism=policy.hash_lanes
        )
        # Made now, as the first stranger must not wait for it either.
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The hash to keep."""
        return self._hasher.hash(normal(password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one that a hash was kept of; of none, false, after as much work."""
        try:
            right = self._hasher.verify(self._nobodys if kept is None else kept, normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made by other parameters than the policy's."""
        return self._hasher.check_needs_rehash(kept)
