"""The ports for API keys and for the audit log: what several processes share beside the record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from graph_models.time import Millis
from impactgraph.audit.chain import ChainCheck
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.credentials.keys import ApiKey

T = TypeVar("T")


class KeyStore(Protocol):
    """Keeps keys. Safe for many threads and processes."""

    def keys(self) -> Mapping[str, ApiKey]:
        """All keys by id, revoked ones included; changes of other processes within a few seconds.

        Takes microseconds, unless the keys have changed. Raises StoreUnavailableError.
        """
        ...

    def change(self, work: Callable[[Mapping[str, ApiKey]], tuple[ApiKey, T]]) -> T:
        """Stores the key that `work` makes of the present ones, and returns what else it gives.

        Durable when it returns; `work` may be called again. Raises StoreUnavailableError.
        """
        ...

    def mark_used(self, moments: Mapping[str, Millis]) -> None:
        """Records when keys were used. Raises StoreUnavailableError."""
        ...

    def close(self) -> None: ...


class AuditTrail(Protocol):
    """Keeps the audit log. Safe for many threads and processes."""

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        """Adds events, in their order; durable when it returns. Raises StoreUnavailableError."""
        ...

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        """Oldest first, from this moment on. Raises StoreUnavailableError."""
        ...

    def check(self) -> ChainCheck:
        """Whether anything was changed, removed or moved. Raises StoreUnavailableError."""
        ...

    def close(self) -> None: ...
