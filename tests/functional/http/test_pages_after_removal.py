"""Pages of an answer some of whose orders are gone since: none of them is shown."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from graph_models.access import LOCAL
from impactgraph.ports.ingest import IngestedFile
from impactgraph.ports.removal import ForgetRequest
from impactgraph.stores.embedded import EmbeddedStore
from tests.row_filter.surfaces import Clock, Window
from tests.stores.events import DOCUMENTS, at, entered, placed, reported, topology

NOW = at(60)
PAGE = "query($a:String){blastRadius{orders(first:1,after:$a){edges{cursor node{order{id}}}}}}"


@pytest.fixture
def store() -> Iterator[EmbeddedStore]:
    """An ingest of four orders in a step whose system is out."""
    with closing(EmbeddedStore.in_memory(now=lambda: NOW)) as store:
        store.apply_topology(topology(), DOCUMENTS, at(-60))
        store.ingest([reported(minutes=2)])
        number = store.begin_ingest([IngestedFile("orders.ndjson")], NOW)
        for order in ("O-1", "O-2", "O-3", "O-4"):
            store.ingest([placed(order), entered("promise", 1, f"{order}/1")], ingest=number)
        store.end_ingest(number, {"files": []}, NOW)
        yield store


@pytest.fixture
def window(store: EmbeddedStore) -> Iterator[Window]:
    window = Window(Clock(NOW))
    window.use(store, LOCAL)
    yield window
    window.close()


def _forget(store: EmbeddedStore) -> None:
    store.forget(ForgetRequest(["O-2"]), NOW)


def _undo(store: EmbeddedStore) -> None:
    store.undo_ingest(1, NOW)


@pytest.mark.parametrize("remove", [_forget, _undo])
def test_a_cursor_from_before_leads_to_no_order_that_is_gone(
    store: EmbeddedStore, window: Window, remove: Callable[[EmbeddedStore], None]
) -> None:
    (edge,) = window.ask(PAGE)["data"]["blastRadius"]["orders"]["edges"]
    assert "order:O-2" in str(window.ask(PAGE, a=edge["cursor"]))

    remove(store)
    answer = window.ask(PAGE, a=edge["cursor"])

    assert "O-2" not in str(answer)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert "Ask for the first page again" in answer["errors"][0]["message"]


def test_later_events_take_no_page_away(store: EmbeddedStore, window: Window) -> None:
    (edge,) = window.ask(PAGE)["data"]["blastRadius"]["orders"]["edges"]

    store.ingest([placed("O-9"), entered("promise", 1, "O-9/1")])

    assert "order:O-2" in str(window.ask(PAGE, a=edge["cursor"]))
