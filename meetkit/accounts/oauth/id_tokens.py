"""Who a provider of OpenID Connect says has signed in, in a token that it signed."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ValidationError

from meetkit.errors import InvalidRequestError

# A provider signs by a key that only it has: were HMAC let in, its public keys would be secrets to sign with.
_SIGNATURES = JWSRegistry(algorithms=["RS256", "ES256", "PS256", "EdDSA"], strict_check_header=False)
_SECONDS_CLOCKS_DIFFER = 60


class Claims(BaseModel):
    """What the token says of the person. An address counts as verified only where it says so in so many words."""

    model_config = {"strict": True}

    sub: str
    email: str | None = None
    email_verified: bool = False
    name: str | None = None


def verified(id_token: str, *, keys: list[dict[str, Any]], issuer: str, client_id: str, nonce: str) -> Claims:
    """The claims of a token that this issuer signed, for this client and this sign-in, and that is not over.

    As OpenID Connect Core 1.0, section 3.1.3.7, asks. `keys` are those of the issuer's JWK Set.

    Raises:
        InvalidRequestError: the token is anything else.
    """
    wanted = jwt.JWTClaimsRegistry(
        leeway=_SECONDS_CLOCKS_DIFFER,
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
        wanted.validate(claims)
        return Claims.model_validate(claims)
    except (JoseError, ValidationError, ValueError, TypeError, KeyError):
        raise InvalidRequestError(
            "the provider's word on who signed in is not good for this sign-in; begin anew"
        ) from None
