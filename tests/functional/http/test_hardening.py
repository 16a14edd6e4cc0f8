"""What the server refuses before it reads anything, and the headers that every response has."""

import gzip
import threading
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import orjson
import pytest
from backports import zstd
from starlette.testclient import TestClient, WebSocketDenialResponse

from api.app import create_app
from api.hardening.encodings import MOST_MEMBERS
from graph_models.access import Principal, RequestLimit, Role
from impactgraph.bootstrap import open_store
from impactgraph.errors import BadInputError, UnauthenticatedError
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.access import OPEN_ACCESS, Access, Credentials, DoorRules
from impactgraph.usecases.blast_radius import answer_question
from tests.functional.http.shop import NOW, event, fill

JSON = {"content-type": "application/json"}
QUERY = "{ __typename }"
REPORT = (
    'mutation { reportFailure(input: {id: "H-9", target: "system:oms", class: LATENCY, '
    'startedAt: "2026-03-02T09:00:00Z", delay: "PT1M"}) { failure { id } } }'
)
EVENT = event("order.cancelled", NOW, {"order": "O-0003", "reason": "test"}, "hardening-1")
STRUCTURED = {"content-type": "application/cloudevents+json"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(str(tmp_path_factory.mktemp("hardening")), now=lambda: NOW)
    fill(store, 6)
    yield store
    store.close()


@pytest.fixture
def client(store: Store) -> Iterator[Callable[..., TestClient]]:
    """A client of a server with these settings."""
    clients: list[TestClient] = []

    def make(
        base_url: str = "http://localhost",
        access: Access = OPEN_ACCESS,
        more: dict[str, Any] | None = None,
        **settings: Any,
    ) -> TestClient:
        app = create_app(store, Settings(**settings), now=lambda: NOW, access=access, **(more or {}))
        clients.append(TestClient(app, base_url=base_url, raise_server_exceptions=False))
        return clients[-1].__enter__()

    yield make
    for each in clients:
        each.__exit__()


def ask(client: TestClient, query: str = QUERY, **headers: str) -> Any:
    return client.post("/graphql", json={"query": query}, headers=headers)


def socket_of(client: TestClient, **headers: str) -> Any:
    """A web socket; the test client names a host of its own."""
    return client.websocket_connect(
        "/graphql", ["graphql-transport-ws"], headers={"host": "localhost", **headers}
    )


# Headers


@pytest.mark.parametrize(
    "path", ["/", "/web/app/base.css", "/graphql?query={__typename}", "/nope", "/healthz"]
)
def test_every_response_has_the_headers(client: Callable[..., TestClient], path: str) -> None:
    headers = client().get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-security-policy"].count("frame-ancestors 'none'") == 1
    assert "strict-transport-security" not in headers
    assert headers["cache-control"]


def test_a_portal_may_show_the_explorer_where_the_settings_say_so(client: Callable[..., TestClient]) -> None:
    headers = client(frame_ancestors="'self' https://portal.example.com", hsts=60).get("/").headers

    assert "frame-ancestors 'self' https://portal.example.com" in headers["content-security-policy"]
    assert "x-frame-options" not in headers
    assert headers["strict-transport-security"] == "max-age=60; includeSubDomains"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frame_ancestors", "'self'; script-src *"),
        ("frame_ancestors", "*"),
        ("cors_origins", "*"),
        ("cors_origins", "https://a.example.com/path"),
        ("allowed_hosts", "a.example.com\r\nx: y"),
    ],
)
def test_a_setting_that_would_open_more_than_it_says_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings(**{name: value})  # pyright: ignore[reportArgumentType] - any name


def test_a_request_with_hundreds_of_headers_is_refused(client: Callable[..., TestClient]) -> None:
    assert client().get("/healthz", headers={f"x-{n}": "1" for n in range(200)}).status_code == 431


# Hosts and origins


