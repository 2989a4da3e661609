"""What a token in a mail is good for: another password, and a verified e-mail."""

from __future__ import annotations

from meetkit.accounts.caller import Caller
from meetkit.accounts.events import NOWHERE, Origin
from meetkit.accounts.models import Account, EmailRequest, NewPasswordRequest
from meetkit.accounts.verbs.parts import Parts


class ByMail(Parts):
    """Tokens by mail; each is good once, and for a time."""

    def request_password_reset(self, request: EmailRequest, *, origin: Origin = NOWHERE) -> None:
        """Mail a token to set another password by, if the e-mail has an account: later, so that nobody learns of it.

        Raises:
            ThrottledError: too many for this e-mail, or from this address, whether it has an account or not.
        """
        raise NotImplementedError

    def reset_password(self, request: NewPasswordRequest, *, origin: Origin = NOWHERE) -> None:
        """Set another password by such a token; all sessions end at once, and the e-mail is verified.

        Was it not before, keys and identities of whoever made the account go as well.

        Raises:
            InvalidRequestError: the token is not, or no longer, good, or the password too easy to guess.
        """
        raise NotImplementedError

    def request_verification(self, caller: Caller, *, origin: Origin = NOWHERE) -> None:
        """Mail a token that verifies one's e-mail, unless it is.

        Raises:
            ThrottledError: too many for this account.
        """
        raise NotImplementedError

    def verify_email(self, token: str, *, origin: Origin = NOWHERE) -> Account:
        """Note that whoever has the account has read its mail.

        Raises:
            InvalidRequestError: the token is not, or no longer, good.
        """
        raise NotImplementedError
