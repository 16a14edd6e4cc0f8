"""One base for everything that a user can mend; each subclass has a stable code, the same in GraphQL, HTTP
and on the command line.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document or a request: what, and where."""

    message: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message


class ImpactGraphError(Exception):
    """Something the caller can mend; the message says what is wrong and how."""

    code = "BAD_INPUT"


class BadInputError(ImpactGraphError):
    """The question or a document is not as it must be; `problems` has them all."""

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))


class NotFoundError(ImpactGraphError):
    """An id names nothing that is known."""

    code = "NOT_FOUND"

    def __init__(self, identifier: str, *, near: Sequence[str] = ()) -> None:
        self.identifier, self.near = identifier, tuple(near)
        hint = f" Did you mean {' or '.join(self.near)}?" if self.near else ""
        super().__init__(f"There is no {identifier!r}.{hint}")


class NoTopologyError(NotFoundError):
    """A question needs a topology, and none was ever applied."""

    def __init__(self) -> None:
        super().__init__("topology")
        self.args = (
            "No topology was applied yet. Apply one with `impactgraph apply PATH` or the mutation applyTopology.",
        )


class DeadlineExceededError(ImpactGraphError):
    """The answer was not ready in the time the request had."""

    code = "DEADLINE_EXCEEDED"


class StoreUnavailableError(ImpactGraphError):
    """The record cannot be read or written now; nothing was acknowledged."""

    code = "STORE_UNAVAILABLE"
