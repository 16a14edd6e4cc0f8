"""Whatever is sent to an endpoint of alerts is answered by the contract, and order does not matter."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.failure import Failure
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.ingest.events import FailureData
from impactgraph.ingest.read import read_event
from impactgraph.ports.store import Store
from impactgraph.sources.alert_documents import alert_translator
from impactgraph.sources.documents import Document
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.failure_life import FailureChange
from impactgraph.stores.state.failures import fold_failures
from tests.alert_payloads import CHANGES, PAYLOADS, SECRET, alertmanager, servicenow, statuspage, text
from tests.sources.alert_endpoints import RULES, VARIABLE, app_of, post, proof_of, source_of
from tests.sources.shop import NOW, small_store

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["oms", "firing", "resolved", "2026-03-02T12:00:00Z", "0001-01-01T00:00:00Z", "1"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = {name: each.firing for name, each in PAYLOADS.items()} | {
    name: begin for name, (begin, _, _) in CHANGES.items()
}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


@pytest.fixture(scope="module")
def app(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    rules: Path = tmp_path_factory.mktemp("rules") / "alerts.yaml"
    rules.write_text(RULES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, SECRET)
        yield app_of(store, *(source_of(name, rules) for name in SENDERS))


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to each value of a document."""
    yield path
    if isinstance(document, dict):
        for name, value in document.items():
            yield from places(value, (*path, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from places(value, (*path, index))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = document.copy()
    copy[path[0]] = replaced(document[path[0]], path[1:], value)
    return copy


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sender, and a document that is any JSON, or one of its own with a value that is another."""
    sender = draw(st.sampled_from(sorted(SENDERS)))
    document = DOCUMENTS.get(sender)
    if document is None or draw(st.booleans()):
        return sender, draw(st.binary(max_size=30) | JSON.map(lambda value: json.dumps(value).encode()))
    path = draw(st.sampled_from(sorted(places(document), key=str)))
    return sender, json.dumps(replaced(document, path, draw(JSON))).encode()


@settings(max_examples=200, deadline=None)
@given(deliveries(), st.booleans())
def test_every_delivery_is_answered_by_the_contract(
    app: FastAPI, delivery: tuple[str, bytes], is_proved: bool
) -> None:
    sender, body = delivery
    headers, query = proof_of(sender, body) if is_proved else ({}, "")
    status = post(app, f"/webhooks/{sender}/{sender}{query}", body, headers).status_code

    assert status in ({202, 401, 403} if SENDERS[sender].signs or not is_proved else {202})


@settings(max_examples=200, deadline=None)
@given(deliveries())
def test_a_reader_says_what_is_wrong_with_a_document(delivery: tuple[str, bytes]) -> None:
    """No document is odd in a way that no reader foresaw."""
    sender, body = delivery
    translation = alert_translator(source_of(sender, None))([Document(body, "here", received_at=NOW)])

    assert not any("it cannot be read" in each.reason for each in translation.refused)


def episodes() -> list[bytes]:
    """An alert that fires and ends three times."""
    documents: list[bytes] = []
    for minute in (0, 10, 20):
        for status in ("firing", "resolved"):
            group = alertmanager(status)
            alert = group["alerts"][0]
            alert["startsAt"] = f"2026-03-02T12:{minute:02}:00Z"
            if status == "resolved":
                alert["endsAt"] = f"2026-03-02T12:{minute + 5:02}:00Z"
            documents.append(text(group))
    return documents


def reopened(sender: str) -> list[bytes]:
    """An alert that ends, and begins again under the id and with the start that it had."""
    moments = ("2026-03-02T12:00:00Z", "2026-03-02T12:03:00Z", "2026-03-02T12:05:00Z", "2026-03-02T12:09:00Z")
    documents: list[bytes] = []
    for at, is_end in zip(moments, (False, False, True, False), strict=True):
        if sender == "statuspage":
            delivery = statuspage("resolved" if is_end else "identified")
            delivery["incident"] |= {"updated_at": at}
        else:
            delivery = servicenow("6" if is_end else "2") | {"updated_at": at}
        documents.append(text(delivery))
    return documents


@pytest.mark.parametrize("sender", ["servicenow", "statuspage"])
@settings(max_examples=10, deadline=None)
@given(st.permutations(range(4)))
def test_what_begins_again_with_its_former_start_is_a_new_episode(
    tmp_path_factory: pytest.TempPathFactory, sender: str, order: list[int]
) -> None:
    rules = tmp_path_factory.getbasetemp() / "again.yaml"
    rules.write_text("rules: [{match: {}, element: 'system:oms', expected_in: 2h}]")
    documents = [reopened(sender)[each] for each in order]

    (failure,) = folded(documents, rules, sender)

    minutes = [(each.started_at - NOW) // 60_000 for each in failure.episodes]
    assert minutes == [minutes[0], minutes[0] + 9]
    assert [each.ended_at is None for each in failure.episodes] == [False, True]
    assert failure.episodes[0].expected_end == failure.episodes[0].started_at + 7_200_000


def folded(documents: list[bytes], rules: Path, sender: str = "alertmanager") -> tuple[Failure, ...]:
    translate = alert_translator(source_of(sender, rules))
    lines = translate([Document(each, "here", received_at=NOW) for each in documents]).lines
    return fold_failures(change_of(line) for line in lines)


def change_of(line: bytes) -> FailureChange:
    event, _ = read_event(line)
    assert isinstance(event.data, FailureData)
    kind = EventKind.FAILURE_REPORTED if event.type == "failure.reported" else EventKind.FAILURE_RESOLVED
    return FailureChange(event.millis, event.source, event.id, kind, event.data)


@settings(max_examples=40, deadline=None)
@given(st.permutations(episodes()), st.integers(0, 5))
def test_the_order_of_arrival_does_not_change_the_failures(
    tmp_path_factory: pytest.TempPathFactory, documents: list[bytes], repeated: int
) -> None:
    rules = tmp_path_factory.getbasetemp() / "order.yaml"
    rules.write_text(RULES)
    in_order = folded(episodes(), rules)

    assert folded([*documents, documents[repeated]], rules) == in_order
    assert [each.ended_at is not None for each in in_order[0].episodes] == [True] * 3
