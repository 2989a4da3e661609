"""The FastAPI routers of accounts, and the services that their operations look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry

from meetkit.accounts.metrics import LoginMetrics
from meetkit.accounts.models import Identity, TokenPair
from meetkit.accounts.routes import account, administration, api_keys, auth, email_tokens, oauth, pages, teams
from meetkit.accounts.routes.oauth_flow import OAuthFlow
from meetkit.accounts.service import Accounts
from meetkit.models.caller import Origin
from meetkit.settings import Settings
from meetkit.web.groups import Group

ROUTERS = (
    Group(auth.router),
    Group(email_tokens.router),
    Group(pages.router),
    Group(account.router),
    Group(api_keys.router),
    Group(teams.router),
    Group(administration.router),
    Group(oauth.router),
)


def services(
    accounts: Accounts, settings: Settings, *, signing_keys: Sequence[str], registry: CollectorRegistry
) -> Mapping[type, Any]:
    """Return the services of a backend, by class: accounts, the metrics of logins, and OAuth sign-in."""
    metrics = LoginMetrics(registry)

    def log_in(identity: Identity, origin: Origin) -> TokenPair:
        with metrics.observe():
            return accounts.oauth_login.log_in(identity, origin=origin)

    flow = OAuthFlow(settings, keys=signing_keys, log_in=log_in)
    return {Accounts: accounts, LoginMetrics: metrics, OAuthFlow: flow}
