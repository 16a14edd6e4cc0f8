"""What a browser, a probe and a scraper get."""

import re
from posixpath import dirname, join, normpath

import httpx
import pytest

from api.web_files import WEB, web_files
from scripts.vendor import LIBRARIES


def test_a_browser_gets_graphiql(http: httpx.Client) -> None:
    response = http.get("/graphql", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert response.headers["content-type"].startswith("text/html")
    assert "graphiql.min.js" in response.text


@pytest.mark.parametrize("address", ["/", "/graphql"])
def test_everything_that_a_page_loads_is_served_here(http: httpx.Client, address: str) -> None:
    page = http.get(address, headers={"accept": "text/html"}).text
    needed = re.findall(r'<(?:script|link|img)[^>]* (?:src|href)="(?!data:)([^"]+)"', page)

    assert needed
    assert {path: http.get(path).status_code for path in needed} == dict.fromkeys(needed, 200)
    assert not [path for path in needed if not path.startswith("/web/")]


def test_the_libraries_are_those_that_are_pinned_and_their_licences_are_kept() -> None:
    vendored = WEB / "vendor"

    assert {folder.name for folder in vendored.iterdir()} == {library.name for library in LIBRARIES}
    assert [
        library.name for library in LIBRARIES if not any((vendored / library.name).glob("LICENSE*"))
    ] == []


def modules_of(address: str) -> set[str]:
    """All that a module of the explorer imports at once, itself included."""
    found, ahead = set[str](), [address]
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            text = (WEB / here.removeprefix("/web/")).read_text(encoding="utf-8")
            ahead += [
                normpath(join(dirname(here), name))
                for name in re.findall(
                    r'^(?:import|export)\s(?:[^;"]*?from\s+)?"([^"]+)"', text, re.MULTILINE
                )
            ]
    return found


def test_the_explorer_loads_all_modules_of_its_first_view_at_once(http: httpx.Client) -> None:
    page = http.get("/").text.replace(f"/web/{web_files().version}/", "/web/")
    preloaded = re.findall(r'rel="modulepreload" href="([^"]+)"', page)

    assert set(preloaded) | {"/web/app/main.js"} == modules_of("/web/app/main.js")


def test_a_question_by_get_is_answered(http: httpx.Client) -> None:
    assert http.get("/graphql", params={"query": "{ __typename }"}).json()["data"] == {"__typename": "Query"}


def test_a_change_by_get_is_refused(http: httpx.Client) -> None:
    response = http.get(
        "/graphql", params={"query": 'mutation { resolveFailure(id: "F-1") { problems { message } } }'}
    )

    assert response.status_code in (400, 405)


def test_the_process_says_that_it_lives(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}


def test_a_store_that_is_open_is_ready_and_names_its_topology(http: httpx.Client) -> None:
    response = http.get("/readyz")

    assert response.status_code == 200
    assert response.json()["topology"].startswith("topology:")


def test_the_figures_name_what_was_asked(http: httpx.Client) -> None:
    http.get("/healthz")

    assert (
        'impactgraph_requests_total{method="GET",route="/healthz",status="200"}' in http.get("/metrics").text
    )
