"""Follows a query in PostgreSQL in the order of a column that rises.

A value of the column is read only when no open transaction can bring another row up to it
(`impactgraph/sources/settlement.py`): a transaction that commits late loses nothing. Rows with the same value
are read together: a page never ends between them.
"""

import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, LiteralString, cast

from impactgraph.errors import BadInputError
from impactgraph.ports.sources import Positions
from impactgraph.sources.config import PostgresSource
from impactgraph.sources.documents import Document, Translation
from impactgraph.sources.feed import Delivery, SourceUnavailableError
from impactgraph.sources.settlement import Settlement

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composed

MOST_ROWS = 5_000
"""Of one block; more where they have the same value of the column."""
CONNECT_SECONDS = 10
_MISSING = (
    "A PostgreSQL source needs the driver, which is not installed: pip install 'impactgraph[postgres]'."
)
_OPEN = """
select l.virtualtransaction || '' from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'virtualxid' and l.granted and l.pid <> pg_backend_pid()
  and a.datid = (select oid from pg_database where datname = current_database())
  and l.pid not in (select pid from pg_stat_progress_vacuum where pid is not null)
  and l.pid not in (select pid from pg_stat_progress_analyze where pid is not null)
  and (%s or exists (
    select 1 from pg_locks w where w.pid = l.pid and w.locktype = 'relation'
    and w.mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')))
union all select 'prepared ' || gid from pg_prepared_xacts where database = current_database()
"""
"""The open transactions of the database: each has a lock on its own number from its beginning to its end.
VACUUM and ANALYZE write no rows.
"""
PART = "rows"
_LAST = ("infinity", "NaN")
"""Values that no other comes after."""
_MOST_COUNTED = 1_000
"""Rows without a value are counted so far: a table may have millions."""


def require_postgres() -> None:
    """Raises BadInputError where the client is not installed."""
    if find_spec("psycopg") is None:
        raise BadInputError(_MISSING)


