"""Webhooks over HTTP: who sent it, and what becomes of it."""

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.services import Services
from impactgraph.access.audit_file import FileAudit
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.sources import live_sources
from impactgraph.sources.config import Secret, WebhookSource
from impactgraph.sources.live_sources import FollowedSources
from impactgraph.usecases.access import Access
from tests.functional.http.serving import Api, served
from tests.sources.shop import NOW, ShopMapper, document, orders_in, small_store
from tests.stores.events import placed

OLD, NEW = Secret(env="SHOP_SECRET_OLD"), Secret(env="SHOP_SECRET_NEW")
TOKEN = {"x-token": "Bearer new"}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("SHOP_SECRET_OLD", "old")
    monkeypatch.setenv("SHOP_SECRET_NEW", "new")
    monkeypatch.setattr(live_sources, "document_mapper", lambda path: ShopMapper())
    store = small_store()
    yield store
    store.close()


@pytest.fixture
def audit(tmp_path: Path) -> FileAudit:
    return FileAudit(tmp_path, lambda: NOW)


@pytest.fixture
def http(store: Store, audit: FileAudit) -> Iterator[httpx.Client]:
    sources = FollowedSources(
        [
            WebhookSource("shop", "X-Token", (OLD, NEW), prefix="Bearer ", mapping=Path("shop.yaml")),
            WebhookSource("plain", "X-Token", (NEW,)),
            WebhookSource("signed", "X-Signature", (OLD, NEW), check="hmac-sha256", prefix="v1="),
            WebhookSource("encoded", "X-Signature", (NEW,), check="hmac-sha256", encoding="base64"),
        ],
        store,
        now=lambda: NOW,
    )
    settings, access = Settings(max_body=20_000), Access(audit=audit)
    app = create_app(store, settings, now=lambda: NOW, services=Services(sources), access=access)
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def signature(body: bytes, secret: str = "new") -> str:
    return hmac.digest(secret.encode(), body, sha256).hex()


def test_a_document_is_durable_when_it_is_accepted(http: httpx.Client, store: Store) -> None:
    response = http.post("/in/shop", content=document("O-1"), headers=TOKEN)

    assert (response.status_code, orders_in(store, ["O-1"])) == (202, ["O-1"])


def test_cloudevents_need_no_mapping(http: httpx.Client, store: Store) -> None:
    headers = {"x-token": "new"}
    one = http.post("/in/plain", content=placed("O-1"), headers=headers)
    several = http.post("/in/plain", content=b"[%s,%s]" % (placed("O-2"), placed("O-3")), headers=headers)
    whole = json.loads(placed("O-4"))
    binary = {f"ce-{name}": str(value) for name, value in whole.items() if name != "data"}
    http.post("/in/plain", json=whole["data"], headers=headers | binary)

    assert (one.status_code, several.status_code) == (202, 202)
    assert orders_in(store, [f"O-{number}" for number in range(9)]) == ["O-1", "O-2", "O-3", "O-4"]


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"5", b"\xff", document(x=1)])
def test_what_cannot_be_mapped_is_quarantined_and_accepted(
    http: httpx.Client, store: Store, body: bytes
) -> None:
    response = http.post("/in/shop", content=body, headers=TOKEN)

    (entry,) = store.quarantined()
    assert (response.status_code, entry.place, entry.origin) == (202, "POST /in/shop", "shop")
    assert entry.reason


def test_a_deeply_nested_document_is_quarantined(http: httpx.Client, store: Store) -> None:
    body = b"[" * 9_000 + b"]" * 9_000
    for source in ("shop", "plain"):
        token = TOKEN if source == "shop" else {"x-token": "new"}
        assert http.post(f"/in/{source}", content=body, headers=token).status_code == 202
    assert len(store.quarantined()) == 2 or store.quarantined()[0].text == body.decode()


def test_both_secrets_are_valid_while_one_replaces_the_other(http: httpx.Client) -> None:
    answers = [
        http.post("/in/shop", content=document("O-1"), headers={"x-token": f"Bearer {each}"}).status_code
        for each in ("old", "new", "older", "-")
    ]

    assert answers == [202, 202, 403, 403]


