"""Deliveries with a token of Microsoft Entra ID: of one tenant, for one audience, from one application."""

import hmac
from collections.abc import Callable, Mapping

import structlog

from graph_models.time import Millis
from impactgraph.errors import StoreUnavailableError, UnauthenticatedError
from impactgraph.sources.config import EntraToken
from impactgraph.tokens.check import TokenCheck, TokenRules
from impactgraph.tokens.http import fetch_document
from impactgraph.tokens.provider import Fetch, Provider
from impactgraph.usecases.sources import DeliveryCheck

_LOGIN = "https://login.microsoftonline.com"
_RULES_ALGORITHM = ("RS256",)

log = structlog.get_logger("impactgraph.sources")


class EntraProof:
    """Takes tokens of both versions: an application's registration decides which one it gets."""

    def __init__(self, config: EntraToken, now: Callable[[], Millis], fetch: Fetch = fetch_document) -> None:
        self._app = config.app
        rules = TokenRules((config.audience, f"api://{config.audience}"), _RULES_ALGORITHM)
        first = f"https://sts.windows.net/{config.tenant}/"
        second = f"{_LOGIN}/{config.tenant}/v2.0"
        of_first = f"{_LOGIN}/{config.tenant}/.well-known/openid-configuration"
        providers = (Provider(first, metadata_at=of_first, fetch=fetch), Provider(second, fetch=fetch))
        self._checks = [TokenCheck(provider, rules, now) for provider in providers]

    @property
    def name(self) -> str:
        return "token of Entra ID (header Authorization)"

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        """Raises StoreUnavailableError where the keys of Entra ID cannot be read: it is sent again."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return DeliveryCheck.MISSING
        reason = self._problem(token.strip())
        if reason is None:
            return DeliveryCheck.VALID
        log.warning("a token that the source does not accept", reason=reason)
        return DeliveryCheck.WRONG

    def _problem(self, token: str) -> str | None:
        check = next((each for each in self._checks if each.is_issuer_of(token)), None)
        if check is None:
            return "it is not of the tenant"
        try:
            claims = check.claims_in_thread(token)
        except UnauthenticatedError as error:
            if not check.provider.has_keys:
                raise StoreUnavailableError(f"the keys of {check.provider.issuer} cannot be read") from error
            return str(error)
        sender = claims.get("azp", claims.get("appid"))
        if isinstance(sender, str) and hmac.compare_digest(sender.encode(), self._app.encode()):
            return None
        return f"it is of the application {str(sender)[:60]!r}"