class PostgresFeed:
    """Rows of one query; its position is the value of the column, as PostgreSQL writes it."""

    def __init__(
        self,
        config: PostgresSource,
        translate: Callable[[Sequence[Document]], Translation],
        stop: threading.Event,
    ) -> None:
        self._config = config
        self._translate = translate
        self._stop = stop
        self._connection: Connection[Any] | None = None
        self._settlement = Settlement()
        self._position: str | None = None
        self._type = "text"
        """SQL name of the type of the column."""
        self._is_rested = True
        self._unread = ""
        """A note on rows that are never read."""

    def open(self, positions: Positions) -> None:
        require_postgres()
        import psycopg

        password = self._config.password.read() if self._config.password else None
        try:
            self._connection = psycopg.connect(
                self._config.connection,
                password=password,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                application_name=f"impactgraph {self._config.key}",
            )
            self._rows("set default_transaction_read_only = on")
            self._rows("set datestyle = iso")
            self._rows("set timezone = 'UTC'")
        except psycopg.Error as error:
            raise translated_error(error) from error
        self._type = self._type_of_column()
        self._position = positions.get(PART)
        self._unread = self._unread_rows()

    def _type_of_column(self) -> str:
        import psycopg

        try:
            with self._cursor() as cursor:
                cursor.execute(self._sql("select {rising} from ({query}) q limit 0"), [])
                cursor.execute("select format_type(%s, null)", [cursor.description[0].type_code])
                return str(cursor.fetchone()[0])
        except psycopg.Error as error:
            raise translated_error(error) from error

    def _unread_rows(self) -> str:
        import psycopg

        query = "select count(*) from (select 1 from ({query}) q where {rising} is null limit %s) n"
        try:
            count = int(self._rows(self._sql(query), [_MOST_COUNTED + 1])[0][0])
        except psycopg.Error as error:
            raise translated_error(error) from error
        return unread_text(count, self._config.rising)

    def poll(self) -> Delivery:
        """Rows up to the settled value; looks for a new one where they are all read."""
        import psycopg

        try:
            if self._settlement.settled is None:
                self._rest()
                self._settle()
            if self._settlement.settled is None:
                return Delivery(is_caught_up=self._settlement.candidate is None, note=self._note())
            return self._page(self._settlement.settled)
        except psycopg.Error as error:
            raise translated_error(error) from error

    def _rest(self) -> None:
        """Waits between two looks, but not before the first."""
        if self._is_rested:
            self._is_rested = False
            return
        self._stop.wait(self._config.every / 1_000)

    def _settle(self) -> None:
        open_now = [str(row[0]) for row in self._rows(_OPEN, [self._config.wait_for == "all"])]
        query = "select {rising}::text from ({query}) q where {after} order by {rising} desc limit 1"
        newest = self._rows(self._sql(query), self._after())
        value = str(newest[0][0]) if newest else None
        if value in _LAST:
            raise BadInputError(
                f"A row has {value} as {self._config.rising}: nothing comes after it, so that no further row "
                "would be read. Leave such rows out of the query."
            )
        self._settlement.look(value, frozenset(open_now))

    def _note(self) -> str:
        waiting = self._settlement.waiting_for
        if not waiting or self._settlement.looks < 5:
            return self._unread
        return (
            f"rows up to {self._config.rising} {self._settlement.candidate} wait for {len(waiting)} open "
            f"transaction{'' if len(waiting) == 1 else 's'} that may still bring earlier ones "
            f"(virtualxid {min(waiting)} in pg_locks)"
        )

    def _page(self, settled: str) -> Delivery:
        query = (
            "select {rising}::text, {document} from ({query}) q "
            "where {after} and {rising} <= %s::{type} "
            "order by {rising} fetch first %s rows with ties"
        )
        rows = self._rows(self._sql(query), [*self._after(), settled, MOST_ROWS])
        if len(rows) < MOST_ROWS:
            self._settlement.start_over()
        if not rows:
            return Delivery()
        last = str(rows[-1][0])
        documents = [
            Document(str(text or "").encode(), f"{self._config.rising} {value}") for value, text in rows
        ]
        self._position = last
        return Delivery(self._translate(documents), {PART: last})

    def _after(self) -> list[str]:
        return [] if self._position is None else [self._position]

    def _sql(self, text: LiteralString) -> "Composed":
        from psycopg.sql import SQL, Identifier

        rising = SQL("q.{}").format(Identifier(self._config.rising))
        type_ = SQL(cast("LiteralString", self._type))
        query = SQL(cast("LiteralString", self._config.query.strip().rstrip(";").replace("%", "%%")))
        after = SQL("{} is not null").format(rising)
        if self._position is not None:
            after = SQL("{} > %s::{}").format(rising, type_)
        document = SQL("row_to_json(q)::text")
        if self._config.document is not None:
            document = SQL("q.{}::text").format(Identifier(self._config.document))
        return SQL(text).format(rising=rising, query=query, after=after, document=document, type=type_)

    def _cursor(self) -> Any:
        if self._connection is None:
            raise SourceUnavailableError("The source is not open.")
        return self._connection.cursor()

    def _rows(self, query: "str | Composed", values: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def after_commit(self) -> None: ...

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def unread_text(count: int, rising: str) -> str:
    """A note on rows without a value; empty where there are none."""
    if not count:
        return ""
    rows = "1 row has" if count == 1 else f"{count:,} rows have"
    if count > _MOST_COUNTED:
        rows = f"more than {_MOST_COUNTED:,} rows have"
    verb = "is" if count == 1 else "are"
    return f"{rows} no {rising} and {verb} not read: name a column that all rows have"


def translated_error(error: Exception) -> BadInputError | SourceUnavailableError:
    """Errors of the statement have to be corrected; those of the connection pass."""
    import psycopg

    text = " ".join(str(error).split())
    if isinstance(error, psycopg.errors.ProgrammingError | psycopg.errors.DataError):
        return BadInputError(f"PostgreSQL refuses the query: {text}")
    return SourceUnavailableError(f"PostgreSQL cannot be read: {text}")
