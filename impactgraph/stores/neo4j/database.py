"""One process's connection to a Neo4j database. All other code of this package asks through it."""

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar, cast

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    Driver,
    GraphDatabase,
    ManagedTransaction,
    NotificationMinimumSeverity,
    Record,
    Session,
    unit_of_work,
)
from neo4j.exceptions import AuthError, DriverError, IncompleteCommit, Neo4jError

from impactgraph.errors import StoreUnavailableError
from impactgraph.stores.neo4j.address import Address

T = TypeVar("T")
Row: TypeAlias = dict[str, Any]

RETRY_SECONDS = 5.0
"""How long a question or change is tried again while the database cannot be reached, or says that it may go better."""
CONNECT_SECONDS = 5.0
WRITE_SECONDS = 60.0
"""A change that takes longer is taken back by the database: who holds a lock and hangs must not stop all others for good."""
_SILENT = (
    "Neo.ClientError.Security",
    "Neo.ClientError.Transaction",
    "Neo.ClientError.Database",
    "Neo.TransientError",
    "Neo.DatabaseError",
)
"""Codes of errors that come from the server's state, not from what was asked."""


logging.getLogger("neo4j").addHandler(
    logging.NullHandler()
)  # what the driver tries again is told once, by us, where it comes to nothing


class CommitUnknownError(StoreUnavailableError):
    """The connection broke while a change was being committed: it may have come through or not."""


class Database:
    """Many threads may use it. Reads follow this process's own writes, on replicas too: bookmarks are kept for all its sessions."""

    def __init__(self, address: Address) -> None:
        """Connects when it is first asked."""
        self.address = address
        self._bookmarks = GraphDatabase.bookmark_manager()
        with self._said():
            self._driver: Driver = GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType] - its options are untyped
                address.uri,
                auth=(address.user, address.password) if address.user else None,
                max_transaction_retry_time=RETRY_SECONDS,
                connection_timeout=CONNECT_SECONDS,
                connection_acquisition_timeout=2 * CONNECT_SECONDS,
                liveness_check_timeout=30.0,
                notifications_min_severity=NotificationMinimumSeverity.OFF,
                user_agent="impactgraph",
            )

    def read(self, query: str, **values: Any) -> list[Row]:
        """The rows of one query, in a transaction of its own that is tried again where that can help; on a replica where there is one."""
        with self._said(), self._session(READ_ACCESS) as session:
            return session.execute_read(lambda tx: rows(tx, query, **values))

    def look(self, query: str, **values: Any) -> list[Row]:
        """As `read`, but a loss is told at once: only a connection that was lost while nobody used it is made anew."""
        try:
            return list(self.stream(query, **values))
        except StoreUnavailableError:
            return list(self.stream(query, **values))

    def stream(self, query: str, **values: Any) -> Iterator[Row]:
        """As `read`, a row at a time as they arrive; where the connection breaks on the way it ends with the error."""
        with self._said(), self._session(READ_ACCESS, fetch_size=8) as session:
            for row in session.run(cast("Any", query), values):
                yield _row(row)

    def write(self, work: Callable[[ManagedTransaction], T]) -> T:
        """Runs the work in one transaction; it is called again where the database says that another try may go better, so it must be fit for that.

        Raises CommitUnknownError where it cannot be told whether the change was kept, StoreUnavailableError where it was not.
        """
        with self._said(), self._session(WRITE_ACCESS) as session:
            return session.execute_write(unit_of_work(timeout=WRITE_SECONDS)(work))

    def change(self, query: str, **values: Any) -> list[Row]:
        """One query that writes, in a transaction of its own."""
        return self.write(lambda tx: rows(tx, query, **values))

    def command(self, query: str, **values: Any) -> list[Row]:
        """A command that makes its own transactions: of the schema, or CALL ... IN TRANSACTIONS."""
        with self._said(), self._session(WRITE_ACCESS) as session:
            return [_row(row) for row in session.run(cast("Any", query), values)]

    def close(self) -> None:
        self._driver.close()

    @contextmanager
    def _session(self, access: str, **more: Any) -> Generator[Session]:
        options = {
            "database": self.address.database,
            "default_access_mode": access,
            "bookmark_manager": self._bookmarks,
        } | more
        with self._driver.session(**options) as session:  # pyright: ignore[reportUnknownMemberType] - its options are untyped
            yield session

    @contextmanager
    def _said(self) -> Generator[None]:
        """Errors of the driver in our words; what was asked wrongly stays as it is, since that is a defect."""
        try:
            yield
        except IncompleteCommit as error:
            raise CommitUnknownError(
                f"The connection to Neo4j at {self.address} broke while a change was committed."
            ) from error
        except AuthError as error:
            raise StoreUnavailableError(
                f"Neo4j at {self.address} refuses the user {self.address.user or '(none)'}: {_first_line(error)} Give user and password in the address, "
                "or in IMPACTGRAPH_NEO4J_USER and IMPACTGRAPH_NEO4J_PASSWORD (or IMPACTGRAPH_NEO4J_PASSWORD_FILE)."
            ) from error
        except Neo4jError as error:
            if not (error.code or "").startswith(_SILENT):
                raise
            raise StoreUnavailableError(
                f"Neo4j at {self.address} cannot answer: {_first_line(error)} ({error.code})"
            ) from error
        except (DriverError, OSError) as error:
            raise StoreUnavailableError(
                f"Neo4j at {self.address} cannot be reached: {_first_line(error)}"
            ) from error


def rows(tx: ManagedTransaction, query: str, **values: Any) -> list[Row]:
    """All rows of a query in a transaction."""
    found: list[Record] = list(tx.run(cast("Any", query), values))
    return [_row(row) for row in found]


def _row(row: Record) -> Row:
    """As it came: `data()` of the driver goes through bytes one by one."""
    return dict(cast("Any", row).items())


def _first_line(error: BaseException) -> str:
    text = (getattr(error, "message", None) or str(error) or type(error).__name__).strip().splitlines()[0]
    return text if text.endswith(".") else f"{text}."