def test_on_the_loopback_address_other_hosts_are_refused(client: Callable[..., TestClient]) -> None:
    response = client("http://rebound.example.com").get("/graphql", params={"query": QUERY})

    assert response.status_code == 421
    assert "IMPACTGRAPH_ALLOWED_HOSTS" in response.json()["message"]


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        ({"url": "https://graph.example.com/x"}, "graph.example.com", 200),
        ({"allowed_hosts": "a.example.com, b.example.com"}, "B.example.com:8443", 200),
        ({"allowed_hosts": "a.example.com", "host": "0.0.0.0"}, "c.example.com", 421),
        ({"host": "0.0.0.0"}, "anything", 200),
    ],
)
def test_the_hosts_of_the_settings_are_answered(
    client: Callable[..., TestClient], settings: dict[str, Any], host: str, status: int
) -> None:
    answer = client(**settings).get("/graphql", params={"query": QUERY}, headers={"host": host})

    assert answer.status_code == status


def test_probes_may_name_any_host(client: Callable[..., TestClient]) -> None:
    assert client("http://10.0.0.7").get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://localhost"},
    ],
)
def test_a_page_of_another_origin_cannot_change_anything(
    client: Callable[..., TestClient], headers: dict[str, str]
) -> None:
    server = client()

    assert ask(server, REPORT, **headers).status_code == 403
    assert server.post("/events", content=EVENT, headers={**STRUCTURED, **headers}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://localhost"}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}],
)
def test_programs_and_our_own_pages_are_answered(
    client: Callable[..., TestClient], headers: dict[str, str]
) -> None:
    assert ask(client(), **headers).status_code == 200


def test_without_the_setting_no_origin_is_permitted(client: Callable[..., TestClient]) -> None:
    response = client().get("/graphql", params={"query": QUERY}, headers={"origin": "https://a.example.com"})

    assert "access-control-allow-origin" not in response.headers


def test_an_origin_of_the_setting_may_ask_and_send(client: Callable[..., TestClient]) -> None:
    server, origin = client(cors_origins="https://a.example.com"), {"origin": "https://a.example.com"}
    preflight = server.options(
        "/graphql",
        headers={
            **origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization, content-type",
        },
    )
    other = server.options(
        "/graphql", headers={"origin": "https://b.example.com", "access-control-request-method": "POST"}
    )
    answer = ask(server, **origin)

    assert preflight.headers["access-control-allow-origin"] == "https://a.example.com"
    assert "access-control-allow-credentials" not in preflight.headers
    assert "access-control-allow-origin" not in other.headers
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://a.example.com"


# GraphQL by forms of other pages


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_what_a_form_can_send_is_no_question(client: Callable[..., TestClient], media: str) -> None:
    body = orjson.dumps({"query": REPORT})
    response = client().post("/graphql", content=body, headers={"content-type": media} if media else {})

    assert response.status_code == 400


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_mutation_by_get_is_refused_in_every_protocol(
    client: Callable[..., TestClient], store: Store, accept: str
) -> None:
    response = client().get("/graphql", params={"query": REPORT}, headers={"accept": accept})

    assert "mutations are not allowed" in response.text
    assert response.status_code in (400, 405) or accept == "text/event-stream"
    assert "H-9" not in {failure.key for failure in store.failures()}


