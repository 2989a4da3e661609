"""Sign-in with OAuth providers: authorization code with PKCE (RFC 6749, RFC 7636), and OpenID Connect."""

from __future__ import annotations

from meetkit.accounts.models import ProviderName
from meetkit.errors import NotConfiguredError
from meetkit.settings.accounts import AccountSettings

try:
    from meetkit.accounts.oauth.github import GitHub
    from meetkit.accounts.oauth.google import Google
    from meetkit.accounts.oauth.provider import CallbackParams, Pending, Provider
except ImportError as error:
    raise ImportError("OAuth sign-in needs the extra 'web': pip install 'meetkit[web]'") from error

__all__ = ["CallbackParams", "GitHub", "Google", "Pending", "Provider", "connect"]


def connect(name: ProviderName, settings: AccountSettings) -> Provider:
    """Return a provider, configured by the settings.

    Raises:
        NotConfiguredError: they have no client ID and secret for it.
        InvalidRequestError: its URL is not safe.
    """
    clients = {
        "google": (settings.google_client_id, settings.google_client_secret),
        "github": (settings.github_client_id, settings.github_client_secret),
    }
    client_id, client_secret = clients[name]
    if not client_id or not client_secret:
        variables = f"MEETKIT_{name.upper()}_CLIENT_ID and MEETKIT_{name.upper()}_CLIENT_SECRET"
        raise NotConfiguredError(f"sign-in with {name} is not configured on this server; set {variables}")
    if name == "google":
        return Google(settings.google_url, client_id=client_id, client_secret=client_secret)
    return GitHub(settings.github_url, settings.github_api_url, client_id=client_id, client_secret=client_secret)
