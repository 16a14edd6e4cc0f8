"""The providers of an access file, ready to verify tokens and to log browsers in."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from graph_models.time import HOUR, Millis
from impactgraph.access.config import AccessRules, OidcProvider
from impactgraph.errors import BadInputError
from impactgraph.usecases.login import BrowserLogin

if TYPE_CHECKING:
    from impactgraph.access.oidc import OidcVerifier
    from impactgraph.access.sessions import Sessions
    from impactgraph.tokens.provider import Provider

_PACKAGES = ("jwt", "authlib", "httpx2", "itsdangerous")


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How sessions of browsers are signed, and how long they last."""

    secret_file: Path | None = None
    """With a secret a line; None: a random one, of this process."""
    idle: Millis = HOUR
    length: Millis = 12 * HOUR


@dataclass(frozen=True, slots=True)
class OpenProviders:
    tokens: "tuple[OidcVerifier, ...]" = ()
    login: BrowserLogin | None = None
    """None: browsers cannot log in."""
    sessions: "Sessions | None" = None
    """Of browsers that logged in."""


def open_providers(rules: AccessRules, sessions: SessionRules, *, now: Callable[[], Millis]) -> OpenProviders:
    """Nothing is fetched before it is needed. Raises BadInputError for what is missing or cannot be."""
    if not rules.oidc:
        return OpenProviders()
    check_providers(rules)
    from impactgraph.access.oidc import OidcVerifier
    from impactgraph.tokens.provider import Provider

    providers = {config.issuer: Provider(config.issuer) for config in rules.oidc}
    verifiers = tuple(
        OidcVerifier(config, now=now, provider=providers[config.issuer]) for config in rules.oidc
    )
    for config in rules.oidc:
        if config.browser:
            return _with_login(config, sessions, now, verifiers, providers[config.issuer])
    return OpenProviders(verifiers)


def check_providers(rules: AccessRules) -> None:
    """Raises BadInputError where packages are missing, or browsers could log in at several providers."""
    if not rules.oidc:
        return
    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise BadInputError(
            f"`oidc` of the access file needs {', '.join(missing)}, which is not installed: "
            "pip install 'impactgraph[login]'."
        )
    with_browsers = [config for config in rules.oidc if config.browser]
    if len(with_browsers) > 1:
        raise BadInputError(
            "Browsers log in at one provider, and `oidc` of the access file has `browser` in "
            f"{len(with_browsers)}: {', '.join(config.issuer for config in with_browsers)}. Keep one."
        )


def _with_login(
    config: OidcProvider,
    rules: SessionRules,
    now: Callable[[], Millis],
    verifiers: "tuple[OidcVerifier, ...]",
    provider: "Provider",
) -> OpenProviders:
    from impactgraph.access.login import OidcLogin
    from impactgraph.access.sessions import SessionLimits, Sessions, read_secrets

    secrets = read_secrets(rules.secret_file)
    sessions = Sessions(secrets, config, now=now, limits=SessionLimits(rules.idle, rules.length))
    return OpenProviders(
        verifiers, OidcLogin(config, sessions, secrets, now=now, provider=provider), sessions
    )
