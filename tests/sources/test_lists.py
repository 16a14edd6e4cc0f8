"""What a system says it has is read again and again: from a folder, an address, a query."""

import gzip
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import pytest

from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.sources.config import ListSource, Secret
from impactgraph.sources.feed import SourceUnavailableError
from impactgraph.sources.follower import Follower
from impactgraph.sources.list_feed import ListFeed
from impactgraph.sources.list_places import FolderOfLists, place_of
from impactgraph.usecases.reconcile import ReconcileQuestion, reconcile
from impactgraph.usecases.report_list import ListLayout, SystemListing, read_list, report_list
from impactgraph.usecases.sources import SourceState
from tests.postgres_server import PostgresServer
from tests.sources.shop import NOW, small_store
from tests.stores.events import at, entered, placed

HEADER = "order,state\n"
KEYS = [f"O-{number}" for number in range(1, 11)]
WHOLE = HEADER + "".join(f"{key},open\n" for key in KEYS)
SYSTEM = "oms"


@pytest.fixture
def store() -> Iterator[Store]:
    """Ten orders that have been in a step of the system for long."""
    store = small_store()
    store.ingest([event for key in KEYS for event in (placed(key), entered("pick", 1, f"{key}/1"))])
    yield store
    store.close()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def in_folder(inbox: Path) -> ListSource:
    return ListSource("oms-lists", SYSTEM, path=inbox, every=1)


def follower(config: ListSource, store: Store) -> Follower:
    stop = threading.Event()
    place = place_of(config, stop)
    if isinstance(place, FolderOfLists):
        place.settle_seconds = 0
    systems = lambda: store.topology().systems  # noqa: E731
    feed = partial(ListFeed, config, systems, stop, now=lambda: NOW, place=place)
    return Follower("oms-lists", feed, store, now=lambda: NOW)


def follow(config: ListSource, store: Store) -> None:
    """Until all that is there was taken."""
    follower(config, store).run(threading.Event(), until_caught_up=True)


def write(inbox: Path, name: str, text: str | bytes, minutes: float = 500) -> None:
    """A file that was last changed so many minutes after the start of the example."""
    path = inbox / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (at(minutes) / 1_000, at(minutes) / 1_000))


def findings(store: Store) -> list[tuple[str, str | None]]:
    """(kind, id) of all findings by the latest list."""
    with reconcile(store, ReconcileQuestion(SYSTEM), NOW) as answer:
        return [(each.listing.kind.value, each.order or each.listing.listed_id) for each in answer.findings()]


def without(*keys: str) -> str:
    return HEADER + "".join(f"{key},open\n" for key in KEYS if key not in keys)


def refusals(store: Store) -> list[str]:
    return [entry.reason for entry in store.quarantined()]


def test_a_list_gives_the_findings_of_the_command(inbox: Path, store: Store) -> None:
    text = without("O-3") + "X-1,open\n"
    write(inbox, "oms.csv", text)
    other = small_store()
    other.ingest([event for key in KEYS for event in (placed(key), entered("pick", 1, f"{key}/1"))])
    system_list = read_list(inbox / "oms.csv", ListLayout())
    report_list(other, SystemListing(SYSTEM, at(500), system_list.rows), None, NOW)

    follow(in_folder(inbox), store)

    assert findings(store) == findings(other) == [("MISSING", "O-3"), ("UNKNOWN", "X-1")]
    progress = store.source_progress()["oms-lists"]
    assert (progress.taken, progress.quarantined, progress.last_event_at) == (1, 0, at(500))
    other.close()


def test_what_a_later_list_has_heals_the_finding_and_a_file_is_read_once(inbox: Path, store: Store) -> None:
    write(inbox, "1.csv", without("O-3"))
    follow(in_folder(inbox), store)
    write(inbox, "2.csv", WHOLE, 510)

    follow(in_folder(inbox), store)
    follow(in_folder(inbox), store)

    assert findings(store) == []
    assert (store.source_progress()["oms-lists"].taken, store.source_progress()["oms-lists"].repeated) == (
        2,
        0,
    )


BAD_LISTS = {
    "cut in a row": (WHOLE[:-5], "probably truncated"),
    "cut in the last cell": (WHOLE[:-2], "probably truncated"),
    "cut in a quote": (WHOLE + 'O-11,"op', "probably truncated"),
    "cut in zipped bytes": (gzip.compress(WHOLE.encode())[:-12], "cannot be read"),
    "cut in JSON": ('[{"id": "O-1"}, {"id": ', "not JSON"),
    "cut in lines of JSON": (
        "".join(f'{{"id": "{key}"}}\n' for key in KEYS) + '{"id": "O-1',
        "probably truncated",
    ),
    "empty": ("", "empty"),
    "without rows": (HEADER, "no rows"),
    "an empty array": ("[]", "no rows"),
    "far shorter": (without(*KEYS[3:]), "3 rows that can be read, and the list before 10"),
    "mostly unreadable": (HEADER + ",open\n" * 10 + without(*KEYS[5:])[12:], "5 rows that can be read"),
    "of another form": ("plant,colour\nP1,red\n", "--id"),
    "a page of an error": ("<html><body>Sorry</body></html>", "XML"),
    "a workbook": (b"PK\x03\x04" + bytes(100), "ZIP"),
    "of another encoding": ("order,state\nO-1,g\xe4be\n".encode("cp1252"), "not text in UTF-8"),
}


