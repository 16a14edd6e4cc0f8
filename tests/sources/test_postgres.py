"""A query in PostgreSQL is followed on a real server."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from impactgraph.errors import BadInputError
from impactgraph.ports.store import Store
from impactgraph.sources.config import PostgresSource
from impactgraph.sources.feed import SourceUnavailableError
from impactgraph.sources.follower import Follower
from impactgraph.sources.postgres import MOST_ROWS, PostgresFeed, unread_text
from tests.postgres_server import PostgresServer
from tests.sources.shop import MAPPED, NOW, orders_in, small_store
from tests.stores.events import placed

EVERY = 20


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


@pytest.fixture
def rows(postgres: PostgresServer) -> str:
    """Name of a table of orders."""
    name = f"orders_{uuid4().hex[:8]}"
    postgres.execute(
        f'create table {name} (id bigserial, "order" text, changed_at timestamptz, document text)'
    )
    return name


def source(postgres: PostgresServer, rows: str, **more: str) -> PostgresSource:
    fields = {"query": f"select * from {rows}", "rising": "id"} | more
    return PostgresSource("shop", postgres.connection, every=EVERY, **fields)  # pyright: ignore[reportArgumentType] - texts only


def follow(config: PostgresSource, store: Store) -> None:
    """Until all that is there was taken."""
    stop = threading.Event()
    feed = lambda: PostgresFeed(config, MAPPED, stop)  # noqa: E731
    Follower("shop", feed, store, now=lambda: NOW).run(stop, until_caught_up=True)


def test_rows_are_documents_and_the_value_of_the_column_is_kept_with_them(
    postgres: PostgresServer, rows: str, store: Store
) -> None:
    postgres.execute(f"""insert into {rows} ("order") values ('O-1'), ('O-2'), (null)""")

    follow(source(postgres, rows), store)

    progress = store.source_progress()["shop"]
    assert (progress.positions, progress.taken) == ({"rows": "3"}, 2)
    assert [(entry.place, entry.reason) for entry in store.quarantined()] == [
        ("id 3", "placed: row without id")
    ]


def test_it_reads_on_where_it_was(postgres: PostgresServer, rows: str, store: Store) -> None:
    postgres.execute(f"""insert into {rows} ("order") values ('O-1')""")
    follow(source(postgres, rows), store)
    postgres.execute(f"""insert into {rows} ("order") values ('O-2')""")

    follow(source(postgres, rows), store)

    progress = store.source_progress()["shop"]
    assert (progress.taken, progress.repeated) == (2, 0)


def test_a_column_may_have_the_document(postgres: PostgresServer, rows: str, store: Store) -> None:
    """As in an outbox; a remainder in the query is no placeholder."""
    with psycopg.connect(postgres.connection, autocommit=True) as connection:
        for order in ("O-1", "O-2"):
            connection.execute(f"insert into {rows} (document) values (%s)", [placed(order).decode()])  # pyright: ignore[reportArgumentType]
    query = f"select id, document from {rows} where id % 2 = 1"
    stop = threading.Event()
    config = source(postgres, rows, query=query, document="document")
    from tests.sources.shop import PLAIN

    Follower("shop", lambda: PostgresFeed(config, PLAIN, stop), store, now=lambda: NOW).run(
        stop, until_caught_up=True
    )

    assert orders_in(store, ["O-1", "O-2"]) == ["O-1"]


def test_rows_with_the_same_value_are_read_together(
    postgres: PostgresServer, rows: str, store: Store
) -> None:
    """More of them than a page has."""
    postgres.execute(
        f"""insert into {rows} ("order", changed_at) select 'O-' || n, '2026-03-02 12:00Z'
        from generate_series(1, {MOST_ROWS + 7}) n""",
        f"""insert into {rows} ("order", changed_at) values ('P-1', '2026-03-02 12:00:01.5Z')""",
    )

    follow(source(postgres, rows, rising="changed_at"), store)

    progress = store.source_progress()["shop"]
    assert (progress.taken, progress.positions) == (MOST_ROWS + 8, {"rows": "2026-03-02 12:00:01.5+00"})


def test_rows_of_a_transaction_that_commits_late_are_not_lost(
    postgres: PostgresServer, rows: str, store: Store
) -> None:
    """Its value is lower than one that was committed and seen before."""
    insert = f"""insert into {rows} ("order") values (%s)"""
    config = source(postgres, rows)
    feed = PostgresFeed(config, MAPPED, threading.Event())
    feed.open({})
    with psycopg.connect(postgres.connection) as late:
        late.execute(insert, ["O-1"])  # pyright: ignore[reportArgumentType]
        postgres.execute(insert, values=("O-2",))
        before = [feed.poll() for _ in range(8)]
        late.commit()
    after = [feed.poll() for _ in range(4)]
    feed.close()

    assert not any(delivery.translation.lines or delivery.positions for delivery in before)
    assert "1 open transaction" in before[-1].note
    assert sum(len(delivery.translation.lines) for delivery in after) == 2


def test_a_transaction_that_only_reads_is_not_waited_for_where_writers_are(
    postgres: PostgresServer, rows: str, store: Store
) -> None:
    insert = f"""insert into {rows} ("order") values (%s)"""
    with psycopg.connect(postgres.connection) as reader:
        reader.execute("select 1")
        postgres.execute(insert, values=("O-1",))
        follow(source(postgres, rows, wait_for="writers"), store)

    assert orders_in(store, ["O-1"]) == ["O-1"]


def test_a_wrong_query_is_an_error_that_shows_what_the_server_says(
    postgres: PostgresServer, rows: str, store: Store
) -> None:
    with pytest.raises(BadInputError, match=r"column q\.nr does not exist"):
        follow(source(postgres, rows, rising="nr"), store)
    with pytest.raises(BadInputError, match='relation "nowhere" does not exist'):
        follow(source(postgres, rows, query="select * from nowhere"), store)


def test_rows_that_are_never_read_are_told(postgres: PostgresServer, rows: str, store: Store) -> None:
    postgres.execute(
        f"""insert into {rows} ("order", changed_at) values ('O-1', '2026-03-02 12:00Z'), ('O-2', null)"""
    )
    config = source(postgres, rows, rising="changed_at")
    feed = PostgresFeed(config, MAPPED, threading.Event())
    feed.open({})

    notes = [feed.poll().note for _ in range(4)]

    feed.close()
    assert notes[-1] == "1 row has no changed_at and is not read: name a column that all rows have"


@pytest.mark.parametrize(
    ("count", "rows"),
    [(2, "2 rows have"), (1_000, "1,000 rows have"), (1_001, "more than 1,000 rows have")],
)
def test_more_rows_than_are_counted_are_said_to_be_more(count: int, rows: str) -> None:
    assert unread_text(count, "nr").startswith(f"{rows} no nr and are not read")


@pytest.mark.parametrize(("type_", "value"), [("timestamptz", "infinity"), ("float8", "NaN")])
def test_a_value_that_nothing_comes_after_is_an_error(
    postgres: PostgresServer, rows: str, store: Store, type_: str, value: str
) -> None:
    """Rows that come later were never read, and nothing said so."""
    query = f"select 'O-1' as \"order\", '{value}'::{type_} as at"
    with pytest.raises(BadInputError, match=f"A row has {value} as at: nothing comes after it"):
        follow(source(postgres, rows, query=query, rising="at"), store)


def test_the_query_cannot_change_anything(postgres: PostgresServer, rows: str, store: Store) -> None:
    query = f"select nextval('{rows}_id_seq') as id"
    with pytest.raises(SourceUnavailableError, match="read-only transaction"):
        follow(source(postgres, rows, query=query), store)


def test_a_server_that_is_away_is_waited_for(store: Store) -> None:
    with pytest.raises(SourceUnavailableError, match="PostgreSQL cannot be read"):
        follow(PostgresSource("shop", "host=127.0.0.1 port=9", "select 1", "id"), store)
