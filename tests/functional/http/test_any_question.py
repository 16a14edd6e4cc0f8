"""Laws of the API: no question that the schema allows breaks the server, and none that it does not."""

from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from api.schema import build_schema
from impactgraph.settings import Settings
from tests.functional.http.serving import Api

SDL = build_schema(Settings()).as_str()
"""The schema that questions are made from."""

WORDS = st.sampled_from(
    [
        "system:oms",
        "order:O-0001",
        "failure:F-1",
        "team:care",
        "step:ship-from-store/pick",
        "nope",
        "",
        "order:",
        ":",
        "\u00e9\U0001f600",
    ]
)
SCALARS = {
    "DateTime": st.sampled_from(
        ["2026-03-02T09:30:00Z", "2026-03-02", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x"]
    ).map(nodes.String),
    "Duration": st.sampled_from(["PT1H", "15m", "P400D", "PT0S", "-PT1H", "x"]).map(nodes.String),
    "Decimal": st.sampled_from(["1.50", "NaN", "1e400", "-3"]).map(nodes.String),
    "JSON": WORDS.map(nodes.String),
    "ID": WORDS.map(nodes.String),
}
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("{ __typename }")
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
KNOWN = {"BAD_INPUT", "NOT_FOUND", "TOO_COMPLEX"}


@settings(max_examples=60, suppress_health_check=SLOW)
@given(query=queries(SDL, custom_scalars=SCALARS))
def test_any_question_of_the_schema_is_answered_or_refused_by_a_known_code(api: Api, query: str) -> None:
    answer = api.answer(query)

    assert {error["extensions"]["code"] for error in answer.get("errors", [])} <= KNOWN, answer


@settings(max_examples=60, suppress_health_check=SLOW)
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner),
    )
)
def test_any_body_at_all_is_refused_politely(http: httpx.Client, body: Any) -> None:
    assert http.post("/graphql", json=body).status_code < 500


@settings(max_examples=60, suppress_health_check=SLOW)
@given(body=st.binary(max_size=60) | st.sampled_from([b"[" * 100_000, b"\xff", b'{"query": "\xff"}']))
def test_any_bytes_at_all_are_refused_politely(http: httpx.Client, body: bytes) -> None:
    assert http.post("/graphql", content=body, headers={"content-type": "application/json"}).status_code < 500


@settings(max_examples=60, suppress_health_check=SLOW)
@given(
    body=st.binary(max_size=60),
    media=st.sampled_from(
        ["application/cloudevents+json", "application/cloudevents-batch+json", "application/json"]
    ),
)
def test_any_bytes_that_are_sent_as_events_are_refused_politely(
    http: httpx.Client, body: bytes, media: str
) -> None:
    assert http.post("/events", content=body, headers={"content-type": media}).status_code < 500
