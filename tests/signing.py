"""A provider of OpenID Connect in memory: its keys, its documents, and the tokens that it signs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from graph_models.time import Millis
from impactgraph.tokens.http import ProviderError
from tests.functional.http.shop import NOW

ISSUER = "https://login.example.com/realms/shop"
AUDIENCE = "impactgraph"
NOW_SECONDS = NOW // 1000


@cache
def rsa_key(name: str) -> RSAPrivateKey:
    """The same key for the same name, made once."""
    return generate_private_key(65537, 2048)


@cache
def ec_key(name: str) -> Any:
    return new_ec_key(SECP256R1())


def public_keys(*kids: str) -> list[dict[str, Any]]:
    """As a provider publishes them: kids that begin with `ec` are of elliptic curves."""
    keys = list[dict[str, Any]]()
    for kid in kids:
        is_ec = kid.startswith("ec")
        public: Any = (ec_key if is_ec else rsa_key)(kid).public_key()
        document = (ECAlgorithm if is_ec else RSAAlgorithm).to_jwk(public, as_dict=True)
        keys.append({**document, "kid": kid, "use": "sig"})
    return keys


def claims_of(now: Millis = NOW, **more: Any) -> dict[str, Any]:
    """Of a valid token; None takes a claim away."""
    seconds = now // 1000
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-1",
        "preferred_username": "ada",
        "groups": ["oncall"],
        "iat": seconds,
        "exp": seconds + 300,
    } | more
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: Mapping[str, Any], kid: str = "rsa-1", **header: Any) -> str:
    is_ec = kid.startswith("ec")
    key = (ec_key if is_ec else rsa_key)(kid)
    return jwt.api_jws.encode(  # not jwt.encode, which refuses to sign some wrong claims
        json.dumps(claims).encode(), key, "ES256" if is_ec else "RS256", {"typ": "JWT", "kid": kid, **header}
    )


@dataclass
class MemoryProvider:
    """What is fetched of it; it can be away, and change its keys."""

    kids: list[str] = field(default_factory=lambda: ["rsa-1", "ec-1"])
    issuer: str = ISSUER
    is_away: bool = False
    fetched: list[str] = field(default_factory=list[str])

    def fetch(self, address: str) -> Mapping[str, object]:
        self.fetched.append(address)
        if self.is_away:
            raise ProviderError(f"{address} cannot be read: it is away")
        if address.endswith("/.well-known/openid-configuration"):
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
        return {"keys": public_keys(*self.kids)}

    @property
    def key_fetches(self) -> int:
        return sum(address.endswith("/keys") for address in self.fetched)
