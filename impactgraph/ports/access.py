"""The ports for API keys and for the audit log: what several processes share beside the record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from graph_models.access import Principal
from graph_models.time import Millis
from impactgraph.audit.chain import ChainCheck
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.audit.sealing import Editor
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

    def remove_before(self, before: Millis, by: Principal, at: Millis, *, dry_run: bool = False) -> int:
        """Removes entries that were written before a moment, as far as the log is kept in parts that are old
        as a whole; returns how many there were. An entry of the moment `at` says in whose name, and up to
        which entry: behind it the chain stays whole. With `dry_run` nothing is removed.

        Raises StoreUnavailableError, also where the chain is broken: then nothing is removed.
        """
        ...

    def forget(self, edit: Editor, by: Principal, at: Millis) -> int:
        """Replaces the arguments of entries, as JSON, by what `edit` makes of them; the number of entries. An
        entry of the moment `at` says in whose name and which entries: the chain stays whole. Entries of
        versions before the seal of arguments stay as they are.

        Raises StoreUnavailableError, also where the chain is broken: then nothing is removed.
        """
        ...

    def check(self) -> ChainCheck:
        """Whether anything was changed, removed or moved. Raises StoreUnavailableError."""
        ...

    def close(self) -> None: ...
