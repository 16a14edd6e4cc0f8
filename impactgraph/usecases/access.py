"""Authentication of requests: the interfaces that the API requires."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol, TypeAlias

from graph_models.access import LOCAL, Permission, Principal, RequestLimit, Role
from graph_models.time import Millis
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.audit.sealing import Editor
from impactgraph.errors import ForbiddenError
from impactgraph.usecases.login import BrowserLogin


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings to prove who sends it; None: it brings none."""

    bearer: str | None = None
    """Token of `Authorization: Bearer`, or what a web socket has instead."""
    session: str | None = None
    """Value of the session cookie."""


class Verifier(Protocol):
    """Says who sends a request. Called in the event loop: it must not block for more than 1 ms."""

    async def verify(self, credentials: Credentials) -> Principal:
        """Raises UnauthenticatedError where the credentials are missing, unknown or expired."""
        ...


class AuditLog(Protocol):
    """Keeps who did what. Safe for many threads."""

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        """Adds events; durable when it returns. Raises StoreUnavailableError."""
        ...

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        """Oldest first. Raises StoreUnavailableError."""
        ...

    def remove_before(self, before: Millis, by: Principal, at: Millis, *, dry_run: bool = False) -> int:
        """Removes old entries, as `AuditTrail` says. Raises StoreUnavailableError."""
        ...

    def forget(self, edit: Editor, by: Principal, at: Millis) -> int:
        """Removes texts from arguments, as `AuditTrail` says. Raises StoreUnavailableError."""
        ...


class NoAudit:
    """Keeps nothing: where there is no authentication to speak of, as in tests."""

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        return [AuditEntry(event, number, "", "") for number, event in enumerate(events, 1)]

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        return iter(())

    def remove_before(self, before: Millis, by: Principal, at: Millis, *, dry_run: bool = False) -> int:
        return 0

    def forget(self, edit: Editor, by: Principal, at: Millis) -> int:
        return 0


Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """What an access file says of the endpoints of a server."""

    metrics_are_open: bool = False
    audits_questions: bool = False
    proxies: tuple[Network, ...] = ()
    """Whose `X-Forwarded-For` is believed."""
    audits_webhooks: bool = True
    """Whether what webhooks deliver is in the audit log."""


class NoAuthentication:
    """Everybody is the local user: for servers on the loopback address."""

    async def verify(self, credentials: Credentials) -> Principal:
        return LOCAL


@dataclass(frozen=True)
class Access:
    """Who may ask and change what. By default everybody is the local user, for the loopback address only."""

    verifier: Verifier = field(default_factory=NoAuthentication)
    """Says who sends a request."""
    endpoints: EndpointRules = EndpointRules()
    audit: AuditLog = field(default_factory=NoAudit)
    """Keeps what is changed."""
    login: BrowserLogin | None = None
    """With which browsers log in; None: they cannot."""
    personal: frozenset[str] = frozenset()
    """Attributes of orders that are shown masked to whoever lacks the permission."""
    limits: Mapping[Role, RequestLimit] = field(default_factory=dict[Role, RequestLimit])
    """What somebody may ask for in a minute, by role; others have what the settings say."""


OPEN_ACCESS = Access()


def require(principal: Principal, permission: Permission) -> None:
    """Raises ForbiddenError."""
    if not principal.may(permission):
        raise ForbiddenError(permission)
