"""How an account comes to be: somebody signs up, an admin invites, a command makes the first admin."""

from __future__ import annotations

from meetkit.accounts.caller import Caller
from meetkit.accounts.events import NOWHERE, Origin
from meetkit.accounts.models import Account, InviteRequest, NewPasswordRequest, SignupRequest
from meetkit.accounts.verbs.parts import Parts


class SigningUp(Parts):
    """Making accounts; each with its `User`."""

    def signup(self, request: SignupRequest, *, origin: Origin = NOWHERE) -> Account:
        """Make an account as the policy says, and mail its owner a link that verifies the e-mail.

        Raises:
            ConflictError: the e-mail has an account.
            ForbiddenError: nobody signs up here, admins invite.
            InvalidRequestError: the password is too easy to guess.
            ThrottledError: too many from this address.
        """
        raise NotImplementedError

    def invite(self, caller: Caller, request: InviteRequest, *, origin: Origin = NOWHERE) -> Account:
        """An admin makes an account without a password in their tenant; a mail lets its owner set one.

        Raises:
            ConflictError: the e-mail has an account.
            ForbiddenError: the caller is no admin.
            ThrottledError: too many from this address.
        """
        raise NotImplementedError

    def accept_invitation(self, request: NewPasswordRequest, *, origin: Origin = NOWHERE) -> Account:
        """Set the password of who was invited, by the token of that mail, which also verifies the e-mail.

        Raises:
            InvalidRequestError: the token is not, or no longer, good, or the password too easy to guess.
        """
        raise NotImplementedError

    def create_admin(self, request: SignupRequest, *, tenant_id: str = "default") -> Account:
        """Make a tenant, where there is none of that id, and an admin in it, whose e-mail counts as verified.

        For a command of whoever runs the server: it asks for no caller.

        Raises:
            ConflictError: the e-mail has an account.
            InvalidRequestError: the password is too easy to guess.
        """
        raise NotImplementedError
