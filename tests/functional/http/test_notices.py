"""Notices over GraphQL, and the worker that sends them while the application runs."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.services import Services
from impactgraph.notices.channels import WebhookSender
from impactgraph.notices.config import NoticeRules, Rule
from impactgraph.notices.worker import SentNotices
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW
from tests.receiver import Receiver, receiver

SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"
NOTICES = """query($state: [NoticeState!], $first: Int, $after: String) {
  notices(state: $state, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    edges { node { key incident rule channel kind level cause text link state reason createdAt at attempts
      retryAt } } } }"""
RULES = """\
channels: {hook: {kind: webhook, url: 'http://localhost/x', secret: {env: HOOK}}}
rules: {more: {to: [hook]}}
"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Receiver]:
    with receiver() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def api(shop: Store, endpoint: Receiver) -> Iterator[Api]:
    rules = NoticeRules(channels={}, rules=(Rule("all", ("hook", "silent")),))
    endpoint.answers = [(503, {})]
    senders = {
        name: WebhookSender(f"http://{endpoint.address}/{name}", SECRET) for name in ("hook", "silent")
    }
    worker = SentNotices(shop, rules, senders, now=lambda: NOW, public_url="https://shop.example")
    app = create_app(shop, Settings(), now=lambda: NOW, services=Services(notices=worker))
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        api = Api(client)
        while api.ask(NOTICES, state=["WAITING"])["notices"]["totalCount"] or len(endpoint.taken) < 2:
            pass  # each question takes its time; the end of the first round is awaited
        yield api


def test_notices_are_listed_with_what_became_of_each(api: Api, endpoint: Receiver) -> None:
    nodes = [edge["node"] for edge in api.ask(NOTICES)["notices"]["edges"]]

    by_state = {each["state"]: each for each in nodes}
    sent, failed = by_state["SENT"], by_state["FAILED"]
    assert (sent["incident"], sent["kind"], sent["attempts"], sent["reason"]) == (
        "incident:F-1",
        "NEW",
        1,
        None,
    )
    assert sent["cause"] == "integration:pick-confirm"
    assert sent["link"] == "https://shop.example/#/radius?failure=F-1&asOf=2026-03-02T09%3A30%3A00.000Z"
    assert "503" in failed["reason"] and failed["retryAt"] == "2026-03-02T09:30:15Z"
    assert sorted(endpoint.ids) == sorted(each["key"] for each in nodes)


def test_notices_come_in_pages_and_by_state(api: Api) -> None:
    first = api.ask(NOTICES, first=1)["notices"]
    rest = api.ask(NOTICES, first=1, after=first["pageInfo"]["endCursor"])["notices"]

    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (
        2,
        True,
        False,
    )
    assert api.ask(NOTICES, state="SENT")["notices"]["totalCount"] == 1
    assert api.ask(NOTICES, state=["GIVEN_UP"])["notices"]["totalCount"] == 0


def test_rules_can_be_tried_without_sending(api: Api, endpoint: Receiver) -> None:
    before = len(endpoint.taken)

    (due,) = api.ask("query($rules: String!) { noticesDue(rules: $rules) { rule channel kind text } }",
                     rules=RULES)["noticesDue"]  # fmt: skip

    assert (due["rule"], due["channel"], due["kind"]) == ("more", "hook", "NEW")
    assert "integration" in due["text"].lower()
    assert len(endpoint.taken) == before


def test_wrong_rules_are_an_error_with_their_line(api: Api) -> None:
    query = 'query($rules: String!) { noticesDue(rules: $rules, file: "my.yaml") { key } }'

    answer = api.answer(query, {"rules": RULES.replace("to: [hook]", "to: [hok]")})

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert "my.yaml:2: rule more: `to` names no channel: 'hok'." in error["message"]
