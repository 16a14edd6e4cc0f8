"""A server that is killed and started again: every page says so, keeps what it has, and goes on by itself."""

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from graph_models.time import moment
from impactgraph.bootstrap import open_store
from impactgraph.demo.load import load_demo
from tests.functional.browser.conftest import DEMO_NOW, Watched
from tests.functional.browser.explorer import Explorer
from tests.functional.cli.running import Started, start

ORDERS = 1000
VIEWS = {
    "": "failures affect",
    "incident/F-queues": "Store fulfilment queues",
    "radius": "Blast radius",
    "overdue": "overdue",
    "records": "records to check",
    "topology?as=list": "Topology",
    "topology?element=system:oms&whatif=1&as=list": "Topology",
    "order/O-000900": "Order O-000900",
}

_LOST = re.compile("ERR_(CONNECTION|SOCKET_NOT_CONNECTED|EMPTY_RESPONSE|CONTENT_LENGTH_MISMATCH|INCOMPLETE)")
"""How the browser says that a server is away, or ended while it answered."""


@dataclass
class Server:
    """The real command over a store; it can be killed and started again at the same address."""

    folder: Path
    port: int
    process: Started | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = start(
            *("serve", "--store", self.folder, "--port", str(self.port)),
            stderr=self.folder.parent / "serve.log",
            env={"IMPACTGRAPH_NOW": moment(DEMO_NOW).isoformat()},
        )
        assert re.match(r"Serving ", self.process.stdout.readline())

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(60)
            self.process = None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    store = open_store(str(folder), now=lambda: DEMO_NOW)
    load_demo(store, ORDERS, DEMO_NOW, 1)
    store.close()
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """One for all tests: each leaves it running."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(folder, port)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def lonely(server: Server, page: Page, watched: Watched) -> Iterator[Explorer]:
    """The explorer after its start; what the browser says of refused connections is no complaint."""
    if server.process is None:  # a test failed before it started it again
        server.start()
    yield Explorer(page, server.address)
    watched.complaints[:] = [text for text in watched.complaints if not _LOST.search(text)]


def started(explorer: Explorer) -> None:
    """The first view is there, and all others are loaded."""
    explorer.open()
    explorer.wait_until_live()
    expect(explorer.page.locator("html")).to_have_attribute("data-views", "loaded")


def modules_asked(asked: list[str]) -> list[str]:
    return [url for url in asked if urlsplit(url).path.startswith("/web/")]


@pytest.mark.parametrize(
    "where", ["", "incident/F-queues", "radius", "records", "topology?element=system:oms&whatif=1&as=list"]
)
def test_a_page_that_is_open_comes_back_by_itself(lonely: Explorer, server: Server, where: str) -> None:
    started(lonely)
    server.kill()
    expect(lonely.live).to_have_attribute("data-state", "reconnecting")
    lonely.page.evaluate(f"location.hash = '#/{where}'")
    if where:
        expect(lonely.page.locator("main")).to_contain_text(re.compile("Something went wrong|No connection"))

    server.start()

    expect(lonely.heading).to_contain_text(VIEWS[where])
    expect(lonely.page.get_by_role("alert")).to_have_count(0)
    expect(lonely.page.locator(".loading")).to_have_count(0)


def test_no_module_is_loaded_once_the_first_view_is_there(lonely: Explorer, watched: Watched) -> None:
    started(lonely)
    before = len(modules_asked(watched.asked))

    for where, heading in VIEWS.items():
        lonely.page.evaluate(f"location.hash = '#/{where}'")
        expect(lonely.heading).to_contain_text(heading)

    assert modules_asked(watched.asked)[before:] == []


def test_a_list_that_lost_its_server_while_scrolling_goes_on_where_it_was(
    lonely: Explorer, server: Server
) -> None:
    started(lonely)
    lonely.page.evaluate("location.hash = '#/overdue'")
    table = lonely.page.locator(".table-box.long")
    first = table.locator("tbody tr").first.inner_text()
    server.kill()
    table.evaluate("box => { box.scrollTop = box.scrollHeight }")

    server.start()
    expect(lonely.page.get_by_role("alert")).to_have_count(0)
    table.evaluate("box => { box.scrollTop = 0 }")
    expect(table.locator("tbody tr").first).to_have_text(re.compile(re.escape(first.split()[0])))


def test_a_search_that_lost_its_server_is_sent_again(lonely: Explorer, server: Server) -> None:
    started(lonely)
    server.kill()
    lonely.page.get_by_role("combobox").fill("O-000900")
    expect(lonely.page.get_by_role("option")).not_to_contain_text("O-000900")

    server.start()

    expect(lonely.page.get_by_role("option").first).to_contain_text("O-000900")
