"""What requests and answers about accounts hold beyond the values of `meetkit.accounts.models`."""

from __future__ import annotations

from meetkit.accounts.caller import Access, Right
from meetkit.accounts.models import Token
from meetkit.models.base import Email, Line, Value


class RefreshRequest(Value):
    """Somebody wants their session to go on."""

    refresh_token: Token


class Me(Value):
    """Who makes this request, and what that allows. `right` is what an API key is limited to."""

    account_id: Line
    user_id: Line
    tenant_id: Line
    access: Access
    right: Right
    email: Email
    name: Line
