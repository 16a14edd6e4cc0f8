"""Who sends a request: what the API requires of authentication."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol, TypeAlias

from graph_models.access import LOCAL, Permission, Principal
from graph_models.time import Millis
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.errors import ForbiddenError


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


class NoAudit:
    """Keeps nothing: where there is no authentication to speak of, as in tests."""

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        return [AuditEntry(event, number, "", "") for number, event in enumerate(events, 1)]

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        return iter(())


Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class DoorRules:
    """What an access file says of the doors of a server."""

    metrics_are_open: bool = False
    audits_questions: bool = False
    proxies: tuple[Network, ...] = ()
    """Whose `X-Forwarded-For` is believed."""


class NoAuthentication:
    """Everybody is the local user: for servers on the loopback address."""

    async def verify(self, credentials: Credentials) -> Principal:
        return LOCAL


def require(principal: Principal, permission: Permission) -> None:
    """Raises ForbiddenError."""
    if not principal.may(permission):
        raise ForbiddenError(permission)
