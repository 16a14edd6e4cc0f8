"""Who sends a request: what the API requires of authentication."""

from dataclasses import dataclass
from typing import Protocol

from graph_models.access import LOCAL, Permission, Principal
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


class NoAuthentication:
    """Everybody is the local user: for servers on the loopback address."""

    async def verify(self, credentials: Credentials) -> Principal:
        return LOCAL


def require(principal: Principal, permission: Permission) -> None:
    """Raises ForbiddenError."""
    if not principal.may(permission):
        raise ForbiddenError(permission)
