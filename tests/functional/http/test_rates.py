"""Limits of requests, cost points and failed proofs."""

from collections.abc import Callable
from ipaddress import ip_network

from starlette.testclient import TestClient

from graph_models.access import Principal, RequestLimit, Role
from impactgraph.errors import UnauthenticatedError
from impactgraph.usecases.access import Access, Credentials, EndpointRules
from tests.functional.http.hardening import EVENT, STRUCTURED, ask, socket_of


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
    client_of: Callable[..., TestClient],
) -> None:
    server = client_of(access=Access(verifier=OneKey(Role.VIEWER)), rate_requests=3)
    answers = [ask(server, **RIGHT) for _ in range(5)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["code"] == "RATE_LIMITED"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert server.get("/healthz").status_code == 200


def test_events_are_not_counted(client_of: Callable[..., TestClient]) -> None:
    server = client_of(access=Access(verifier=OneKey(Role.ADMIN)), rate_requests=1)
    answers = [server.post("/events", content=EVENT, headers={**STRUCTURED, **RIGHT}) for _ in range(4)]

    assert {each.status_code for each in answers} == {200}


def test_cost_points_beyond_the_limit_are_429_over_http_and_an_error_over_a_web_socket(
    client_of: Callable[..., TestClient],
) -> None:
    limits = {Role.VIEWER: RequestLimit(points=900)}
    server = client_of(access=Access(verifier=OneKey(Role.VIEWER), limits=limits))
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


def test_the_largest_limit_of_several_roles_holds(client_of: Callable[..., TestClient]) -> None:
    limits = {Role.VIEWER: RequestLimit(requests=1), Role.ARCHITECT: RequestLimit(requests=3)}
    server = client_of(access=Access(verifier=OneKey(Role.VIEWER, Role.ARCHITECT), limits=limits))

    assert [ask(server, **RIGHT).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_the_local_user_has_no_limit(client_of: Callable[..., TestClient]) -> None:
    server = client_of(rate_requests=1, rate_points=1)

    assert [ask(server).status_code for _ in range(3)] == [200, 200, 200]


def test_failed_proofs_beyond_the_limit_of_an_address_are_429_and_right_ones_are_still_answered(
    client_of: Callable[..., TestClient],
) -> None:
    server = client_of(access=Access(verifier=OneKey(Role.VIEWER)), rate_failures=2)
    wrong = [ask(server, authorization="Bearer wrong") for _ in range(4)]

    assert [each.status_code for each in wrong] == [401, 401, 429, 429]
    assert wrong[-1].headers["retry-after"]
    assert ask(server, **RIGHT).status_code == 200


def test_clients_behind_a_trusted_proxy_have_failures_of_their_own(
    client_of: Callable[..., TestClient],
) -> None:
    networks = (ip_network("10.0.0.0/8"),)
    access = Access(verifier=OneKey(Role.VIEWER), endpoints=EndpointRules(proxies=networks))
    app = client_of(access=access, rate_failures=2).app
    proxy = TestClient(app, base_url="http://localhost", client=("10.0.0.1", 50_000))
    direct = TestClient(app, base_url="http://localhost", client=("192.0.2.1", 50_000))

    def codes(through: TestClient, address: str) -> list[int]:
        wrong = {"authorization": "Bearer wrong", "x-forwarded-for": address}
        return [ask(through, **wrong).status_code for _ in range(3)]

    assert codes(proxy, "198.51.100.1") == [401, 401, 429]
    assert codes(proxy, "198.51.100.2") == [401, 401, 429]
    assert codes(direct, "198.51.100.3") == [401, 401, 429]
    assert codes(direct, "198.51.100.4") == [429, 429, 429]
