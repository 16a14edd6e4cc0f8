"""An ended failure stays on Now until its harm is healed, with what is left to repair."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from graph_models.time import MINUTE, moment
from impactgraph.bootstrap import open_store
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.browser.explorer import NowPage
from tests.functional.http.serving import served
from tests.functional.http.shop import FAILURE, NOW, event, fill

ENDED = moment(NOW - 2 * MINUTE).isoformat()
REJECTED = {
    **FAILURE,
    "failure": "F-rejected",
    "class": "schema_mismatch",
    "started_at": moment(NOW - 40 * MINUTE).isoformat(),
    "ended_at": ENDED,
    "scope": {"locations": ["store-001"]},
    "summary": "Pick confirmations were rejected",
}
HEALING = {
    **REJECTED,
    "failure": "F-healing",
    "class": "outage",
    "drain": "PT1H",
    "scope": {"locations": ["store-101"]},
    "summary": "Pick confirmations waited",
}
HARMLESS = {
    **REJECTED,
    "failure": "F-harmless",
    "target": "system:mailer",
    "class": "latency",
    "delay": "PT1S",
    "summary": "The mailer was slow",
}
DEAD = {
    "order": "O-0000",
    "fulfillment": "O-0000/1",
    "step": "pick",
    "code": "DEAD_LETTERED",
    "element": "integration:pick-confirm",
}


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(str(tmp_path_factory.mktemp("shop")), now=lambda: NOW)
    fill(store, 12)
    tell(store, "failure.resolved", {"failure": "F-1", "ended_at": ENDED}, "f2")
    tell(store, "failure.reported", HEALING, "f5")
    tell(store, "failure.reported", REJECTED, "f3")
    tell(store, "failure.reported", HARMLESS, "f4")
    tell(store, "fulfillment.failed", DEAD, "d1", at=NOW - 20 * MINUTE)
    yield store
    store.close()


def tell(store: Store, kind: str, data: dict[str, Any], number: str, *, at: int = NOW - MINUTE) -> None:
    assert store.ingest([event(kind, at, data, number)]).quarantined == []


def test_what_is_left_is_reported_until_it_is_repaired(page: Page, store: Store) -> None:
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        now_page = NowPage(page, address)
        now_page.open()

        card = page.locator(now_page.of("failure:F-rejected"))
        expect(card).to_contain_text("not yet repaired")
        expect(card).to_contain_text("Left to repair: 1 order in dead-letter queues")
        healing = page.locator("[data-unrepaired='failure:F-healing']")
        expect(healing).to_contain_text("Left to repair: 4 orders recovering")
        expect(healing).to_contain_text("backlog expected to be cleared by")
        resolved = now_page.card("Recently resolved")
        expect(resolved).to_contain_text("The mailer was slow")
        expect(resolved).not_to_contain_text("rejected")

        replay = {"order": "O-0000", "fulfillment": "O-0000/1", "step": "pack"}
        now_page.wait_until_live()
        tell(store, "fulfillment.entered", replay, "r1", at=NOW - MINUTE // 2)
        page.reload()
        expect(page.locator("[data-incident]")).to_contain_text("Pick confirmations were rejected")
        expect(card).to_have_count(0)
        page.goto("about:blank")
