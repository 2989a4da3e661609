"""Password hashes by Argon2id."""

from __future__ import annotations

import secrets

from meetkit.accounts.password_rules import normal_form
from meetkit.accounts.policy import AccountPolicy

try:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError
except ImportError as error:
    raise ImportError("accounts need the extra 'web': pip install 'meetkit[web]'") from error


class Passwords:
    """A password hasher whose verification takes as long without a hash as with one."""

    def __init__(self, policy: AccountPolicy) -> None:
        """Hash with the parameters of the policy."""
        self._hasher = PasswordHasher(
            time_cost=policy.hash_passes, memory_cost=policy.hash_memory_kib, parallelism=policy.hash_lanes
        )
        # Computed now, so that the first login without an account takes no longer than any other.
        self._dummy_hash = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Return the hash to store."""
        return self._hasher.hash(normal_form(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Return whether a password matches, in constant time even without a stored hash; `None` never matches."""
        expected_hash = self._dummy_hash if password_hash is None else password_hash
        try:
            matches = self._hasher.verify(expected_hash, normal_form(password))
        except (VerificationError, InvalidHashError):
            return False
        return matches and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Return whether a hash was made with parameters other than the policy's."""
        return self._hasher.check_needs_rehash(password_hash)
