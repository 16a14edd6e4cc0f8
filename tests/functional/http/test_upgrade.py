"""Two server processes over one Neo4j are replaced one by one while events arrive and questions are asked: no
request fails, and nothing is lost or taken twice.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from impactgraph.bootstrap import open_store
from impactgraph.stores.embedded import EmbeddedStore
from tests.functional.cli.running import Started, start
from tests.neo4j_server import Neo4jAddress
from tests.stores.events import DOCUMENTS, at, entered, of, placed, topology
from tests.stores.seen import everything

NOW = "2026-03-02T22:00:00Z"
"""Later than every event."""
SECONDS = 120
"""For a server to start, to end, or for clients to get on: a busy machine is no failure."""
EACH = 8
"""Answers that each client gets between two steps of the upgrade."""
EVENTS_A_REQUEST = 4


@dataclass
class Balancer:
    """What a client knows: where the processes are. Each client goes to the first until it cannot, or is told
    to go elsewhere, as clients of a load balancer are.
    """

    addresses: list[str] = field(default_factory=list[str])
    progress: threading.Condition = field(default_factory=threading.Condition)
    """Notified when a client has an answer, or has failed."""

    def other(self, than: str | None) -> str:
        known = list(self.addresses)
        return next((address for address in known if address != than), known[0])


@dataclass
class Client(threading.Thread):
    """Sends one request after another until it is told to stop. Only a refused connection and a 503 make it
    try the other process; everything else that is not a right answer is a failure.
    """

    balancer: Balancer
    request: Callable[[int], tuple[str, dict[str, str], bytes]]
    """Path, headers and body of a request by its number."""
    is_right: Callable[[httpx.Response], bool]
    stop: threading.Event
    answered: int = 0
    """How many requests have their right answers."""
    failures: list[str] = field(default_factory=list[str])
    served_by: set[str] = field(default_factory=set[str])

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            self._send()
        finally:
            self._report()

    def _report(self) -> None:
        with self.balancer.progress:
            self.balancer.progress.notify_all()

    def _send(self) -> None:
        address = self.balancer.other(None)
        with httpx.Client(timeout=SECONDS) as http:
            while not self.stop.is_set() and not self.failures:
                path, headers, body = self.request(self.answered)
                try:
                    answer = http.post(address + path, headers=headers, content=body)
                except httpx.ConnectError:
                    address = self.balancer.other(address)
                    continue
                except httpx.HTTPError as error:
                    self.failures.append(f"request {self.answered} to {address}: {error!r}")
                    return
                if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                    address = self.balancer.other(address)
                    continue
                if not self.is_right(answer):
                    self.failures.append(f"{answer.status_code}: {answer.text}")
                self.answered += 1
                self.served_by.add(address)
                self._report()
                if answer.headers.get("connection") == "close":
                    address = self.balancer.other(address)


def order_events(client: int, number: int) -> list[bytes]:
    """What one request has: all events of an order, which none of another request repeats."""
    order, part = f"O-{client}-{number}", f"O-{client}-{number}/1"
    steps = [entered("promise", 1, part), entered("pick", 2, part)]
    return [placed(order), *steps, of("posting.recorded", 3, part, type="invoice")]


def sender(balancer: Balancer, stop: threading.Event, client: int) -> Client:
    headers = {"content-type": "application/x-ndjson"}

    def request(number: int) -> tuple[str, dict[str, str], bytes]:
        return "/events", headers, b"\n".join(order_events(client, number))

    return Client(balancer, request, _has_taken_each_once, stop)


def _has_taken_each_once(answer: httpx.Response) -> bool:
    if not answer.is_success:
        return False
    told = answer.json()
    return (told["taken"], told["repeated"], told["rejected"]) == (EVENTS_A_REQUEST, 0, 0)


def asker(balancer: Balancer, stop: threading.Event) -> Client:
    body = b'{"query": "{ orders(first: 5) { totalCount edges { node { id } } } incidents { totalCount } }"}'
    headers = {"content-type": "application/json"}
    return Client(
        balancer,
        lambda _: ("/graphql", headers, body),
        lambda answer: answer.is_success and "errors" not in answer.json(),
        stop,
    )


@dataclass
class Server:
    process: Started
    address: str

    def stop(self) -> int:
        """As an orchestrator does: the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


@contextmanager
def running(variables: dict[str, str]) -> Iterator[Server]:
    """A process that is ready."""
    log = Path(variables["IMPACTGRAPH_CACHE"]).with_name("serve.log")
    process = start("serve", "--port", "0", stderr=log, env=variables)
    try:
        address = process.stdout.readline().split()[1].rstrip("/")
        # the port is open from the line on that names it: the answer comes when the process has started
        httpx.get(f"{address}/readyz", timeout=SECONDS).raise_for_status()
        yield Server(process, address)
    finally:
        process.kill()
        process.wait(SECONDS)


@pytest.fixture
def variables(neo4j_address: Neo4jAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of the processes, over a database with a topology."""
    monkeypatch.setenv("IMPACTGRAPH_CACHE", str(tmp_path / "cache"))
    with closing(open_store(neo4j_address.url, now=lambda: at(600))) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
    return {
        "IMPACTGRAPH_STORE": neo4j_address.url,
        "IMPACTGRAPH_CACHE": str(tmp_path / "cache"),
        "IMPACTGRAPH_DRAIN": "1",
        "IMPACTGRAPH_DEADLINE": str(SECONDS),
        "IMPACTGRAPH_NOW": NOW,
    }


def test_two_processes_are_upgraded_one_by_one_without_a_failed_request(
    variables: dict[str, str], neo4j_address: Neo4jAddress
) -> None:
    balancer, stop = Balancer(), threading.Event()
    clients = [sender(balancer, stop, number) for number in range(2)] + [asker(balancer, stop)]

    def get_on() -> None:
        """Until each client has further answers."""
        wanted = [(client, client.answered + EACH) for client in clients]

        def have_got_on() -> bool:
            return all(client.failures or client.answered >= count for client, count in wanted)

        with balancer.progress:
            assert balancer.progress.wait_for(have_got_on, SECONDS)

    statuses: list[int] = []
    with ExitStack() as servers:
        old = [servers.enter_context(running(variables)) for _ in range(2)]
        balancer.addresses = [server.address for server in old]
        for client in clients:
            client.start()
        get_on()
        for server in old:
            new = servers.enter_context(running(variables))
            balancer.addresses.append(new.address)
            statuses.append(server.stop())
            balancer.addresses.remove(server.address)
            get_on()
        stop.set()
        for client in clients:
            client.join(SECONDS)
        assert [client.failures for client in clients] == [[]] * len(clients)
        assert statuses == [0, 0]
        assert all(len(client.served_by) >= 2 for client in clients)

    events = [
        event
        for number, client in enumerate(clients[:2])
        for request in range(client.answered)
        for event in order_events(number, request)
    ]
    with (
        closing(open_store(neo4j_address.url, now=lambda: at(600))) as store,
        closing(EmbeddedStore.in_memory(now=lambda: at(600))) as alone,
    ):
        alone.apply_topology(topology(), DOCUMENTS, at(-60))
        alone.ingest(events)
        assert everything(store) == everything(alone)
        with store.columns() as columns:
            assert columns.watermark == len(events)