def test_a_signature_is_of_the_raw_body(http: httpx.Client, store: Store) -> None:
    body = b'{ "order" :  "O-1" }'
    mixed = f"v1={'0' * 64}, v1={signature(body, 'old')}"
    right = http.post("/in/signed", content=body, headers={"x-signature": mixed})
    other = http.post("/in/signed", content=body + b" ", headers={"x-signature": mixed})
    bare = http.post("/in/signed", content=body, headers={"x-signature": signature(body)})
    encoded = b64encode(hmac.digest(b"new", body, sha256)).decode()
    base64 = http.post("/in/encoded", content=body, headers={"x-signature": encoded})

    assert [each.status_code for each in (right, other, bare, base64)] == [202, 403, 403, 202]


def test_a_sender_without_proof_is_refused_with_the_missing_header(http: httpx.Client, store: Store) -> None:
    response = http.post("/in/shop", content=document("O-1"))

    assert (response.status_code, response.json()["code"]) == (401, "UNAUTHENTICATED")
    assert "X-Token" in response.json()["message"]
    assert not orders_in(store, ["O-1"])


def test_an_unknown_source_is_not_found(http: httpx.Client) -> None:
    response = http.post("/in/shopp", content=b"{}", headers=TOKEN)

    assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")
    assert http.get("/in/shop").status_code == 405


def test_a_body_that_is_too_large_is_refused(http: httpx.Client) -> None:
    assert http.post("/in/shop", content=b" " * 30_000, headers=TOKEN).status_code == 413


@pytest.mark.parametrize("error", [StoreUnavailableError("the disk is full"), ValueError("a defect")])
def test_a_delivery_that_could_not_be_stored_is_to_be_sent_again(
    http: httpx.Client, store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(store, "ingest_source", refuse)
        response = http.post("/in/shop", content=document("O-1"), headers=TOKEN)
        state = Api(http).ask("{ sources { key state problem } }")["sources"][0]
    again = http.post("/in/shop", content=document("O-1"), headers=TOKEN)

    assert (response.status_code, response.headers["retry-after"], again.status_code) == (503, "5", 202)
    assert state == {"key": "shop", "state": "waiting", "problem": str(error)}


def test_deliveries_at_the_same_time_are_all_stored(http: httpx.Client, store: Store) -> None:
    keys = [f"O-{number}" for number in range(60)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda key: http.post("/in/shop", content=document(key), headers=TOKEN), keys)
        )

    assert {answer.status_code for answer in answers} == {202}
    assert (len(store.orders(keys)), store.source_progress()["shop"].taken) == (60, 60)


def test_sources_are_seen_over_graphql_and_in_metrics(http: httpx.Client) -> None:
    http.post("/in/shop", content=document("O-1"), headers=TOKEN)
    http.post("/in/shop", content=b"{", headers=TOKEN)

    fields = "key kind state lag lastEventAt taken repeated quarantined passed problem positions { part }"
    source = Api(http).ask(f"{{ sources {{ {fields} }} }}")["sources"][0]
    metrics = http.get("/metrics").text

    assert source == {
        "key": "shop",
        "kind": "webhook",
        "state": "running",
        "lag": "PT0S",
        "lastEventAt": "2026-03-02T12:00:00Z",
        "taken": 1,
        "repeated": 0,
        "quarantined": 1,
        "passed": 0,
        "problem": None,
        "positions": [],
    }
    assert 'impactgraph_source_taken_total{source="shop"} 1.0' in metrics
    assert 'impactgraph_source_quarantined_total{source="shop"} 1.0' in metrics
    assert 'impactgraph_source_lag_seconds{source="shop"} 0.0' in metrics
    assert 'impactgraph_source_up{kind="webhook",source="shop"} 1.0' in metrics


def test_a_delivery_is_in_the_audit_log_without_what_it_says(http: httpx.Client, audit: FileAudit) -> None:
    body = document("O-1")
    assert http.post("/in/shop", content=body, headers=TOKEN).status_code == 202
    assert http.post("/in/shop", content=body).status_code == 401
    while not (entries := list(audit.entries())):
        pass  # it is written after the answer

    (event,) = (entry.event for entry in entries)
    assert (event.subject, event.name, event.operation) == ("source:shop", "shop", "webhook")
    assert event.address
    assert event.arguments == {"route": "/in/{source}", "proof": "header X-Token", "bytes": len(body)}
