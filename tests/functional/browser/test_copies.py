"""What is copied for a chat or a ticket: filter and moment, approvals, customer words, a frozen address."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.functional.browser.explorer import Explorer
from tests.functional.http.serving import Api

PLAYBOOK = "{ blastRadius { playbooks { name message steps { text approvalName } } } }"
HELD = (
    "{ orders(first: 1, where: { bands: [STUCK] }) { edges { node { id diagnosis { customerMessage } } } } }"
)


@pytest.fixture
def explorer(page: Page, demo: str) -> Explorer:
    return Explorer(page, demo)


def copied(explorer: Explorer, where: str) -> str:
    explorer.open(where)
    explorer.page.get_by_role("button", name="Copy as Markdown").click()
    explorer.page.get_by_text("Copied").wait_for()
    return explorer.page.evaluate("navigator.clipboard.readText()")


def opens_as_of(explorer: Explorer, text: str, heading: str) -> None:
    """The address at the end of the text opens the page as of its moment, which links to the present."""
    explorer.page.goto(re.findall(r"http\S+", text)[-1])
    explorer.page.reload()
    expect(explorer.heading).to_contain_text(heading)
    expect(explorer.page.get_by_role("link", name="See the present state")).to_be_visible()


@pytest.mark.parametrize("where", ["", "radius"])
def test_failures_are_copied_with_approvals_customer_words_and_their_moment(
    explorer: Explorer, api: Api, where: str
) -> None:
    text = copied(explorer, where)

    for playbook in api.ask(PLAYBOOK)["blastRadius"]["playbooks"]:
        assert playbook["name"] in text
        assert playbook["message"] in text
        for step in playbook["steps"]:
            assert (f"after approval by {step['approvalName']}" in text) or not step["approvalName"]
    assert "As of 2 Mar 2026 10:30" in text
    assert "All times in Europe/Berlin." in text
    opens_as_of(explorer, text, "Blast radius")


def test_the_filter_of_a_blast_radius_is_named(explorer: Explorer) -> None:
    text = copied(explorer, "radius?region=uk&region=emea-north&missed=1")

    assert "Only orders with region: uk, emea-north; promise: will be missed." in text
    opens_as_of(explorer, text, "Blast radius")
    expect(explorer.page.get_by_role("region", name="Filters")).to_contain_text("emea-north")


def test_an_order_is_copied_with_what_to_do_and_what_to_tell(explorer: Explorer, api: Api) -> None:
    order = api.ask(HELD)["orders"]["edges"][0]["node"]
    text = copied(explorer, f"order/{order['id'].removeprefix('order:')}")

    assert f"> {order['diagnosis']['customerMessage']}" in text
    assert "after approval by" in text
    opens_as_of(explorer, text, "Order")


def test_overdue_orders_are_copied_with_their_filter_and_open_as_of_that_moment(explorer: Explorer) -> None:
    text = copied(explorer, "overdue?region=uk")

    assert "Only orders with region: uk." in text
    opens_as_of(explorer, text, "overdue")
