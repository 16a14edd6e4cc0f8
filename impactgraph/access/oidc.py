"""Bearer tokens of OpenID Connect providers: who sends a request, by a token and the access file."""

from collections.abc import Callable

from graph_models.access import Principal
from graph_models.time import Millis
from impactgraph.access.claims import principal_of
from impactgraph.access.config import OidcProvider
from impactgraph.tokens.check import TokenCheck, TokenRules
from impactgraph.tokens.provider import Provider


class OidcVerifier:
    """Verifies the tokens of one provider."""

    def __init__(
        self, config: OidcProvider, *, now: Callable[[], Millis], provider: Provider | None = None
    ) -> None:
        """`provider`: one that others use, too, with the keys in its memory."""
        self.config = config
        self.provider = provider or Provider(config.issuer)
        rules = TokenRules((config.audience,), config.algorithms, config.leeway)
        self._check = TokenCheck(self.provider, rules, now)

    async def verify_token(self, token: str) -> Principal | None:
        """None: it is no token of this provider.

        Raises UnauthenticatedError where it is invalid, NoRoleError where its claims give no role.
        """
        if not self._check.is_issuer_of(token):
            return None
        return principal_of(await self._check.claims(token), self.config)
