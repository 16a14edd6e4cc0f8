"""One process's connection to a Neo4j database; all queries of this package go through it."""

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
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
from impactgraph.ports.tracing import Span, SpanKind, span
from impactgraph.stores.neo4j.address import Address

T = TypeVar("T")
Row: TypeAlias = dict[str, Any]

RETRY_SECONDS = 5.0
"""How long a query is retried while the database cannot be reached, or reports a transient error."""
CONNECT_SECONDS = 5.0
WRITE_SECONDS = 60.0
"""The database rolls back a change that takes longer, so that a hanging process does not hold its locks for
ever.
"""
_SERVER_STATE_CODES = (
    "Neo.ClientError.Security",
    "Neo.ClientError.Transaction",
    "Neo.ClientError.Database",
    "Neo.TransientError",
    "Neo.DatabaseError",
)
"""Prefixes of the codes of errors caused by the server's state, transient ones among them, not by the
query.
"""

# The driver logs each retry; a query that fails in the end is reported once, by its error.
logging.getLogger("neo4j").addHandler(logging.NullHandler())


class CommitUnknownError(StoreUnavailableError):
    """The connection broke during a commit: whether the change was committed is unknown."""


class Database:
    """Safe for many threads.

    All sessions share bookmarks, so reads see this process's own writes, on replicas too.
    """

    def __init__(self, address: Address) -> None:
        """Connects at the first query."""
        self.address = address
        self._bookmarks = GraphDatabase.bookmark_manager()
        with self._translated_errors():
            self._driver: Driver = GraphDatabase.driver(  # pyright: ignore[reportUnknownMemberType] - untyped options
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
        """Rows of one query, in a transaction that is retried after transient errors; on a read replica where
        there is one.
        """
        with _span("read", query), self._translated_errors(), self._session(READ_ACCESS) as session:
            return session.execute_read(lambda tx: rows(tx, query, **values))

    def read_once(self, query: str, **values: Any) -> list[Row]:
        """As `read`, with one retry only, for a connection that broke while it was idle."""
        try:
            return list(self.stream(query, **values))
        except StoreUnavailableError:
            return list(self.stream(query, **values))

    def stream(self, query: str, **values: Any) -> Iterator[Row]:
        """As `read`, row by row as they arrive, and not retried."""
        with self._translated_errors(), self._session(READ_ACCESS, fetch_size=8) as session:
            for row in session.run(cast("Any", query), values):
                yield _row(row)

    def write(self, work: Callable[[ManagedTransaction], T]) -> T:
        """Runs `work` in one transaction, and again after a transient error, so it must be repeatable.

        Raises:
            CommitUnknownError: the change may have been committed or not.
            StoreUnavailableError: it was not committed.
        """
        with _span("write"), self._translated_errors(), self._session(WRITE_ACCESS) as session:
            return session.execute_write(unit_of_work(timeout=WRITE_SECONDS)(work))

    def change(self, query: str, **values: Any) -> list[Row]:
        """Rows of one query that writes, in a transaction of its own."""
        return self.write(lambda tx: rows(tx, query, **values))

    def command(self, query: str, **values: Any) -> list[Row]:
        """Rows of a command that makes its own transactions: of the schema, or CALL ... IN TRANSACTIONS."""
        with _span("command", query), self._translated_errors(), self._session(WRITE_ACCESS) as session:
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
        with self._driver.session(**options) as session:  # pyright: ignore[reportUnknownMemberType] - the same
            yield session

    @contextmanager
    def _translated_errors(self) -> Generator[None]:
        """Translates errors of the driver; an invalid query keeps its error, since it is a defect."""
        try:
            yield
        except IncompleteCommit as error:
            raise CommitUnknownError(
                f"The connection to Neo4j at {self.address} broke while a change was committed."
            ) from error
        except AuthError as error:
            raise StoreUnavailableError(
                f"Neo4j at {self.address} refuses the user {self.address.user or '(none)'}: "
                f"{_first_line(error)} Give user and password in the address, "
                "or in IMPACTGRAPH_NEO4J_USER and IMPACTGRAPH_NEO4J_PASSWORD (or "
                "IMPACTGRAPH_NEO4J_PASSWORD_FILE)."
            ) from error
        except Neo4jError as error:
            if not (error.code or "").startswith(_SERVER_STATE_CODES):
                raise
            raise StoreUnavailableError(
                f"Neo4j at {self.address} cannot answer: {_first_line(error)} ({error.code})"
            ) from error
        except (DriverError, OSError) as error:
            raise StoreUnavailableError(
                f"Neo4j at {self.address} cannot be reached: {_first_line(error)}"
            ) from error


def _span(operation: str, query: str = "") -> AbstractContextManager[Span]:
    """Queries have no values in them: these are parameters."""
    return span(f"neo4j {operation}", SpanKind.CLIENT, db_system_name="neo4j", db_query_text=query)


def rows(tx: ManagedTransaction, query: str, **values: Any) -> list[Row]:
    """All rows of a query in a transaction."""
    result: list[Record] = list(tx.run(cast("Any", query), values))
    return [_row(record) for record in result]


def _row(row: Record) -> Row:
    """The row as a dictionary; `data()` of the driver copies bytes one by one."""
    return dict(cast("Any", row).items())


def _first_line(error: BaseException) -> str:
    text = (getattr(error, "message", None) or str(error) or type(error).__name__).strip().splitlines()[0]
    return text if text.endswith(".") else f"{text}."
