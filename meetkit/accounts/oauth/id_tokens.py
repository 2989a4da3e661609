"""ID tokens: the identity of a user, signed by an OpenID Connect provider."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ValidationError

from meetkit.errors import InvalidRequestError

# HMAC is excluded: with it, anybody could sign with the provider's public keys as the secret.
_SIGNATURES = JWSRegistry(algorithms=["RS256", "ES256", "PS256", "EdDSA"], strict_check_header=False)
_LEEWAY_SECONDS = 60


class Claims(BaseModel):
    """The claims about the user. The email address counts as verified only if the token says `true`."""

    model_config = {"strict": True}

    sub: str
    email: str | None = None
    email_verified: bool = False
    name: str | None = None


def verify(id_token: str, *, keys: list[dict[str, Any]], issuer: str, client_id: str, nonce: str) -> Claims:
    """Return the claims of a token after validation by OpenID Connect Core 1.0, section 3.1.3.7.

    It must be signed by a key of `keys`, the issuer's JWK Set, be issued for this client and this sign-in's `nonce`,
    and not be expired.

    Raises:
        InvalidRequestError: the token is invalid.
    """
    registry = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        azp={"value": client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        claims = jwt.decode(id_token, KeySet.import_key_set({"keys": keys}), registry=_SIGNATURES).claims
        registry.validate(claims)
        return Claims.model_validate(claims)
    except (JoseError, ValidationError, ValueError, TypeError, KeyError):
        raise InvalidRequestError("the provider's ID token is not valid for this sign-in; start again") from None
