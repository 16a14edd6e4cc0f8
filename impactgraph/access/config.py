"""The declaration of access, as an access file has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from graph_models.access import PersonalAttribute, RequestLimit, Role, RowFilter
from graph_models.time import SECOND, Millis
from impactgraph.usecases.access import EndpointRules, Network


class Metrics(StrEnum):
    """Who reads /metrics: whoever has the permission, or everybody."""

    PERMITTED = "permitted"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class AuditRules:
    """What is recorded beside changes, which always are."""

    questions: bool = False
    webhooks: bool = True


@dataclass(frozen=True, slots=True)
class RoleClaim:
    """Which roles the values of a claim give; a token may have several values."""

    claim: str
    """Dotted path."""
    values: Mapping[str, tuple[Role, ...]]


@dataclass(frozen=True, slots=True)
class RowClaim:
    """Which orders the values of a claim show. A token with none of them is not limited to any."""

    claim: str
    """Dotted path."""
    values: Mapping[str, RowFilter]


@dataclass(frozen=True, slots=True)
class BrowserLogin:
    """The client with which browsers log in."""

    client: str
    secret_file: Path | None = None
    """None: a public client, which proves itself by PKCE alone."""


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """A provider of OpenID Connect whose tokens are accepted."""

    issuer: str
    """As tokens have it in `iss`."""
    audience: str
    roles: RoleClaim
    rows: RowClaim | None = None
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    leeway: Millis = 30 * SECOND
    """By which clocks may differ."""
    subject: str = "sub"
    """Claim that identifies somebody for good; a dotted path."""
    name: str = "preferred_username"
    """Claim with what people call them; a dotted path."""
    browser: BrowserLogin | None = None


@dataclass(frozen=True, slots=True)
class AccessRules:
    """All of an access file."""

    metrics: Metrics = Metrics.PERMITTED
    audit: AuditRules = AuditRules()
    personal: Mapping[str, PersonalAttribute] = field(default_factory=dict[str, PersonalAttribute])
    """By the name of the attribute."""
    oidc: tuple[OidcProvider, ...] = ()
    limits: Mapping[Role, RequestLimit] = field(default_factory=dict[Role, RequestLimit])
    """Of somebody with several roles the largest holds."""
    proxies: tuple[Network, ...] = ()
    """Whose `X-Forwarded-For` is believed."""

    @property
    def endpoints(self) -> EndpointRules:
        return EndpointRules(
            self.metrics is Metrics.OPEN, self.audit.questions, self.proxies, self.audit.webhooks
        )
