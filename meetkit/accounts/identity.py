"""Who somebody is at a provider that signs people in for us."""

from __future__ import annotations

from typing import Literal

from meetkit.models.base import Email, Line, Value

ProviderName = Literal["google", "github"]


class Identity(Value):
    """A person as a provider knows them.

    `subject` is the provider's own id of them, which stays while the rest may change. Only an address with
    `email_verified` has been shown to be theirs.
    """

    provider: ProviderName
    subject: Line
    email: Email
    email_verified: bool
    name: Line
