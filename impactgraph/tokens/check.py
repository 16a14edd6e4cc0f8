"""Signed tokens (JWT) of an OpenID Connect provider: whether one is valid, and what it claims."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from jwt.exceptions import PyJWTError
from jwt.types import Options

from graph_models.time import SECOND, Millis
from impactgraph.errors import BadInputError, UnauthenticatedError
from impactgraph.tokens.provider import Provider

Claims: TypeAlias = Mapping[str, object]

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""Only those with a key pair: who knows what a provider publishes must not be able to sign."""
DEFAULT_ALGORITHMS = ("RS256", "ES256")
LONGEST = 16 * 1024
"""Characters of a token."""
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""Of access tokens and ID tokens; others, such as logout tokens, are no credentials."""
_READ_ONLY: Options = {"verify_signature": False}
_CHECKED_HERE: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""PyJWT would compare times with the clock of the process, and say less of what is wrong."""
_UNREADABLE = (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a valid token has beside a signature of its issuer."""

    audiences: Collection[str]
    """It has to be for one of them."""
    algorithms: Collection[str] = DEFAULT_ALGORITHMS
    leeway: Millis = 30 * SECOND
    """By which the provider's clock may differ from ours."""

    def __post_init__(self) -> None:
        wrong = sorted(set(self.algorithms) - set(ALGORITHMS))
        if wrong or not self.algorithms:
            raise BadInputError(
                f"Tokens may not be signed by {', '.join(wrong) or 'nothing'}: give some of "
                f"{', '.join(ALGORITHMS)} as `algorithms`."
            )


class TokenCheck:
    """Checks tokens of one provider. Claims come back only when everything is right."""

    def __init__(self, provider: Provider, rules: TokenRules, now: Callable[[], Millis]) -> None:
        self.provider = provider
        self._rules = rules
        self._now = now

    def is_issuer_of(self, token: str) -> bool:
        """Whether a token says that it is of this provider, which proves nothing."""
        return issuer_in(token) == self.provider.issuer

    async def claims(self, token: str) -> Claims:
        """Raises UnauthenticatedError that says what is wrong, and nothing of the token beyond that."""
        kid = self._kid(token)
        return self._check(token, await self.provider.key(kid))

    def claims_in_thread(self, token: str) -> Claims:
        """As `claims`, for callers outside of the event loop."""
        kid = self._kid(token)
        return self._check(token, self.provider.key_in_thread(kid))

    def _kid(self, token: str) -> str:
        """The id of its key, where its header is one that may be followed."""
        try:
            header = jwt.get_unverified_header(token) if len(token) <= LONGEST else {}
        except _UNREADABLE:
            header = {}
        algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
        if not isinstance(algorithm, str) or algorithm not in self._rules.algorithms:
            raise UnauthenticatedError(
                f"The token is not signed by {' or '.join(self._rules.algorithms)}."
                if header
                else "The token cannot be read: send an access token of the provider as it was issued."
            )
        if not isinstance(kind, str) or kind.lower() not in _TYPES:
            raise UnauthenticatedError("The token is of another type than access tokens are.")
        if not isinstance(kid, str) or not kid:
            raise UnauthenticatedError("The token does not name the key that signed it (`kid`).")
        return kid

    def _check(self, token: str, key: jwt.PyJWK | None) -> Claims:
        if key is None:
            raise UnauthenticatedError(
                f"The key that signed the token is none of {self.provider.issuer}, or its keys cannot be "
                "read now. Get a new token."
            )
        try:
            claims: Claims = jwt.decode(
                token, key, algorithms=list(self._rules.algorithms), options=_CHECKED_HERE
            )
        except _UNREADABLE:
            raise UnauthenticatedError("The signature of the token is wrong.") from None
        self._check_times(claims)
        if claims.get("iss") != self.provider.issuer:
            raise UnauthenticatedError(f"The token is not of {self.provider.issuer}.")
        if not self._rules.audiences or set(self._rules.audiences).isdisjoint(texts_in(claims.get("aud"))):
            raise UnauthenticatedError(
                f"The token is for another audience than {' or '.join(self._rules.audiences)}."
            )
        return claims

    def _check_times(self, claims: Claims) -> None:
        """`exp` is required; `nbf` and `iat` count where they are there: not every provider has them."""
        now, leeway = self._now(), self._rules.leeway
        expires = claims.get("exp")
        if not _is_moment(expires):
            raise UnauthenticatedError("The token does not say when it expires (`exp`).")
        if expires * SECOND + leeway <= now:
            raise UnauthenticatedError("The token has expired. Get a new one.")
        for name in ("nbf", "iat"):
            begins = claims.get(name)
            if begins is not None and not (_is_moment(begins) and begins * SECOND - leeway <= now):
                raise UnauthenticatedError(f"The token is not valid yet (`{name}`). Compare the clocks.")


def issuer_in(token: str) -> str | None:
    """What a token says that issued it, unproved; None: it is no token of this kind."""
    if token.count(".") != 2 or len(token) > LONGEST:
        return None
    try:
        issuer = jwt.decode(token, options=_READ_ONLY).get("iss")
    except _UNREADABLE:
        return None
    return issuer if isinstance(issuer, str) else None


def claim_at(claims: Claims, path: str) -> object:
    """The value of a claim; None: there is none. A dotted path leads into maps, unless it is a whole name."""
    if path in claims:
        return claims[path]
    value: object = claims
    for name in path.split("."):
        if not isinstance(value, dict):
            return None
        entries: dict[str, object] = value  # pyright: ignore[reportUnknownVariableType] - JSON
        value = entries.get(name)
    return value


def texts_in(value: object) -> tuple[str, ...]:
    """Of a claim that is a text or a list: its texts."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        return ()
    items: list[object] = value  # pyright: ignore[reportUnknownVariableType] - JSON
    return tuple(item for item in items if isinstance(item, str))


def _is_moment(value: object) -> TypeGuard[int | float]:
    """Seconds since 1970 UTC, before the year 10000."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 253_402_300_800
