"""Contacts are links, those of a chat where its address is set."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.demo.load import load_demo
from impactgraph.settings import Settings
from tests.functional.browser.conftest import DEMO_NOW
from tests.functional.browser.explorer import Explorer
from tests.functional.http.serving import served

CHAT = "https://chat.example/channels/{channel}"


@pytest.fixture(scope="module")
def with_chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    store = open_store(str(tmp_path_factory.mktemp("demo")), now=lambda: DEMO_NOW)
    load_demo(store, 500, DEMO_NOW, 1)
    with served(create_app(store, Settings(chat=CHAT), now=lambda: DEMO_NOW)) as address:
        yield address
    store.close()


@pytest.mark.parametrize("where", ["", "radius", "topology?element=system:oms"])
def test_the_channel_of_a_team_opens_in_the_chat(page: Page, with_chat: str, where: str) -> None:
    Explorer(page, with_chat).open(where)

    channel = page.locator("main").get_by_role("link", name="#oms-oncall").first
    expect(channel).to_have_attribute("href", "https://chat.example/channels/oms-oncall")


@pytest.mark.parametrize("address", ["javascript:alert('{channel}')", "https://chat.example", "{channel}"])
def test_an_address_of_a_chat_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="chat"):
        Settings(chat=address)