# Sizes


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstd.compress)],
)
def test_a_compressed_body_is_read_up_to_the_limit_of_bodies(
    client: Callable[..., TestClient], encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    server = client(max_body=20_000)
    headers = {**JSON, "content-encoding": encoding}
    body = orjson.dumps({"query": QUERY})

    assert server.post("/graphql", content=compress(body), headers=headers).json()["data"]
    assert server.post("/graphql", content=compress(body)[:-4], headers=headers).status_code == 400
    assert server.post("/graphql", content=b"nothing", headers=headers).status_code == 400
    bomb = compress(b" " * 10_000_000)
    assert len(bomb) < 20_000
    assert server.post("/graphql", content=bomb, headers=headers).status_code == 413


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip,deflate", "x" * 500])
def test_other_encodings_and_several_are_refused(client: Callable[..., TestClient], encoding: str) -> None:
    body = gzip.compress(gzip.compress(b"{}"))
    response = client().post("/graphql", content=body, headers={**JSON, "content-encoding": encoding})

    assert response.status_code == 415
    assert "gzip" in response.headers["accept-encoding"]


def test_several_members_of_gzip_are_one_body(client: Callable[..., TestClient]) -> None:
    body = orjson.dumps({"query": QUERY})
    packed = gzip.compress(body[:5]) + gzip.compress(body[5:])
    response = client().post("/graphql", content=packed, headers={**JSON, "content-encoding": "gzip"})

    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstd.compress)],
)
def test_a_body_of_very_many_empty_members_is_refused(
    client: Callable[..., TestClient], encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    body = compress(orjson.dumps({"query": QUERY}))
    headers = {**JSON, "content-encoding": encoding}
    most = compress(b"") * (MOST_MEMBERS - 1) + body

    assert client().post("/graphql", content=most, headers=headers).json()["data"]
    refused = client().post("/graphql", content=compress(b"") + most, headers=headers)

    assert refused.status_code == 400 and "members; compress it as one" in refused.json()["message"]


# Rates


class OneKey:
    """Knows one token; the roles are given."""

    def __init__(self, *roles: Role) -> None:
        self._principal = Principal("key:1", "one", frozenset(roles))

    async def verify(self, credentials: Credentials) -> Principal:
        if credentials.bearer != "right":
            raise UnauthenticatedError("Send the right token.")
        return self._principal


RIGHT = {"authorization": "Bearer right"}


def test_requests_beyond_the_limit_of_a_principal_are_429_and_say_when_to_come_again(
    client: Callable[..., TestClient],
) -> None:
    server = client(access=Access(verifier=OneKey(Role.VIEWER)), rate_requests=3)
    answers = [ask(server, **RIGHT) for _ in range(5)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["code"] == "RATE_LIMITED"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert server.get("/healthz").status_code == 200


def test_events_are_not_counted(client: Callable[..., TestClient]) -> None:
    server = client(access=Access(verifier=OneKey(Role.ADMIN)), rate_requests=1)
    answers = [server.post("/events", content=EVENT, headers={**STRUCTURED, **RIGHT}) for _ in range(4)]

    assert {each.status_code for each in answers} == {200}


def test_cost_points_beyond_the_limit_are_429_over_http_and_an_error_over_a_web_socket(
    client: Callable[..., TestClient],
) -> None:
    limits = {Role.VIEWER: RequestLimit(points=900)}
    server = client(access=Access(verifier=OneKey(Role.VIEWER), limits=limits))
    cheap, dear = "{ orders(first: 1) { totalCount } }", "{ orders(first: 500) { edges { node { id } } } }"
    first, second = ask(server, dear, **RIGHT), ask(server, f"{dear} #", **RIGHT)
    third = ask(server, f"{dear} ##", **RIGHT)

    assert (first.status_code, second.status_code, third.status_code) == (200, 429, 429)
    error = third.json()["errors"][0]["extensions"]
    assert error["code"] == "RATE_LIMITED"
    assert int(third.headers["retry-after"]) == error["retryAfter"]
    assert ask(server, cheap, **RIGHT).status_code == 200
    with socket_of(server, **RIGHT) as socket:
        socket.send_json({"type": "connection_init"})
        socket.receive_json()
        socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": dear}})
        assert "RATE_LIMITED" in str(socket.receive_json())


def test_the_largest_limit_of_several_roles_holds(client: Callable[..., TestClient]) -> None:
    limits = {Role.VIEWER: RequestLimit(requests=1), Role.ARCHITECT: RequestLimit(requests=3)}
    server = client(access=Access(verifier=OneKey(Role.VIEWER, Role.ARCHITECT), limits=limits))

    assert [ask(server, **RIGHT).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_the_local_user_has_no_limit(client: Callable[..., TestClient]) -> None:
    server = client(rate_requests=1, rate_points=1)

    assert [ask(server).status_code for _ in range(3)] == [200, 200, 200]


def test_failed_proofs_beyond_the_limit_of_an_address_are_429_and_right_ones_are_still_answered(
    client: Callable[..., TestClient],
) -> None:
    server = client(access=Access(verifier=OneKey(Role.VIEWER)), rate_failures=2)
    wrong = [ask(server, authorization="Bearer wrong") for _ in range(4)]

    assert [each.status_code for each in wrong] == [401, 401, 429, 429]
    assert wrong[-1].headers["retry-after"]
    assert ask(server, **RIGHT).status_code == 200


def test_clients_behind_a_trusted_proxy_have_failures_of_their_own(
    client: Callable[..., TestClient],
) -> None:
    networks = (ip_network("10.0.0.0/8"),)
    access = Access(verifier=OneKey(Role.VIEWER), doors=DoorRules(proxies=networks))
    app = client(access=access, rate_failures=2).app
    proxy = TestClient(app, base_url="http://localhost", client=("10.0.0.1", 50_000))
    direct = TestClient(app, base_url="http://localhost", client=("192.0.2.1", 50_000))

    def codes(through: TestClient, address: str) -> list[int]:
        wrong = {"authorization": "Bearer wrong", "x-forwarded-for": address}
        return [ask(through, **wrong).status_code for _ in range(3)]

    assert codes(proxy, "198.51.100.1") == [401, 401, 429]
    assert codes(proxy, "198.51.100.2") == [401, 401, 429]
    assert codes(direct, "198.51.100.3") == [401, 401, 429]
    assert codes(direct, "198.51.100.4") == [429, 429, 429]


# Overload and slow questions


class Held:
    """Answers questions once it is released."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.waiting = threading.Semaphore(0)

    def __call__(self, snapshot: Any, question: Any) -> Any:
        if question.horizon is not None:
            self.waiting.release()
            assert self.release.wait(60)
        return answer_question(snapshot, question)


HELD = '{ blastRadius(horizon: "PT5H") { headline } }'


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.release.set()


def in_threads(count: int, work: Callable[[], Any]) -> tuple[list[threading.Thread], list[Any]]:
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(work())) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, answers


def test_more_requests_than_may_be_under_way_are_refused_and_it_heals_alone(
    client: Callable[..., TestClient], held: Held
) -> None:
    server = client(more={"ask_impact": held}, max_requests=4, deadline=60)
    threads, answers = in_threads(3, lambda: ask(server, HELD))
    for _ in threads:
        assert held.waiting.acquire(timeout=30)
    refused = ask(server)
    event_answer = server.post("/events", content=EVENT, headers=STRUCTURED)
    probe = server.get("/healthz")
    held.release.set()
    for thread in threads:
        thread.join()

    assert refused.status_code == 503
    assert refused.json()["code"] == "OVERLOADED"
    assert refused.headers["retry-after"]
    assert event_answer.status_code == 200, "a place was kept for events"
    assert probe.status_code == 200
    assert [each.status_code for each in answers] == [200] * 3
    assert ask(server).status_code == 200


def test_questions_can_have_the_place_that_is_kept(client: Callable[..., TestClient], held: Held) -> None:
    server = client(more={"ask_impact": held}, max_requests=4, deadline=60, ingest_first=False)
    threads, answers = in_threads(4, lambda: ask(server, HELD))
    for _ in threads:
        assert held.waiting.acquire(timeout=30)
    event_answer = server.post("/events", content=EVENT, headers=STRUCTURED)
    held.release.set()
    for thread in threads:
        thread.join()

    assert event_answer.status_code == 503
    assert [each.status_code for each in answers] == [200] * 4


def test_web_sockets_beyond_the_limit_are_closed(client: Callable[..., TestClient]) -> None:
    server = client(max_sockets=1)
    with socket_of(server) as first:
        first.send_json({"type": "connection_init"})
        assert first.receive_json() == {"type": "connection_ack"}
        with pytest.raises(WebSocketDenialResponse) as refusal, socket_of(server):
            pass
        assert refusal.value.status_code == 503
        assert refusal.value.headers["retry-after"]
    with socket_of(server) as again:
        again.send_json({"type": "connection_init"})
        assert again.receive_json() == {"type": "connection_ack"}


# Schema, GraphiQL and persisted operations


def test_introspection_and_graphiql_can_be_switched_off(client: Callable[..., TestClient]) -> None:
    server = client(introspection=False, graphiql=False)
    page = server.get("/graphql", headers={"accept": "text/html"})

    assert ask(server, "{ __schema { types { name } } }").json()["errors"]
    assert "Did you mean" not in ask(server, "{ order { id } orderz { id } }").text
    assert not page.headers["content-type"].startswith("text/html")


def persisted(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.graphql").write_text("query One { __typename }")
    two = "query Two { serverTime }"
    (tmp_path / "more.json").write_bytes(orjson.dumps({sha256(two.encode()).hexdigest(): two}))
    three = "query Three { about { orders } }"
    digest = sha256(three.encode()).hexdigest()
    manifest = {"format": "apollo-persisted-query-manifest", "operations": [{"id": digest, "body": three}]}
    (tmp_path / "apollo.json").write_bytes(orjson.dumps(manifest))
    return tmp_path


@pytest.mark.parametrize(
    "text", ["query One { __typename }", "query Two { serverTime }", "query Three { about { orders } }"]
)
def test_a_persisted_operation_is_executed_by_its_hash(
    client: Callable[..., TestClient], folder: Path, text: str
) -> None:
    server = client(operations=folder)
    by_post = server.post("/graphql", json={"extensions": persisted(text)})
    by_get = server.get("/graphql", params={"extensions": orjson.dumps(persisted(text)).decode()})

    assert by_post.json()["data"] == by_get.json()["data"] != {}


def test_an_unknown_hash_and_a_wrong_one_are_told_as_apollos_clients_expect(
    client: Callable[..., TestClient],
) -> None:
    server = client()
    unknown = server.post("/graphql", json={"extensions": persisted("query Four { serverTime }")})
    wrong = server.post("/graphql", json={"query": QUERY, "extensions": persisted("other")})

    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert unknown.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert wrong.status_code == 400


def test_only_persisted_operations_where_the_settings_say_so(
    client: Callable[..., TestClient], folder: Path
) -> None:
    server = client(operations=folder, operations_only=True)
    stream = server.post("/graphql", json={"query": QUERY}, headers={"accept": "text/event-stream"})

    assert ask(server).status_code == 400
    assert ask(server, "query One { __typename }").status_code == 200
    assert "PERSISTED_QUERY_NOT_FOUND" in stream.text
    with socket_of(server) as socket:
        socket.send_json({"type": "connection_init"})
        socket.receive_json()
        for key, payload in (
            ("1", {"query": QUERY}),
            ("2", {"extensions": persisted("query One { __typename }")}),
            ("3", {"extensions": persisted("query Five { __typename }")}),
        ):
            socket.send_json({"id": key, "type": "subscribe", "payload": payload})
        answers = {
            each["id"]: each for each in (socket.receive_json() for _ in range(4)) if "payload" in each
        }
    assert "PERSISTED_QUERY_NOT_FOUND" in str(answers["1"])
    assert answers["2"]["payload"]["data"] == {"__typename": "Query"}
    assert "PERSISTED_QUERY_NOT_FOUND" in str(answers["3"])


@pytest.mark.parametrize(
    "text", ["[1]", "{", '{"ab": "query"}', '{"operations": [{"id": 1}]}', "[" * 100_000]
)
def test_operations_that_cannot_be_read_are_told_with_their_file(
    client: Callable[..., TestClient], tmp_path: Path, text: str
) -> None:
    (tmp_path / "wrong.json").write_text(text)
    with pytest.raises(BadInputError, match=r"wrong\.json"):
        client(operations=tmp_path)
