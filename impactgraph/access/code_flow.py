"""The two requests of the authorization code flow with PKCE (RFC 6749, RFC 7636), by Authlib."""

# pyright: basic
# Authlib has no types.

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from impactgraph.tokens.http import SECONDS, ProviderError, is_safe

SCOPE = "openid profile"
METHODS = ("client_secret_basic", "client_secret_post")
"""How a client proves itself at the token endpoint, the preferred one first."""


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    secret: str | None
    """None: a public client, which proves itself by PKCE alone."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What has to fit together in one login."""

    state: str
    nonce: str
    verifier: str
    callback: str


def authorization_address(client: Client, metadata: Mapping[str, object], attempt: Attempt) -> str:
    """Where the browser goes to log in. Raises ProviderError."""
    endpoint = _endpoint(metadata, "authorization_endpoint")
    oauth = _oauth(client, metadata, attempt.callback)
    address, _ = oauth.create_authorization_url(
        endpoint, state=attempt.state, code_verifier=attempt.verifier, nonce=attempt.nonce
    )
    return address


async def exchange(client: Client, metadata: Mapping[str, object], attempt: Attempt, code: str) -> str:
    """The ID token for a code. Raises ProviderError where the provider gives none."""
    endpoint = _endpoint(metadata, "token_endpoint")
    try:
        async with _oauth(client, metadata, attempt.callback) as oauth:
            tokens = await oauth.fetch_token(
                endpoint, grant_type="authorization_code", code=code, code_verifier=attempt.verifier
            )
    except (AuthlibBaseError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
        raise ProviderError(f"{endpoint} gave no token: {error}") from error
    token = tokens.get("id_token") if isinstance(tokens, dict) else None
    if not isinstance(token, str):
        raise ProviderError(f"{endpoint} gave no `id_token`")
    return token


def _oauth(client: Client, metadata: Mapping[str, object], callback: str) -> Any:
    methods = metadata.get("token_endpoint_auth_methods_supported")
    known = methods if isinstance(methods, list) else METHODS[:1]
    method = next((each for each in METHODS if each in known), METHODS[0])
    return AsyncOAuth2Client(
        client.id,
        client.secret,
        token_endpoint_auth_method=method if client.secret else "none",
        scope=SCOPE,
        redirect_uri=callback,
        code_challenge_method="S256",
        timeout=SECONDS,
        follow_redirects=False,
    )


def _endpoint(metadata: Mapping[str, object], name: str) -> str:
    address = metadata.get(name)
    if isinstance(address, str) and is_safe(address):
        return address
    raise ProviderError(f"the discovery document of {metadata.get('issuer')} has no https address `{name}`")
