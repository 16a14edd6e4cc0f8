"""The explorer's files: compressed, asked for again, and nothing from elsewhere."""

import httpx
import pytest

from tests.functional.http.following import streamed


def test_the_explorer_may_load_and_run_nothing_from_elsewhere(http: httpx.Client) -> None:
    response = http.get("/")
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))

    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert not any("unsafe" in sources or "http" in sources or "*" in sources for sources in policy.values())
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/web/app/live.js", "/web/app/base.css"])
def test_a_file_is_kept_and_asked_for_again(http: httpx.Client, path: str) -> None:
    first = http.get(path)
    again = http.get(path, headers={"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/web/app/live.js",
        "/export?of=orders",
        "/graphql?query={orders(first:60){edges{node{id attributes}}}}",
    ],
)
def test_what_is_long_goes_compressed_to_who_takes_it(http: httpx.Client, path: str) -> None:
    packed, plain = (
        http.get(path, headers={"accept-encoding": "gzip"}),
        http.get(path, headers={"accept-encoding": "identity"}),
    )

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


def test_events_are_not_held_back_to_be_compressed(http: httpx.Client) -> None:
    with streamed(
        http,
        "subscription { blastRadius { headline orders(first: 500) { edges { node { order { id } } } } } }",
    ) as events:
        assert next(events)[0] == "next"
