"""Every request has an id: in its answer, in its errors, and in each of its log lines."""

import re
from collections.abc import Iterator

import httpx
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from api.app import create_app
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.answer import Answer
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW

GIVEN = "3f1c-shop.7_a"


@pytest.fixture(scope="module")
def broken(shop: Store) -> Iterator[httpx.Client]:
    """A server with an access log, whose blast radii and one route fail unexpectedly."""

    def fail(*_: object) -> Answer:
        raise RuntimeError("no such luck")

    async def route() -> None:
        fail()

    app = create_app(shop, Settings(access_log=True), now=lambda: NOW, ask_impact=fail)
    app.get("/export/broken")(route)
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def test_the_id_that_a_sender_gives_comes_back(http: httpx.Client) -> None:
    assert http.get("/healthz", headers={"x-request-id": GIVEN}).headers["x-request-id"] == GIVEN


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, 'a"b', "ä", "a/../b"], ids=repr)
def test_an_id_that_is_not_well_formed_is_replaced(http: httpx.Client, given: str) -> None:
    response = http.get("/healthz", headers=[(b"x-request-id", given.encode())])

    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["x-request-id"])


def test_requests_without_an_id_get_different_ones(http: httpx.Client) -> None:
    ids = {http.get("/healthz").headers["x-request-id"] for _ in range(3)}

    assert len(ids) == 3


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("GET", "/nothing-here", {}),
        ("GET", "/export", {"params": {"horizon": "PT0S"}}),
        ("GET", "/export", {"params": {"of": "nothing"}}),
        ("POST", "/events", {"content": b"{}", "headers": {"content-type": "text/plain"}}),
        ("POST", "/in/nobody", {"content": b"{}"}),
        ("PUT", "/logs", {"content": b"[]"}),
    ],
    ids=str,
)
def test_errors_outside_graphql_name_the_request(
    http: httpx.Client, method: str, path: str, more: dict[str, dict[str, str]]
) -> None:
    headers = {"x-request-id": GIVEN} | dict(more.get("headers", {}))
    response = http.request(method, path, **(more | {"headers": headers}))  # pyright: ignore[reportArgumentType]

    assert response.status_code >= 400
    assert (response.headers["x-request-id"], response.json()["requestId"]) == (GIVEN, GIVEN)


def test_errors_of_graphql_name_the_request(api: Api) -> None:
    answer = api.answer(
        '{ paths(from: "system:omz", to: "system:erp") { sentence } }', None, **{"x-request-id": GIVEN}
    )

    assert answer["errors"][0]["extensions"]["requestId"] == GIVEN


def test_an_unexpected_error_is_logged_with_the_id_that_its_answer_has(broken: httpx.Client) -> None:
    with capture_logs([merge_contextvars]) as lines:
        response = broken.get("/export/broken", headers={"x-request-id": GIVEN})

    assert (response.status_code, response.json()["code"], response.json()["requestId"]) == (
        500,
        "INTERNAL",
        GIVEN,
    )
    assert "no such luck" not in response.text
    assert [line["request_id"] for line in lines if line["event"] == "unexpected error"] == [GIVEN]


def test_an_unexpected_error_in_a_question_is_logged_with_the_id_of_its_answer(
    broken: httpx.Client,
) -> None:
    with capture_logs([merge_contextvars]) as lines:
        answer = Api(broken).answer("{ blastRadius { headline } }", None, **{"x-request-id": GIVEN})

    extensions = answer["errors"][0]["extensions"]
    [line] = [line for line in lines if line["event"] == "unexpected error"]
    assert (extensions["code"], extensions["requestId"], line["request_id"]) == ("INTERNAL", GIVEN, GIVEN)
    assert line["error_id"] == extensions["id"]


def test_a_line_of_the_access_log_has_the_path_without_its_query(broken: httpx.Client) -> None:
    with capture_logs() as lines:
        broken.get("/healthz", params={"token": "very-secret"})

    [line] = [line for line in lines if line["event"] == "request"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/healthz", 200)
    assert "very-secret" not in str(line)


def test_without_the_setting_there_is_no_access_log(http: httpx.Client) -> None:
    with capture_logs() as lines:
        http.get("/healthz")

    assert lines == []
