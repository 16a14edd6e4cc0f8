"""Who may do what over HTTP: keys, roles, web sockets, streams, and what the audit log keeps."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from api import access
from api.app import create_app
from graph_models.access import LOCAL, Principal, Role
from graph_models.time import DAY
from impactgraph.access.audit_file import FileAudit
from impactgraph.access.key_file import FileKeys
from impactgraph.access.verifier import AdminKeyFile, ComposedVerifier, KeyVerifier
from impactgraph.audit.entries import AuditEvent
from impactgraph.credentials.keys import NewKey
from impactgraph.credentials.tokens import Token, new_token
from impactgraph.errors import StoreUnavailableError
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.access import Access, EndpointRules
from impactgraph.usecases.keys import KeyRing
from tests.functional.http.following import follower, opened, streamed
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW, fill
from tests.own_loop import run_apart

REPORT = (
    'mutation { reportFailure(input: {target: "system:oms", class: OUTAGE, startedAt: '
    '"2026-03-02T09:00:00Z"}) { failure { id } problems { message } } }'
)
READ = "{ failures { totalCount } }"
ORDER = 'subscription { order(id: "O-0001") { id } }'
ENDPOINTS = {
    Role.VIEWER: {"read"},
    Role.SERVICE_DESK: {"read"},
    Role.RESPONDER: {"read", "ingests", "report"},
    Role.ARCHITECT: {"read", "apply"},
    Role.INGEST: {"events"},
    Role.MONITOR: {"metrics"},
    Role.ADMIN: {"read", "ingests", "report", "apply", "events", "metrics", "audit"},
}
"""What each role may do, of what is tried."""


@dataclass
class Server:
    address: str
    ring: KeyRing
    audit: FileAudit
    tokens: dict[Role, str]
    clock: list[int]

    def http(self, token: str | None = None, **headers: str) -> httpx.Client:
        given = {} if token is None else {"authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.address, headers=given | headers)

    def as_(self, role: Role) -> httpx.Client:
        return self.http(self.tokens[role])

    def ask(self, role: Role, query: str) -> Any:
        with self.as_(role) as http:
            return http.post("/graphql", json={"query": query}).json()

    def recorded(self) -> list[AuditEvent]:
        """Changes of others than of keys."""
        events = [entry.event for entry in self.audit.entries()]
        return [event for event in events if not event.operation.startswith("keys")]


@pytest.fixture
def questions() -> bool:
    return False


@pytest.fixture
def server(empty: Store, tmp_path: Path, questions: bool) -> Iterator[Server]:
    fill(empty, 9)
    clock = [NOW]
    keys, audit = FileKeys(tmp_path), FileAudit(tmp_path, lambda: clock[0])
    ring = KeyRing(keys, audit, LOCAL, lambda: clock[0])
    tokens = {role: ring.create(NewKey(role.value, role)).token.text for role in Role}
    verifier = ComposedVerifier([KeyVerifier(keys, lambda: clock[0])])
    endpoints = EndpointRules(audits_questions=questions, proxies=(ip_network("127.0.0.1"),))
    access = Access(verifier=verifier, endpoints=endpoints, audit=audit)
    app = create_app(empty, Settings(), now=lambda: NOW, access=access)
    with served(app) as address:
        yield Server(address, ring, audit, tokens, clock)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/graphql"),
        ("GET", "/graphql?query={about{store}}"),
        ("POST", "/events"),
        ("GET", "/export"),
        ("GET", "/export/repair"),
        ("GET", "/metrics"),
        ("GET", "/audit"),
        ("GET", "/openapi.json"),
        ("GET", "/nothing"),
    ],
)
def test_without_a_key_no_endpoint_answers(server: Server, method: str, path: str) -> None:
    with server.http() as http:
        response = http.request(method, path)

    answer = response.json()
    error = answer["errors"][0] | answer["errors"][0]["extensions"] if "errors" in answer else answer
    assert (response.status_code, error["code"]) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"
    assert "keys create" in error["message"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/web/1/index.html"])
def test_what_shows_no_data_is_open(server: Server, path: str) -> None:
    with server.http() as http:
        assert http.get(path).status_code == 200


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_endpoints_only(server: Server, role: Role) -> None:
    apply = 'mutation { applyTopology(yaml: "", dryRun: true) { problems { message } } }'
    asked = {
        "read": READ,
        "ingests": "{ ingests { totalCount } }",
        "report": REPORT,
        "apply": apply,
    }
    opened = {name for name, query in asked.items() if "errors" not in server.ask(role, query)}
    with server.as_(role) as http:
        statuses = {
            "events": http.post("/events", json=[]).status_code,
            "metrics": http.get("/metrics").status_code,
            "audit": http.get("/audit").status_code,
            "export": http.get("/export").status_code,
        }

    assert (
        opened | {name for name, status in statuses.items() if status == 200} - {"export"} == ENDPOINTS[role]
    )
    assert statuses["export"] == (200 if "read" in ENDPOINTS[role] else 403)


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.ADMIN, 404)])
def test_what_has_no_line_in_the_table_is_for_administrators(server: Server, role: Role, status: int) -> None:
    with server.as_(role) as http:
        assert http.get("/nothing").status_code == status


def test_a_refusal_names_the_roles_that_may(server: Server) -> None:
    (error,) = server.ask(Role.VIEWER, REPORT)["errors"]

    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "responder, admin" in error["message"]
    assert error["path"] == ["reportFailure"]


def test_aliases_and_fragments_are_no_way_around(server: Server) -> None:
    counted = "ingests { totalCount }"
    query = f"query {{ ...on Query {{ mine: {counted} }} ...F }} fragment F on Query {{ {counted} }}"

    codes = {each["extensions"]["code"] for each in server.ask(Role.VIEWER, query)["errors"]}

    assert codes == {"FORBIDDEN"}


def test_everybody_who_is_known_may_ask_what_this_is(server: Server) -> None:
    assert "errors" not in server.ask(Role.INGEST, "{ about { store } serverTime }")


def test_a_revoked_key_opens_nothing_at_once(server: Server) -> None:
    with server.as_(Role.VIEWER) as http:
        assert http.post("/graphql", json={"query": READ}).status_code == 200
        server.ring.revoke(Role.VIEWER.value)
        response = http.post("/graphql", json={"query": READ})

    assert response.status_code == 401
    assert "was revoked at 2026-03-02" in response.text


def test_a_wrong_secret_of_a_known_key_learns_nothing_of_it(server: Server) -> None:
    id = server.tokens[Role.VIEWER].split("_")[1]
    with server.http(new_token(id).text) as known, server.http(new_token().text) as unknown:
        texts = {each.post("/graphql", json={"query": READ}).text for each in (known, unknown)}

    assert len(texts) == 1


def test_an_expired_secret_says_so(server: Server) -> None:
    former = server.tokens[Role.VIEWER]
    server.ring.rotate(Role.VIEWER.value, DAY)
    with server.http(former) as http:
        assert http.post("/graphql", json={"query": READ}).status_code == 200
        server.clock[0] += DAY
        assert "expired at 2026-03-03" in http.post("/graphql", json={"query": READ}).text


def test_the_use_of_a_key_is_recorded_once_a_minute(server: Server) -> None:
    id = server.tokens[Role.VIEWER].split("_")[1]

    def used() -> int | None:
        return server.ring.store.keys()[id].used_at

    server.ask(Role.VIEWER, READ)
    while used() is None:
        pass
    server.clock[0] += 59_000
    server.ask(Role.VIEWER, READ)
    assert used() == NOW
    server.clock[0] += 1_000
    server.ask(Role.VIEWER, READ)
    while used() != NOW + 60_000:
        pass


def test_a_web_socket_takes_its_token_in_the_first_message(server: Server) -> None:
    token = f"Bearer {server.tokens[Role.VIEWER]}"
    with follower(server.address, {"authorization": token}) as reader:
        reader.ask("1", ORDER)
        assert reader.next("1") == {"order": {"id": "order:O-0001"}}


def test_a_web_socket_takes_its_token_in_the_header(server: Server) -> None:
    with follower(server.address, authorization=f"Bearer {server.tokens[Role.VIEWER]}") as reader:
        reader.ask("1", REPORT)
        assert reader.message("1")["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        reader.ask("2", ORDER)
        assert reader.next("2")


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer ig_a_b"}, {"authorization": 1}, [1]])
def test_a_web_socket_without_a_valid_token_is_closed(server: Server, payload: object) -> None:
    with opened(server.address) as reader:
        reader.send(type="connection_init", **({} if payload is None else {"payload": payload}))
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            reader.message()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in (4403, 4400)


def test_a_web_socket_with_a_wrong_header_does_not_open(server: Server) -> None:
    with (
        pytest.raises(websockets.exceptions.InvalidStatus, match="403"),
        opened(server.address, authorization="Bearer ig_a_b"),
    ):
        pass


def test_a_subscription_needs_its_permission(server: Server) -> None:
    with follower(server.address, {"authorization": f"Bearer {server.tokens[Role.INGEST]}"}) as reader:
        reader.ask("1", ORDER)
        assert reader.code("1") == "FORBIDDEN"


def test_server_sent_events_take_the_header(server: Server) -> None:
    with server.as_(Role.VIEWER) as http, streamed(http, ORDER) as events:
        assert next(events)[1]["data"] == {"order": {"id": "order:O-0001"}}
    with server.as_(Role.INGEST) as http, streamed(http, ORDER) as events:
        assert next(events)[1]["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_a_web_socket_ends_with_its_key(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "RECHECK_SECONDS", 0.0)
    with follower(server.address, {"authorization": f"Bearer {server.tokens[Role.RESPONDER]}"}) as reader:
        reader.ask("1", "subscription { blastRadius { asOf headline } }")
        assert reader.next("1")
        server.ring.revoke(Role.RESPONDER.value)
        server.ask(Role.ADMIN, REPORT)
        with pytest.raises(websockets.exceptions.ConnectionClosed) as closed:
            reader.next("1")

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


def test_a_stream_ends_with_its_key(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "RECHECK_SECONDS", 0.0)
    query = "subscription { blastRadius { asOf headline } }"
    with server.as_(Role.RESPONDER) as http, streamed(http, query) as events:
        assert next(events)[0] == "next"
        server.ring.revoke(Role.RESPONDER.value)
        server.ask(Role.ADMIN, REPORT)
        assert [name for name, _ in events] == []


def test_a_change_is_recorded_before_and_after(server: Server) -> None:
    with server.http(server.tokens[Role.RESPONDER], **{"x-forwarded-for": "192.0.2.9"}) as http:
        http.post("/graphql", json={"query": REPORT})

    begun, done = server.recorded()
    assert (begun.outcome, done.outcome) == ("begun", "done")
    assert (begun.subject.split(":")[0], begun.name, begun.address) == ("key", "responder", "192.0.2.9")
    assert (begun.operation, begun.arguments["input"]["target"]) == ("reportFailure", "system:oms")


@pytest.mark.parametrize(
    ("role", "query", "outcomes"),
    [
        (Role.VIEWER, REPORT, ["FORBIDDEN"]),
        (Role.RESPONDER, REPORT.replace("system:oms", "system:nope"), ["begun", "NOT_FOUND"]),
        (Role.ARCHITECT, 'mutation { applyTopology(yaml: "x") { unchanged } }', ["begun", "refused"]),
        (Role.VIEWER, READ, []),
    ],
)
def test_outcomes_are_recorded_of_changes_only(
    server: Server, role: Role, query: str, outcomes: list[str]
) -> None:
    server.ask(role, query)
    server.ask(Role.RESPONDER, REPORT)

    assert [event.outcome for event in server.recorded()] == [*outcomes, "begun", "done"]


@pytest.mark.parametrize("questions", [True])
def test_questions_are_recorded_where_that_is_set(server: Server) -> None:
    server.ask(Role.VIEWER, READ)
    server.ask(Role.INGEST, READ)
    with server.as_(Role.VIEWER) as http:
        http.get("/export?of=orders&failure=F-1")
    server.ask(Role.RESPONDER, REPORT)

    assert [(event.operation, event.outcome) for event in server.recorded()][:3] == [
        ("failures", "asked"),
        ("failures", "FORBIDDEN"),
        ("export", "asked"),
    ]
    assert server.recorded()[2].arguments == {"of": ["orders"], "failure": ["F-1"]}


def test_events_are_recorded_by_their_counts(server: Server) -> None:
    with server.as_(Role.INGEST) as http:
        http.post("/events", json=[{}])
    server.ask(Role.RESPONDER, REPORT)

    event = server.recorded()[0]
    assert (event.operation, event.name, event.arguments["rejected"]) == ("events", "ingest", 1)


def test_a_change_that_cannot_be_recorded_is_not_made(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise StoreUnavailableError("The disk is full.")

    before = server.ask(Role.VIEWER, READ)
    monkeypatch.setattr(server.audit, "append", full)
    (error,) = server.ask(Role.RESPONDER, REPORT)["errors"]

    assert error["extensions"]["code"] == "STORE_UNAVAILABLE"
    assert server.ask(Role.VIEWER, READ) == before


def test_an_administrator_reads_the_log(server: Server) -> None:
    server.ask(Role.RESPONDER, REPORT)
    with server.as_(Role.ADMIN) as http:
        lines = http.get("/audit").text.splitlines()
        later = http.get("/audit", params={"since": "2026-03-03T00:00:00Z"}).text

    assert len(lines) == len(list(server.audit.entries()))
    assert later == ""


def test_actions_are_recorded_under_the_name_of_the_key(server: Server) -> None:
    fields = "{ incident { actions { by } } }"
    answer = server.ask(Role.RESPONDER, f'mutation {{ acknowledgeIncident(id: "F-1", by: "boss") {fields} }}')

    assert answer["data"]["acknowledgeIncident"]["incident"]["actions"] == [{"by": "responder"}]


def test_the_key_of_a_file_is_an_administrator_until_it_is_replaced(tmp_path: Path) -> None:
    file, first, second = tmp_path / "admin.key", new_token(), new_token()
    file.write_text(first.text + "\n")
    verifier = AdminKeyFile(file)

    def principal_of(token: Token) -> Principal | None:
        return run_apart(verifier.verify_token(token.text))

    principal = principal_of(first)
    assert principal is not None and principal.roles == {Role.ADMIN}
    (tmp_path / "new.key").write_text(second.text)
    (tmp_path / "new.key").replace(file)
    assert principal_of(first) is None
    assert principal_of(second) is not None
