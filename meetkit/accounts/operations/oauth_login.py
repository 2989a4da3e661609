"""Coming in by the word of a provider such as Google or GitHub."""

from __future__ import annotations

from sqlalchemy import Connection

from meetkit.accounts import audit, sessions, tables
from meetkit.accounts import email_tokens as one_time
from meetkit.accounts import linked_identities as identities
from meetkit.accounts import repository as rows
from meetkit.accounts.events import NOWHERE, Act, Origin
from meetkit.accounts.identity import Identity
from meetkit.accounts.models import TokenPair
from meetkit.accounts.operations.account_creation import Making, Newcomer
from meetkit.accounts.operations.authentication import Sessions
from meetkit.accounts.sessions import Begun
from meetkit.errors import ConflictError, ForbiddenError


class Federation(Making, Sessions):
    """Sign-in by others."""

    def sign_in_with(self, identity: Identity, *, origin: Origin = NOWHERE) -> TokenPair:
        """Begin a session by the word of a provider, once the edge has checked that it is the provider's.

        An identity that was here before is its account's. Otherwise the provider must have verified the e-mail. Where
        an account has it, the identity is linked to it; if that account never verified it, somebody else may have
        made it, and first loses its password, sessions, keys and identities. Where none has, the policy of signing
        up decides.

        Raises:
            ForbiddenError: the provider has not verified the e-mail, the account is deactivated, or nobody signs up
                here.
            ConflictError: the same was done at the same time; once more will do.
        """
        act = self._act(origin)
        try:
            account_id, begun = self.database.write(self._enter_with, identity, act)
        except (ForbiddenError, ConflictError):
            self._note(act, "login", "refused")
            raise
        return self._pair(account_id, begun, act)

    def _enter_with(self, connection: Connection, identity: Identity, act: Act) -> tuple[str, Begun]:
        kept = identities.account_of(connection, identity) or self._linked(connection, identity, act)
        return kept.account.id, self._begin(connection, kept, act)

    def _linked(self, connection: Connection, identity: Identity, act: Act) -> rows.Kept:
        """The account that an identity is linked to from now on."""
        if not identity.email_verified:
            raise ForbiddenError(f"{identity.provider} has not verified this e-mail; verify it there, then sign in")
        kept = rows.by_email(connection, identity.email, lock=True)
        if kept is None:
            tenant_id, access = self._place()
            newcomer = Newcomer(identity.email, identity.name, tenant_id, access, verified=True)
            kept = self._make(connection, newcomer, act, "signup")
        elif not _is_same(identity.email, kept.account.email):
            raise ForbiddenError(f"by this e-mail nobody can sign in with {identity.provider}; use another")
        elif not kept.account.verified:
            kept = _taken_back(connection, kept, act)
        identities.link(connection, kept.number, identity, now=act.now)
        audit.note(connection, act, "identity_linked", who=kept.account)
        return kept


def _taken_back(connection: Connection, kept: rows.Kept, act: Act) -> rows.Kept:
    """An account without anything that whoever made it could still come in by."""
    sessions.end(connection, kept.number, now=act.now)
    one_time.void(connection, kept.number, "reset", "verify", "invite")
    rows.clear(connection, kept.number, (tables.api_keys, tables.identities))
    rows.change(connection, kept.number, password_hash=None, verified=True)
    return rows.by_number(connection, kept.number)


def _is_same(one: str, other: str) -> bool:
    """Whether mail to both goes to one reader for sure; mail servers may tell apart letters that one e-mail has here.

    The Kelvin sign becomes k.
    """
    return _ascii_lower(one) == _ascii_lower(other)


def _ascii_lower(text: str) -> bytes:
    return text.encode().lower()
