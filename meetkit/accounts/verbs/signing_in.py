"""Coming in, staying in, leaving, and who a request is by."""

from __future__ import annotations

from meetkit.accounts.caller import Caller
from meetkit.accounts.events import NOWHERE, Origin
from meetkit.accounts.models import ExternalIdentity, LoginRequest, TokenPair
from meetkit.accounts.verbs.parts import Parts


class SigningIn(Parts):
    """Sessions, from sign-in to sign-out."""

    def login(self, request: LoginRequest, *, origin: Origin = NOWHERE) -> TokenPair:
        """Begin a session by e-mail and password.

        Raises:
            UnauthenticatedError: e-mail or password is wrong; which of them, neither message nor time tells.
            ForbiddenError: they are right, and the account is deactivated.
            ThrottledError: too many failed for this account, or from this address.
        """
        raise NotImplementedError

    def refresh(self, refresh_token: str, *, origin: Origin = NOWHERE) -> TokenPair:
        """The next pair of a session; the token that was given is good no more.

        A token that comes a second time was stolen, from its owner or by them: the whole session ends, without any
        grace, as nobody can tell which of the two came first. Of two calls at once one gets a pair, which the other
        makes useless.

        Raises:
            UnauthenticatedError: the token is not, or no longer, good.
        """
        raise NotImplementedError

    def logout(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """End this session at once, its access tokens too.

        Raises:
            ForbiddenError: the caller came by an API key.
        """
        raise NotImplementedError

    def logout_all(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """End all sessions of the account at once, this one too. API keys stay.

        Raises:
            ForbiddenError: the caller came by an API key.
        """
        raise NotImplementedError

    def authenticate(self, credential: str) -> Caller:
        """Who an access token or an API key stands for, as of now, in one statement.

        Raises:
            UnauthenticatedError: it is not, or no longer, good.
        """
        raise NotImplementedError

    def sign_in_with(self, identity: ExternalIdentity, *, origin: Origin = NOWHERE) -> TokenPair:
        """Begin a session by the word of a provider, once the edge has checked that it is the provider's.

        An identity that was here before is its account's. Otherwise the provider must have verified the e-mail. Where
        an account has it, the identity is linked to it; if that account never verified it, somebody else may have
        made it, and first loses its password, sessions, keys and identities. Where none has, the policy of signing
        up decides.

        Raises:
            ForbiddenError: the provider has not verified the e-mail, the account is deactivated, or nobody signs up
                here.
        """
        raise NotImplementedError