def test_a_list_that_cannot_be_trusted_makes_no_finding(inbox: Path, store: Store) -> None:
    write(inbox, "1.csv", WHOLE)
    follow(in_folder(inbox), store)

    said: dict[str, str] = {}
    for number, (name, (text, _)) in enumerate(BAD_LISTS.items(), 2):
        write(inbox, f"{number}.csv", text, 500 + number)
        for _ in range(2):
            with pytest.raises(BadInputError) as caught:
                follow(in_folder(inbox), store)
        said[name] = str(caught.value)

    assert {name: reason for name, (_, reason) in BAD_LISTS.items() if reason not in said[name]} == {}
    assert findings(store) == []
    assert sorted(refusals(store)) == sorted(said.values())


def test_a_refused_list_shows_as_failed_until_one_is_taken(inbox: Path, store: Store) -> None:
    write(inbox, "1.csv", WHOLE)
    follow(in_folder(inbox), store)
    write(inbox, "2.csv", HEADER, 510)
    failed = follower(in_folder(inbox), store)
    with pytest.raises(BadInputError):
        failed.run(threading.Event(), until_caught_up=True)
    write(inbox, "3.csv", WHOLE, 520)
    healed = follower(in_folder(inbox), store)
    healed.run(threading.Event(), until_caught_up=True)

    assert (failed.condition.state, healed.condition.state) == (SourceState.FAILED, SourceState.RUNNING)
    assert "no rows" in (failed.condition.problem or "") and healed.condition.problem is None


def test_another_declaration_takes_the_list_that_was_refused(inbox: Path, store: Store) -> None:
    write(inbox, "1.csv", WHOLE)
    follow(in_folder(inbox), store)
    write(inbox, "2.csv", without(*KEYS[3:]), 510)
    with pytest.raises(BadInputError, match=r"`shrink: 0\.7`"):
        follow(in_folder(inbox), store)

    follow(replace(in_folder(inbox), shrink=0.7), store)

    assert [id_ for _, id_ in findings(store)] == sorted(KEYS[3:], key=KEYS.index)


def test_partial_lists_may_be_short_and_nothing_is_missing_by_them(inbox: Path, store: Store) -> None:
    write(inbox, "1.csv", WHOLE)
    write(inbox, "2.csv", without(*KEYS[1:]), 510)

    follow(replace(in_folder(inbox), partial=True), store)

    assert findings(store) == []


def test_a_list_that_does_not_come_is_a_problem(inbox: Path, store: Store) -> None:
    write(inbox, "1.csv", WHOLE)
    expected = NOW - at(500) - 1

    with pytest.raises(BadInputError, match=r"No list of oms has come since \d"):
        follow(replace(in_folder(inbox), expected=expected), store)

    follow(replace(in_folder(inbox), expected=expected + 1), store)


def test_a_system_that_does_not_exist_is_named_with_near_ones(inbox: Path, store: Store) -> None:
    with pytest.raises(NotFoundError, match="system:oms"):
        follow(replace(in_folder(inbox), system="osm"), store)


class Answers(BaseHTTPRequestHandler):
    """Answers with the body at an address; `/cut` says that it has more."""

    bodies: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
    proofs: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        code, headers, body = self.bodies[self.path]
        self.proofs.append(self.headers["Authorization"])
        self.send_response(code)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    body = WHOLE.encode()
    Answers.proofs = []
    Answers.bodies = {
        "/erp?token=t": (200, {}, without("O-3").encode()),
        "/cut": (200, {"Content-Length": str(len(body) + 1)}, body),
        "/paged": (200, {"Link": '<http://localhost/2>; rel="next"'}, body),
        "/moved": (302, {"Location": "/erp"}, b""),
        "/denied": (403, {}, b""),
        "/busy": (503, {}, b""),
    }
    server = ThreadingHTTPServer(("localhost", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_is_asked_with_its_secret(
    address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERP_TOKEN", "not-a-secret")
    config = ListSource(
        "oms-lists", SYSTEM, url=f"{address}/erp?token=t", secret=Secret(env="ERP_TOKEN"), every=1
    )

    follow(config, store)

    assert findings(store) == [("MISSING", "O-3")]
    assert Answers.proofs == ["Bearer not-a-secret"]
    assert store.source_progress()["oms-lists"].last_event_at == NOW


@pytest.mark.parametrize(
    ("path", "kind", "reason"),
    [
        ("/cut", SourceUnavailableError, "is cut"),
        ("/busy", SourceUnavailableError, "503"),
        ("/denied", BadInputError, "403"),
        ("/moved", BadInputError, "Redirects"),
        ("/paged", BadInputError, "one page of several"),
    ],
)
def test_an_address_that_does_not_answer_with_a_whole_list_makes_no_finding(
    path: str, kind: type[Exception], reason: str, address: str, store: Store
) -> None:
    with pytest.raises(kind, match=reason):
        follow(ListSource("oms-lists", SYSTEM, url=address + path, every=1), store)

    assert store.system_lists() == {}


def test_rows_of_a_query_are_a_list(postgres: PostgresServer, store: Store) -> None:
    name = f"erp_{uuid4().hex[:8]}"
    postgres.execute(f'create table {name} ("order" text, amount numeric(30, 2))')
    postgres.execute(f"insert into {name} values {_values(KEYS)}")
    config = ListSource(
        "oms-lists", SYSTEM, query=f"select * from {name} where \"order\" <> 'O-3' -- all", every=1,
        connection=postgres.connection,
    )  # fmt: skip

    follow(config, store)
    postgres.execute(f"delete from {name}")

    assert findings(store)[0] == ("MISSING", "O-3")
    with pytest.raises(BadInputError, match="no rows"):
        follow(config, store)
    with pytest.raises(BadInputError, match="refuses the query"):
        follow(replace(config, query="select nothing from nowhere"), store)


def _values(keys: Sequence[str]) -> str:
    return ", ".join(f"('{key}', 10.00)" for key in keys)
