"""The explorer's files: compressed, kept by browsers, and nothing from elsewhere."""

import httpx
import pytest

from api.web_files import web_files
from tests.functional.http.following import streamed


def test_the_explorer_may_load_and_run_nothing_from_elsewhere(http: httpx.Client) -> None:
    response = http.get("/")
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))

    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert not any("unsafe" in sources or "http" in sources or "*" in sources for sources in policy.values())
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["app/live.js", "app/base.css"])
def test_browsers_keep_the_files_of_a_version(http: httpx.Client, path: str) -> None:
    response = http.get(web_files().address(path))

    assert response.content == web_files().contents[path]
    assert "immutable" in response.headers["cache-control"]


def test_browsers_do_not_keep_the_page_that_names_the_version(http: httpx.Client) -> None:
    page = http.get("/")

    assert web_files().address("app/main.js") in page.text
    assert page.headers["cache-control"] == "no-cache"


def test_a_page_of_another_version_gets_the_files_of_this_one_without_keeping_them(
    http: httpx.Client,
) -> None:
    other = http.get("/web/000000000000/app/live.js")

    assert other.content == web_files().contents["app/live.js"]
    assert other.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/web/app/live.js", "/web/", "/web/1/%2e%2e/app.py", "/web/1/README.md"])
def test_what_is_no_file_of_the_explorer_is_not_found(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        web_files().address("app/live.js"),
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
