"""Login of browsers at an OpenID Connect provider: authorization code with PKCE, state and nonce."""

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog

from graph_models.time import MINUTE, SECOND, Millis
from impactgraph.access.code_flow import Attempt, Client, authorization_address, exchange
from impactgraph.access.config import OidcProvider
from impactgraph.access.sessions import Sessions, Signer
from impactgraph.errors import BadInputError, UnauthenticatedError
from impactgraph.tokens.check import TokenCheck, TokenRules
from impactgraph.tokens.http import ProviderError, is_safe
from impactgraph.tokens.provider import Provider
from impactgraph.usecases.login import LoginEnd, LoginStart, is_local_path

PATIENCE: Millis = 10 * MINUTE
"""In which a login that began has to be finished."""
MOST_ATTEMPTS = 5
"""Logins that a browser may have begun, in as many tabs."""
HOME = "/"

log = structlog.get_logger("impactgraph.access")


class OidcLogin:
    """Implements `impactgraph.usecases.login.BrowserLogin`."""

    def __init__(
        self,
        config: OidcProvider,
        sessions: Sessions,
        signing_secrets: Sequence[str],
        *,
        now: Callable[[], Millis],
        provider: Provider,
    ) -> None:
        """Raises BadInputError where the secret of the client cannot be read."""
        assert config.browser is not None
        self._client = Client(config.browser.client, client_secret(config))
        self._provider = provider
        self._sessions = sessions
        self._attempts = Signer(signing_secrets, "login")
        self._now = now
        rules = TokenRules((self._client.id,), config.algorithms, config.leeway)
        self._check = TokenCheck(provider, rules, now)

    @property
    def seconds(self) -> int:
        return self._sessions.limits.length // SECOND

    async def begin(self, *, callback: str, next: str, attempts: str | None) -> LoginStart:
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)), callback=callback)
        try:
            address = authorization_address(self._client, await self._provider.metadata(), attempt)
        except ProviderError as error:
            raise _unreachable(error) from error
        entry = {
            "state": attempt.state,
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "next": next if is_local_path(next) else HOME,
            "at": self._now(),
        }
        latest = [*self._open_attempts(attempts), entry][-MOST_ATTEMPTS:]
        return LoginStart(address, self._sign(latest))

    async def finish(self, answer: Mapping[str, str], *, callback: str, attempts: str | None) -> LoginEnd:
        entry = self._attempt_of(answer.get("state", ""), attempts)
        if "error" in answer:
            reason = f"{answer['error'][:100]} {answer.get('error_description', '')[:300]}".strip()
            raise UnauthenticatedError(f"The provider did not log you in: {reason}.")
        if answer.get("iss", self._provider.issuer) != self._provider.issuer:  # RFC 9207
            raise UnauthenticatedError("Another provider answered than the one that was asked.")
        attempt = Attempt(entry["state"], entry["nonce"], entry["verifier"], callback)
        try:
            metadata = await self._provider.metadata()
            token = await exchange(self._client, metadata, attempt, answer.get("code", ""))
        except ProviderError as error:
            raise _unreachable(error) from error
        claims = await self._check.claims(token)
        if not hmac.compare_digest(str(claims.get("nonce")).encode(), attempt.nonce.encode()):
            raise UnauthenticatedError("The token is of another login (`nonce`). Log in again.")
        if claims.get("azp", self._client.id) != self._client.id:
            raise UnauthenticatedError("The token was issued to another client (`azp`).")
        others = [each for each in self._open_attempts(attempts) if each["state"] != entry["state"]]
        return LoginEnd(self._sessions.begin(claims), self._sign(others), entry["next"], token)

    def renew(self, session: str) -> str | None:
        return self._sessions.renew(session)

    async def end(self, session: str | None, *, hint: str | None, after: str) -> str | None:
        if session:
            self._sessions.end(session)
        try:
            endpoint = (await self._provider.metadata()).get("end_session_endpoint")
        except ProviderError:
            return None
        if not isinstance(endpoint, str) or not is_safe(endpoint):
            return None
        values = {"client_id": self._client.id, "post_logout_redirect_uri": after}
        if hint:
            values["id_token_hint"] = hint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(values)}"

    def _attempt_of(self, state: str, attempts: str | None) -> dict[str, Any]:
        for entry in self._open_attempts(attempts):
            if state and hmac.compare_digest(entry["state"].encode(), state.encode(errors="replace")):
                return entry
        raise UnauthenticatedError(
            "This login was not begun in this browser, or more than ten minutes ago. Log in again."
        )

    def _sign(self, attempts: Sequence[Mapping[str, Any]]) -> str:
        return self._attempts.sign({"attempts": attempts})

    def _open_attempts(self, attempts: str | None) -> list[dict[str, Any]]:
        values = self._attempts.read(attempts) if attempts else None
        return [each for each in (values or {}).get("attempts", []) if self._now() - each["at"] < PATIENCE]


def client_secret(config: OidcProvider) -> str | None:
    """None for a public client. Raises BadInputError where the file cannot be read, or is empty."""
    path = config.browser.secret_file if config.browser else None
    if path is None:
        return None
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(f"The secret of the client in {path} cannot be read: {reason}.") from error
    if not secret:
        raise BadInputError(f"The file {path} is empty: it must have the secret of the client.")
    return secret


def _unreachable(error: ProviderError) -> UnauthenticatedError:
    """What a person may see; the reason is for whoever runs the server."""
    log.warning("a login failed at the provider", reason=str(error))
    return UnauthenticatedError(
        "The login provider did not answer as it should. Try again; if that does not help, ask whoever runs "
        "this server: its log has the reason."
    )
