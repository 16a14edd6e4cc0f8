"""Errors that a user can fix, with stable codes: the same in GraphQL, HTTP and on the command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.access import NEEDS_ALL_ORDERS, PERMISSIONS, Permission


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a document or a request, with its place."""

    message: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message


class ImpactGraphError(Exception):
    """Base class: an error that the caller can fix; the message says what is wrong and how to fix it."""

    code = "BAD_INPUT"


class BadInputError(ImpactGraphError):
    """A question or a document is invalid; `problems` lists everything that is wrong with it."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class NotFoundError(ImpactGraphError):
    """An id or a value is unknown; `near` are similar ones.

    `message` says more than the id, such as all values that are unknown, one a line.
    """

    code = "NOT_FOUND"

    def __init__(self, identifier: str, *, near: Sequence[str] = (), message: str = "") -> None:
        self.identifier = identifier
        self.near = tuple(near)
        hint = f" Did you mean {' or '.join(self.near)}?" if self.near else ""
        super().__init__(message or f"There is no {identifier!r}.{hint}")


class RemovedError(BadInputError):
    """A question is about a moment of which retention removed orders."""


class ForgottenError(NotFoundError):
    """An order was forgotten: nothing of it is left but that."""


class AmbiguousError(BadInputError):
    """A text names several objects where one is needed; `matches` are their full ids."""

    def __init__(self, text: str, matches: Sequence[str], descriptions: Sequence[str]) -> None:
        self.matches = tuple(matches)
        listing = ", ".join(
            f"{match} ({description})" for match, description in zip(matches, descriptions, strict=True)
        )
        super().__init__(f"{text!r} fits {listing}. Give the id of the one that you mean.")


class NoTopologyError(NotFoundError):
    """A question needs a topology, and none has been applied."""

    def __init__(self) -> None:
        super().__init__("topology")
        self.args = (
            "No topology was applied yet. "
            "Apply one with `impactgraph apply PATH` or the mutation applyTopology.",
        )


class DeadlineExceededError(ImpactGraphError):
    """The answer was not ready within the deadline of the request."""

    code = "DEADLINE_EXCEEDED"


class UnauthenticatedError(ImpactGraphError):
    """A request does not prove who sends it."""

    code = "UNAUTHENTICATED"


class ForbiddenError(ImpactGraphError):
    """The sender of a request is known, and its roles do not permit what it asks for."""

    code = "FORBIDDEN"

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        roles = ", ".join(role.value for role, permitted in PERMISSIONS.items() if permission in permitted)
        limit = ", for those who may see all orders" if permission in NEEDS_ALL_ORDERS else ""
        super().__init__(
            f"This needs the permission {permission.value!r}, which these roles have{limit}: {roles}."
        )


class NoRoleError(ImpactGraphError):
    """The sender of a request is known, but nothing says what it may do, or which orders it may see."""

    code = "FORBIDDEN"


class StoreUnavailableError(ImpactGraphError):
    """The record cannot be read or written now, often a transient failure; nothing was acknowledged."""

    code = "STORE_UNAVAILABLE"
