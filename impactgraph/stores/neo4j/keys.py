"""Keys in a Neo4j database: a node each, shared by all processes; a thread looks for changes of others."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import structlog
from neo4j import ManagedTransaction

from graph_models.time import Millis
from impactgraph.credentials.key_text import key_from_text, key_to_text
from impactgraph.credentials.keys import ApiKey
from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.database import Database, rows

T = TypeVar("T")

POLL_SECONDS = 2.0
"""After which a key that another process made or revoked is noticed."""
CONSTRAINT = "create constraint api_key_id if not exists for (n:ApiKey) require n.id is unique"

_READ = "match (k:ApiKey) return k.id as id, k.text as text, k.usedAt as used"
_LOCK = "merge (k:ApiKey {id: ''}) set k.locks = coalesce(k.locks, 0) + 1"
"""A node that is no key, whose lock a change holds."""
_WRITE = "merge (k:ApiKey {id: $id}) set k.text = $text"
_USED = """
unwind $moments as each match (k:ApiKey {id: each.id})
where coalesce(k.usedAt, 0) < each.at set k.usedAt = each.at
"""

log = structlog.get_logger("impactgraph.keys")


class Neo4jKeys:
    """The port `KeyStore`. While the database is away the keys stay as they were last seen."""

    def __init__(self, database: Database, *, poll_seconds: float = POLL_SECONDS) -> None:
        """Raises StoreUnavailableError."""
        self._database = database
        database.command(CONSTRAINT)
        self._keys = self._read()
        self._poll_seconds = poll_seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="keys", daemon=True)
        self._thread.start()

    def keys(self) -> Mapping[str, ApiKey]:
        return self._keys

    def change(self, work: Callable[[Mapping[str, ApiKey]], tuple[ApiKey, T]]) -> T:
        def attempt(tx: ManagedTransaction) -> T:
            rows(tx, _LOCK)
            key, result = work(_keys_of(rows(tx, _READ)))
            rows(tx, _WRITE, id=key.id, text=key_to_text(replace(key, used_at=None)))
            return result

        result = self._database.write(attempt)
        self._keys = self._read()
        return result

    def mark_used(self, moments: Mapping[str, Millis]) -> None:
        self._database.change(_USED, moments=[{"id": id, "at": at} for id, at in moments.items()])
        self._keys = self._read()

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._database.close()

    def _read(self) -> Mapping[str, ApiKey]:
        return _keys_of(self._database.read(_READ))

    def _follow(self) -> None:
        while not self._closing.wait(self._poll_seconds):
            try:
                self._keys = self._read()
            except StoreUnavailableError as error:
                log.warning("the keys cannot be read", reason=str(error))


def _keys_of(rows: list[dict[str, object]]) -> Mapping[str, ApiKey]:
    """Raises StoreUnavailableError where a node is not what was written."""
    keys: dict[str, ApiKey] = {}
    for row in rows:
        if row["text"] is None:
            continue
        try:
            key = key_from_text(str(row["text"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreUnavailableError(
                f"The node ApiKey {row['id']!r} is not what `impactgraph keys` writes: remove it."
            ) from error
        last_use = row["used"]
        keys[key.id] = replace(key, used_at=last_use if isinstance(last_use, int) else None)
    return keys
