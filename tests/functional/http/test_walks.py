"""Reading a list page by page: complete, without duplicates, of one answer, and computed once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from graph_models.impact import Question
from graph_models.time import HOUR, MINUTE
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.snapshot import Snapshot
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, event, fill

WHAT_IF = (
    '(suppose: [{id: "X", target: "system:oms", class: OUTAGE, startedAt: "2026-03-02T09:00:00Z", '
    'expectedEnd: "2026-03-02T15:00:00Z"}])'
)
PAGE = "totalCount pageInfo { hasNextPage endCursor }"
LISTS = {
    "orders": ("", "band likelihood order { id }"),
    "elements": ("", "element { id } effect from"),
    "postings": ("", "type order { id } fulfillment amount { amount }"),
    "notifications": ("", "type order { id }"),
    "orders by value": (", orderBy: VALUE_DESC", "order { id }"),
    "orders of the web": (', where: {channels: ["web"]}', "order { id }"),
}


class Shop:
    """A store behind a server, with a clock and a count of answers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOW
        self.answers = 0

    def clock(self) -> int:
        return self.now

    def ask(self, snapshot: Snapshot, question: Question) -> Answer:
        self.answers += 1
        return answer_question(snapshot, question)

    @contextmanager
    def serve(self, kept_pages: int = 2**28) -> Iterator[Api]:
        app = create_app(self.store, Settings(kept_pages=kept_pages), ask_impact=self.ask, now=self.clock)
        with served(app) as address, httpx.Client(base_url=address, timeout=60) as http:
            yield Api(http)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop: Shop | None = None
    store = open_store(str(tmp_path / "store"), now=lambda: shop.now if shop else NOW)
    fill(store, 60)
    shop = Shop(store)
    yield shop
    store.close()


def page(api: Api, name: str, after: str | None = None, first: int = 7) -> Any:
    field = name.split(maxsplit=1)[0]
    arguments, node = LISTS[name]
    listed = f"{field}(first: {first}, after: $after{arguments}) {{ {PAGE} edges {{ node {{ {node} }} }} }}"
    query = f"query ($after: String) {{ blastRadius{WHAT_IF} {{ asOf watermark list: {listed} }} }}"
    return api.ask(query, after=after)["blastRadius"]


def walk(api: Api, name: str, first: int = 7) -> Iterator[Any]:
    """Each page in turn."""
    after = None
    while True:
        answer = page(api, name, after, first)
        yield answer
        if not answer["list"]["pageInfo"]["hasNextPage"]:
            return
        after = answer["list"]["pageInfo"]["endCursor"]


def nodes(pages: list[Any]) -> list[Any]:
    return [edge["node"] for each in pages for edge in each["list"]["edges"]]


def moved(number: int) -> bytes:
    """An order moves on, of those that the failure affects."""
    data = {"order": f"O-{number:04d}", "fulfillment": f"O-{number:04d}/1", "step": "deliver"}
    return event("fulfillment.entered", NOW - MINUTE, data, f"moved-{number}")


@pytest.mark.parametrize("name", LISTS)
def test_pages_are_complete_and_have_no_duplicates(shop: Shop, name: str) -> None:
    with shop.serve() as api:
        whole = nodes([page(api, name, first=500)])
        pages = list(walk(api, name))

    assert len(pages) > 1
    assert nodes(pages) == whole
    assert {each["list"]["totalCount"] for each in pages} == {len(whole)}


@pytest.mark.parametrize("name", LISTS)
def test_a_walk_is_of_one_answer_whatever_arrives_meanwhile(shop: Shop, name: str) -> None:
    with shop.serve() as api:
        whole = nodes([page(api, name, first=500)])
        pages: list[Any] = []
        for number, each in enumerate(walk(api, name)):
            pages.append(each)
            shop.now += MINUTE
            shop.store.ingest([moved(number)])

    assert nodes(pages) == whole
    assert len({(each["asOf"], each["watermark"]) for each in pages}) == 1


def test_pages_after_the_first_compute_no_answer(shop: Shop) -> None:
    with shop.serve() as api:
        for name in LISTS:
            shop.answers = 0
            list(walk(api, name))
            assert shop.answers == 1


def test_other_fields_of_a_later_page_are_of_the_same_answer(shop: Shop) -> None:
    query = (
        "query ($after: String) { blastRadius" + WHAT_IF + " { asOf headline totals { orders } "
        "failures { id } orders(first: 5, after: $after) { totalCount pageInfo { endCursor } } } }"
    )
    with shop.serve() as api:
        before = api.ask(query)["blastRadius"]
        shop.now += HOUR
        after = api.ask(query, after=before["orders"]["pageInfo"]["endCursor"])["blastRadius"]

    for each in (before, after):
        del each["orders"]["pageInfo"]
    assert after == before


def test_a_list_that_was_dropped_is_computed_again_as_of_its_moment(shop: Shop) -> None:
    with shop.serve(kept_pages=0) as api:
        whole = nodes([page(api, "orders", first=500)])
        pages: list[Any] = []
        for each in walk(api, "orders"):
            pages.append(each)
            shop.now += MINUTE
            late = event("order.cancelled", shop.now, {"order": "O-0059"}, f"c{shop.now}")
            shop.store.ingest([late])

    assert nodes(pages) == whole
    assert len({each["asOf"] for each in pages}) == 1


def test_a_list_that_cannot_be_computed_again_says_so(shop: Shop) -> None:
    with shop.serve(kept_pages=0) as api:
        after = page(api, "orders")["list"]["pageInfo"]["endCursor"]
        shop.store.ingest([moved(3)])
        answer = api.answer(
            "query ($after: String) { blastRadius" + WHAT_IF + " { orders(after: $after) { totalCount } } }",
            {"after": after},
        )

    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert "first page again" in answer["errors"][0]["message"]


def test_a_cursor_of_another_question_is_an_error(shop: Shop) -> None:
    with shop.serve() as api:
        after = page(api, "orders")["list"]["pageInfo"]["endCursor"]
        query = "query ($after: String) { blastRadius { orders(after: $after) { totalCount } } }"

        assert api.codes(query, after=after) == ["BAD_INPUT"]
