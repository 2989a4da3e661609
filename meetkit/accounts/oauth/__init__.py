"""Sign-in by others: OAuth 2.0 authorization code with PKCE (RFC 6749, RFC 7636), and OpenID Connect."""

from __future__ import annotations

from meetkit.accounts.identity import ProviderName
from meetkit.errors import NotConfiguredError
from meetkit.settings.accounts import AccountSettings

try:
    from meetkit.accounts.oauth.github import GitHub
    from meetkit.accounts.oauth.google import Google
    from meetkit.accounts.oauth.provider import Answer, Pending, Provider
except ImportError as error:
    raise ImportError("sign-in by others needs the extra 'web': pip install 'meetkit[web]'") from error

__all__ = ["Answer", "GitHub", "Google", "Pending", "Provider", "connect"]


def connect(name: ProviderName, settings: AccountSettings) -> Provider:
    """The provider of that name, as the settings have it.

    Raises:
        NotConfiguredError: they have no client id and secret for it.
        InvalidRequestError: they have a URL for it that is not safe.
    """
    given = {
        "google": (settings.google_client_id, settings.google_client_secret),
        "github": (settings.github_client_id, settings.github_client_secret),
    }
    client_id, client_secret = given[name]
    if not client_id or not client_secret:
        variables = f"MEETKIT_{name.upper()}_CLIENT_ID and MEETKIT_{name.upper()}_CLIENT_SECRET"
        raise NotConfiguredError(f"sign-in by {name} is not set up on this server; it needs {variables}")
    if name == "google":
        return Google(settings.google_url, client_id=client_id, client_secret=client_secret)
    return GitHub(settings.github_url, settings.github_api_url, client_id=client_id, client_secret=client_secret)
