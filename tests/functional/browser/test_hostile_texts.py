"""Long ids and long texts without a space: no page is wider than the screen, and nothing is cut off."""

import re
from collections.abc import Iterator

import pytest
import yaml
from playwright.sync_api import Page, expect

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from impactgraph.usecases.apply_topology import apply_path
from tests.functional.browser.explorer import Explorer
from tests.functional.http.serving import served
from tests.functional.http.shop import FAILURE, NOW, TOPOLOGY, event, orders

LONG = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"
UNBROKEN = "x" * 90
IDS = ("pick-confirm", "ship-from-store", "store-001", "store-002", "emea", "oms", "web", "gold", "O-0000")
"""Become long wherever they are used."""
TEXTS = ("name", "contact", "summary", "message", "text", "description")
WIDTHS = (320, 390, 1280)
VIEWS = {
    "now": "",
    "incident": "incident/F-1?do=assign&as=list",
    "blast radius": "radius?as=list",
    "map": "radius?as=map",
    "filtered": f"radius?region=emea-{UNBROKEN}&channel=web-{UNBROKEN}&location=store-001-{UNBROKEN}",
    "path": f"radius?row=order:O-0000-{UNBROKEN}&as=list",
    "element of a map": f"radius?element=integration:pick-confirm-{UNBROKEN}&as=list",
    "order": f"order/O-0000-{UNBROKEN}",
    "unknown order": f"order/{UNBROKEN}",
    "overdue": "overdue",
    "records": "records",
    "topology": "topology?as=list",
    "element": f"topology?element=system:oms-{UNBROKEN}&as=list",
    "paths": f"topology?element=system:oms-{UNBROKEN}&to=step:ship-from-store-{UNBROKEN}/pick",
    "versions": "topology?versions=1",
    "what if": f"topology?element=integration:pick-confirm-{UNBROKEN}&whatif=1&failure=failure:F-1&as=list",
}
BESIDE = """() => {
  const scrolls = (node) => node && node !== document.body
    && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
  return [...document.querySelectorAll("main *, header *")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1 && node.getClientRects().length)
    .filter((node) => !scrolls(node.parentElement) && !node.closest(".sr"))
    .map((node) => `${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 60)}`);
}"""


def lengthened(text: str) -> str:
    for key in IDS:
        text = re.sub(rf"(?<![\w-]){key}(?![\w-])", f"{key}-{UNBROKEN}", text)
    return text


def with_long_texts(value: object) -> object:
    if isinstance(value, list):
        return [with_long_texts(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"{LONG}{each}" if key in TEXTS and isinstance(each, str) else with_long_texts(each)
        for key, each in value.items()
    }


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    document = yaml.safe_load(lengthened(TOPOLOGY.read_text(encoding="utf-8")))
    topology = folder / "topology.yaml"
    topology.write_text(yaml.safe_dump(with_long_texts(document)), encoding="utf-8")
    store = open_store(str(folder / "store"), now=lambda: NOW)
    assert apply_path(store, topology, NOW - 1).problems == ()
    failure = {**FAILURE, "summary": f"{LONG}{UNBROKEN} {FAILURE['summary']}"}
    reported = event("failure.reported", NOW - 900_000, failure, "f1")
    events = [lengthened(each.decode()).encode() for each in (*orders(24), reported)]
    assert store.ingest(events).quarantined == []
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        yield address
    store.close()


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_no_text_is_wider_than_the_screen(page: Page, hostile: str, view: str) -> None:
    explorer = Explorer(page, hostile)
    explorer.page.goto(f"{hostile}/#/{view}")
    expect(page.locator("main h1, main h2").first).to_be_visible()
    expect(page.locator(".loading")).to_have_count(0)

    beside = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        beside[width] = page.evaluate(BESIDE) + ["it scrolls sideways"] * sideways
    assert beside == {width: [] for width in WIDTHS}


def test_what_is_found_is_no_wider_either(page: Page, hostile: str) -> None:
    explorer = Explorer(page, hostile)
    page.set_viewport_size({"width": 320, "height": 844})
    explorer.open()
    page.keyboard.press("/")
    page.keyboard.type("pick-confirm")
    page.get_by_role("option").first.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator(".found").evaluate("box => box.scrollWidth <= box.clientWidth")
