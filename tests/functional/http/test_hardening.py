"""What the server refuses before it reads anything, and the headers that every response has."""

import gzip
import zlib
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from backports import zstd
from starlette.testclient import TestClient

from api.hardening.encodings import MOST_MEMBERS
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.http.hardening import (
    EVENT,
    JSON,
    QUERY,
    REPORT,
    STRUCTURED,
    ask,
)

# Headers


@pytest.mark.parametrize(
    "path", ["/", "/web/1/app/base.css", "/graphql?query={__typename}", "/nope", "/healthz"]
)
def test_every_response_has_the_headers(client_of: Callable[..., TestClient], path: str) -> None:
    headers = client_of().get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-security-policy"].count("frame-ancestors 'none'") == 1
    assert "strict-transport-security" not in headers
    assert headers["cache-control"]


def test_a_portal_may_show_the_explorer_where_the_settings_say_so(
    client_of: Callable[..., TestClient],
) -> None:
    headers = client_of(frame_ancestors="'self' https://portal.example.com", hsts=60).get("/").headers

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


def test_a_request_with_hundreds_of_headers_is_refused(client_of: Callable[..., TestClient]) -> None:
    assert client_of().get("/healthz", headers={f"x-{n}": "1" for n in range(200)}).status_code == 431


# Hosts and origins


def test_on_the_loopback_address_other_hosts_are_refused(client_of: Callable[..., TestClient]) -> None:
    response = client_of("http://rebound.example.com").get("/graphql", params={"query": QUERY})

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
    client_of: Callable[..., TestClient], settings: dict[str, Any], host: str, status: int
) -> None:
    answer = client_of(**settings).get("/graphql", params={"query": QUERY}, headers={"host": host})

    assert answer.status_code == status


def test_probes_may_name_any_host(client_of: Callable[..., TestClient]) -> None:
    assert client_of("http://10.0.0.7").get("/readyz").status_code == 200


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
    client_of: Callable[..., TestClient], headers: dict[str, str]
) -> None:
    server = client_of()

    assert ask(server, REPORT, **headers).status_code == 403
    assert server.post("/events", content=EVENT, headers={**STRUCTURED, **headers}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://localhost"}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}],
)
def test_programs_and_our_own_pages_are_answered(
    client_of: Callable[..., TestClient], headers: dict[str, str]
) -> None:
    assert ask(client_of(), **headers).status_code == 200


def test_without_the_setting_no_origin_is_permitted(client_of: Callable[..., TestClient]) -> None:
    response = client_of().get(
        "/graphql", params={"query": QUERY}, headers={"origin": "https://a.example.com"}
    )

    assert "access-control-allow-origin" not in response.headers


def test_an_origin_of_the_setting_may_ask_and_send(client_of: Callable[..., TestClient]) -> None:
    server, origin = client_of(cors_origins="https://a.example.com"), {"origin": "https://a.example.com"}
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
def test_what_a_form_can_send_is_no_question(client_of: Callable[..., TestClient], media: str) -> None:
    body = orjson.dumps({"query": REPORT})
    response = client_of().post("/graphql", content=body, headers={"content-type": media} if media else {})

    assert response.status_code == 400


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_mutation_by_get_is_refused_in_every_protocol(
    client_of: Callable[..., TestClient], small_shop: Store, accept: str
) -> None:
    response = client_of().get("/graphql", params={"query": REPORT}, headers={"accept": accept})

    assert "mutations are not allowed" in response.text
    assert response.status_code in (400, 405) or accept == "text/event-stream"
    assert "H-9" not in {failure.key for failure in small_shop.failures()}


# Sizes


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstd.compress)],
)
def test_a_compressed_body_is_read_up_to_the_limit_of_bodies(
    client_of: Callable[..., TestClient], encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    server = client_of(max_body=20_000)
    headers = {**JSON, "content-encoding": encoding}
    body = orjson.dumps({"query": QUERY})

    assert server.post("/graphql", content=compress(body), headers=headers).json()["data"]
    assert server.post("/graphql", content=compress(body)[:-4], headers=headers).status_code == 400
    assert server.post("/graphql", content=b"nothing", headers=headers).status_code == 400
    bomb = compress(b" " * 10_000_000)
    assert len(bomb) < 20_000
    assert server.post("/graphql", content=bomb, headers=headers).status_code == 413


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip,deflate", "x" * 500])
def test_other_encodings_and_several_are_refused(client_of: Callable[..., TestClient], encoding: str) -> None:
    body = gzip.compress(gzip.compress(b"{}"))
    response = client_of().post("/graphql", content=body, headers={**JSON, "content-encoding": encoding})

    assert response.status_code == 415
    assert "gzip" in response.headers["accept-encoding"]


def test_several_members_of_gzip_are_one_body(client_of: Callable[..., TestClient]) -> None:
    body = orjson.dumps({"query": QUERY})
    packed = gzip.compress(body[:5]) + gzip.compress(body[5:])
    response = client_of().post("/graphql", content=packed, headers={**JSON, "content-encoding": "gzip"})

    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstd.compress)],
)
def test_a_body_of_very_many_empty_members_is_refused(
    client_of: Callable[..., TestClient], encoding: str, compress: Callable[[bytes], bytes]
) -> None:
    body = compress(orjson.dumps({"query": QUERY}))
    headers = {**JSON, "content-encoding": encoding}
    most = compress(b"") * (MOST_MEMBERS - 1) + body

    assert client_of().post("/graphql", content=most, headers=headers).json()["data"]
    refused = client_of().post("/graphql", content=compress(b"") + most, headers=headers)

    assert refused.status_code == 400 and "members; compress it as one" in refused.json()["message"]
