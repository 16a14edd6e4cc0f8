"""Errors: a stable code, a message that helps, and nothing of the inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest

from api.app import create_app
from graph_models.impact import Question
from impactgraph.bootstrap import open_store
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.snapshot import Snapshot
from tests.functional.http.following import follower
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, fill


@pytest.mark.parametrize(
    "query",
    [
        '{ blastRadius(failures: ["failure:F-9"]) { headline } }',
        '{ blastRadius(suppose: {target: "system:nope", class: OUTAGE, startedAt: "2026-03-02T09:00:00Z"}) { '
        "headline } }",
        '{ blastRadius(where: {ids: ["order:nope"]}) { headline } }',
        '{ blastRadius { orders(where: {locations: ["location:nope"]}) { totalCount } } }',
        '{ blastRadius { explain(order: "order:nope") { sentence } } }',
        '{ orders(where: {workflows: ["workflow:nope"]}) { totalCount } }',
        '{ orders(where: {steps: ["step:ship-from-store/nope"]}) { totalCount } }',
        '{ failures(where: {targets: ["system:nope"]}) { totalCount } }',
        '{ elements(owner: "team:nope") { totalCount } }',
        '{ paths(from: "system:nope", to: "system:oms") { sentence } }',
        '{ paths(from: "system:oms", to: "system:nope") { sentence } }',
        '{ compareTopologies(from: "topology:nope", to: "topology:nope") { added } }',
        'mutation { reportFailure(input: {target: "system:nope", class: OUTAGE, startedAt: '
        '"2026-03-02T09:00:00Z"}) { failure { id } } }',
        'mutation { updateFailure(id: "failure:nope", input: {summary: "x"}) { failure { id } } }',
        'mutation { resolveFailure(id: "failure:nope") { failure { id } } }',
    ],
)
def test_an_id_that_does_not_exist_is_not_found(api: Api, query: str) -> None:
    assert api.codes(query) == ["NOT_FOUND"]


@pytest.mark.parametrize(
    "query",
    [
        '{ order(id: "order:nope") { id } }',
        '{ element(id: "system:nope") { id } }',
        '{ node(id: "system:nope") { id } }',
    ],
)
def test_a_single_object_that_does_not_exist_is_null(api: Api, query: str) -> None:
    assert list(api.ask(query).values()) == [None]


def test_what_is_not_found_comes_with_the_nearest_id(api: Api) -> None:
    error = api.answer('{ paths(from: "system:omz", to: "system:erp") { sentence } }')["errors"][0]

    assert error["extensions"]["near"][0] == "system:oms"
    assert "Did you mean system:oms" in error["message"]


@pytest.mark.parametrize(
    "query",
    [
        "{ nope }",
        "{ failures",
        '{ blastRadius(asOf: "yesterday") { headline } }',
        '{ blastRadius(horizon: "long") { headline } }',
        '{ blastRadius(horizon: "PT0S") { headline } }',
        '{ blastRadius(tolerance: "-PT1H") { headline } }',
        "{ blastRadius(minLikelihood: 1.5) { headline } }",
        "{ blastRadius { breakdown(by: []) { orders } } }",
        "{ blastRadius { breakdown(by: [CHANNEL, CHANNEL]) { orders } } }",
        '{ blastRadius { forecast(bucket: "PT0S") { at } } }',
        '{ orders(where: {minValue: "much"}) { totalCount } }',
        '{ orders(after: "nonsense") { totalCount } }',
        "{ orders(where: {willMissPromise: false}) { totalCount } }",
        '{ elements(after: "nonsense") { totalCount } }',
        '{ elements(after: "WzFd") { totalCount } }',
        '{ topologies(after: "WyJ4Il0=") { totalCount } }',
        '{ blastRadius { elements(after: "nonsense") { totalCount } } }',
        '{ blastRadius(suppose: {target: "system:oms", class: TRANSIENT, errorRate: 2, startedAt: '
        '"2026-03-02T09:00:00Z"}) { headline } }',
    ],
)
def test_what_makes_no_sense_is_bad_input(api: Api, query: str) -> None:
    assert api.codes(query) == ["BAD_INPUT"]


def test_bad_input_lists_all_problems_at_once(api: Api) -> None:
    query = '{ blastRadius(minLikelihood: 2, horizon: "PT0S") { headline } }'

    assert len(api.answer(query)["errors"][0]["extensions"]["problems"]) == 2


def test_the_export_and_the_subscription_refuse_a_horizon_with_the_error_of_the_query(
    api: Api, http: httpx.Client
) -> None:
    selection = 'blastRadius(horizon: "PT0S") { headline }'
    error = api.answer(f"{{ {selection} }}")["errors"][0]
    export = http.get("/export", params={"horizon": "PT0S"})
    with follower(str(http.base_url)) as reader:
        reader.ask("1", f"subscription {{ {selection} }}")
        pushed = reader.message("1")["payload"]

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert export.status_code == 400
    assert (export.json()["code"], export.json()["message"]) == ("BAD_INPUT", error["message"])
    errors = pushed["errors"] if isinstance(pushed, dict) else pushed
    assert [(each["extensions"]["code"], each["message"]) for each in errors] == [
        ("BAD_INPUT", error["message"])
    ]


TWO = (
    'mutation M {reportFailure(input: {id: "F-7", target: "system:oms", class: OUTAGE, startedAt: '
    '"2026-03-02T09:00:00Z"}) {failure {id}}}',
    "query Q {serverTime}",
)


@pytest.mark.parametrize("text", [" ".join(TWO), " ".join(reversed(TWO))])
def test_several_operations_and_no_name_execute_nothing(api: Api, http: httpx.Client, text: str) -> None:
    answers = [
        http.post("/graphql", json={"query": text}),
        http.post("/graphql", json={"query": text, "operationName": None}),
        http.get("/graphql", params={"query": text}),
    ]
    with follower(str(http.base_url)) as reader:
        reader.ask("1", text)
        pushed = reader.message("1")["payload"]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert all("operationName" in answer.json()["errors"][0]["message"] for answer in answers)
    errors = pushed["errors"] if isinstance(pushed, dict) else pushed
    assert "operationName" in errors[0]["message"]
    assert api.ask('{ node(id: "failure:F-7") { id } }') == {"node": None}


def test_the_operation_that_is_named_is_executed(http: httpx.Client) -> None:
    body = {"query": " ".join(TWO), "operationName": "Q"}

    assert "serverTime" in http.post("/graphql", json=body).json()["data"]
    assert http.post("/graphql", json={**body, "operationName": "X"}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        '{ blastRadius(where: {channels: ["Web"]}) { headline } }',
        '{ blastRadius { orders(where: {tiers: ["Gold"]}) { totalCount } } }',
        '{ blastRadius { postings(types: ["Invoice"]) { totalCount } } }',
        '{ blastRadius { notifications(types: ["Shipped"]) { totalCount } } }',
        '{ blastRadius(suppose: {target: "system:oms", class: OUTAGE, startedAt: "2026-03-02T09:00:00Z", '
        'scope: {regions: ["EMEA"]}}) { headline } }',
        '{ overdue(where: {regions: ["EMEA"]}) { totalCount } }',
        '{ records(where: {currencies: ["eur"]}) { totalCount } }',
        '{ records(types: ["Invoice"]) { totalCount } }',
        '{ payloadFindings(where: {modes: ["Ship"]}) { totalCount } }',
        '{ orders(where: {carriers: ["swift"]}) { totalCount } }',
    ],
)
def test_a_value_that_nothing_has_is_not_found(api: Api, query: str) -> None:
    assert api.codes(query) == ["NOT_FOUND"]


def test_the_export_and_the_subscription_refuse_such_a_value_too(api: Api, http: httpx.Client) -> None:
    export = http.get("/export", params={"where": '{"regions": ["EMEA"]}'})
    with follower(str(http.base_url)) as reader:
        reader.ask("1", 'subscription { blastRadius(where: {regions: ["EMEA"]}) { headline } }')
        pushed = reader.message("1")["payload"]

    assert (export.status_code, export.json()["code"]) == (404, "NOT_FOUND")
    assert "Did you mean emea?" in export.json()["message"]
    errors = pushed["errors"] if isinstance(pushed, dict) else pushed
    assert errors[0]["extensions"]["code"] == "NOT_FOUND"


@contextmanager
def serving(store: Store, ask: Ask | None = None, settings: Settings | None = None) -> Iterator[Api]:
    own_ask = ask or answer_question
    app = create_app(store, settings or Settings(), now=lambda: NOW, ask_impact=own_ask)
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield Api(client)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "store"), now=lambda: NOW)
    fill(store, 3)
    yield store
    store.close()


def test_an_error_that_nobody_foresaw_is_masked_and_has_a_number(filled: Store) -> None:
    def broken(_: Snapshot, __: Question) -> Answer:
        raise RuntimeError("secret: the password is hunter2")

    with serving(filled, broken) as api:
        answer = api.answer("{ blastRadius { headline } }")

    assert "hunter2" not in str(answer)
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert answer["errors"][0]["extensions"]["id"] in answer["errors"][0]["message"]


def test_a_store_that_cannot_be_reached_is_reported_by_its_code(filled: Store) -> None:
    def unreachable(_: Snapshot, __: Question) -> Answer:
        raise StoreUnavailableError("The database does not answer.")

    with serving(filled, unreachable) as api:
        assert api.codes("{ blastRadius { headline } }") == ["STORE_UNAVAILABLE"]


@pytest.fixture
def stuck() -> Iterator[Ask]:
    """Something that takes until the test is over."""
    over = Event()

    def ask(_: Snapshot, __: Question) -> Answer:
        over.wait(30)
        raise StoreUnavailableError("Too late for anybody to hear.")

    yield ask
    over.set()


def test_what_is_not_ready_in_time_exceeds_the_deadline(filled: Store, stuck: Ask) -> None:
    with serving(filled, stuck, Settings(deadline=0.2)) as api:
        assert api.codes("{ blastRadius { headline } }") == ["DEADLINE_EXCEEDED"]


def test_a_request_may_ask_for_less_time_than_it_is_given(filled: Store, stuck: Ask) -> None:
    with serving(filled, stuck) as api:
        answer = api.answer("{ blastRadius { headline } }", None, **{"impactgraph-deadline": "100ms"})

    assert answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"


def test_other_requests_are_answered_while_one_is_stuck(filled: Store, stuck: Ask) -> None:
    with serving(filled, stuck) as api:
        answer = api.answer("{ blastRadius { headline } }", None, **{"impactgraph-deadline": "100ms"})

        assert answer["errors"][0]["extensions"]["code"] == "DEADLINE_EXCEEDED"
        assert api.ask("{ orders { totalCount } }") == {"orders": {"totalCount": 3}}


def test_a_deadline_that_is_no_duration_is_bad_input(http: httpx.Client) -> None:
    response = http.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"impactgraph-deadline": "soon"}
    )

    assert (response.status_code, response.json()["code"]) == (400, "BAD_INPUT")


def test_an_address_that_is_not_ours_is_reported_in_the_same_shape(http: httpx.Client) -> None:
    response = http.get("/nope")

    assert (response.status_code, response.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/graphql", '{"query": "{ serverTime }", "variables": {"id": "a", "id": "b"}}'),
        ("POST", "/forget", '{"orders": ["O-1"], "orders": ["O-2"]}'),
        ("PUT", "/logs", '{"neo4j": "error", "neo4j": "debug"}'),
        ("GET", '/export?of=orders&where={"regions":["emea"],"regions":[]}', ""),
        ("GET", '/graphql?query={serverTime}&variables={"id":1,"id":2}', ""),
    ],
)
def test_a_key_twice_in_a_request_is_refused(api: Api, method: str, path: str, body: str) -> None:
    headers = {"content-type": "application/json"}
    answer = api.http.request(method, path, content=body, headers=headers)
    assert (answer.status_code, "is there twice" in answer.text) == (400, True), answer.text
