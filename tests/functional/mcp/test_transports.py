"""Who may use the tools, and over which transports."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from api.app import create_app
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from tests.functional.cli.running import COMMAND, environment, run
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW
from tests.functional.mcp.asking import answer, error, over_http
from tests.functional.mcp.conftest import ISSUER, SENDER, VIEWER
from tests.hostile.assistants import lines
from tests.hostile.endpoint import SLOW
from tests.hostile.lines import LineEndpoint
from tests.own_loop import run_apart

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"accept": "application/json, text/event-stream"}
AT = "2026-03-02T09:30:00Z"
QUESTIONS = ("O-0000", "O-0007", "O-0030", "O-0059")


def post(address: str, token: str | None, **headers: str) -> httpx.Response:
    sent = ACCEPT | ({"authorization": f"Bearer {token}"} if token else {}) | headers
    return httpx.post(f"{address}/mcp", json=PING, headers=sent)


def test_a_request_without_a_token_learns_who_issues_them(address: str) -> None:
    refused = post(address, None)
    assert refused.status_code == 401
    pointer = f"{address}/.well-known/oauth-protected-resource/mcp"
    assert refused.headers["www-authenticate"] == f'Bearer resource_metadata="{pointer}"'
    metadata = httpx.get(pointer).json()
    assert metadata["resource"] == f"{address}/mcp"
    assert metadata["authorization_servers"] == [ISSUER]


def test_an_unknown_token_is_refused(address: str) -> None:
    assert post(address, "nonsense").status_code == 401


@pytest.mark.parametrize("host", ["impactgraph.example.com", "localhost:80", "127.0.0.1.example.com"])
def test_another_host_is_refused(address: str, host: str) -> None:
    assert post(address, VIEWER, host=host).status_code == 421


def test_a_page_of_another_origin_is_refused(address: str) -> None:
    assert post(address, VIEWER, origin="https://evil.example.com").status_code == 403
    assert post(address, VIEWER, origin=address).status_code == 200


def test_a_role_that_may_not_read_gets_an_error_and_no_data(address: str) -> None:
    message = over_http(address, lambda client: error(client, "blast_radius"), SENDER)
    assert "needs the permission 'read'" in message


def test_an_earlier_deadline_of_the_request_holds(address: str) -> None:
    message = over_http(
        address, lambda client: error(client, "blast_radius"), VIEWER, **{"impactgraph-deadline": "PT0S"}
    )
    assert "not ready within 0 s" in message


def test_without_the_setting_there_are_no_tools(store: Store) -> None:
    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        assert httpx.post(f"{address}/mcp", json=PING, headers=ACCEPT).status_code == 404


def test_questions_at_the_same_time_get_their_own_answers(address: str) -> None:
    async def all_of_them(client: Client) -> list[str]:
        answers = await asyncio.gather(*(answer(client, "why", order=each) for each in QUESTIONS * 8))
        return [each["order"]["id"] for each in answers]

    assert over_http(address, all_of_them, VIEWER) == [f"order:{each}" for each in QUESTIONS * 8]


def test_standard_input_and_output_over_a_store(demo: Path, api: Api) -> None:
    expected = api.ask("{ blastRadius { headline } }")["blastRadius"]["headline"]

    async def ask() -> tuple[str, int]:
        command = StdioServerParameters(
            command=sys.executable,
            args=["-m", "impactgraph", "mcp", "--store", str(demo)],
            env=environment(IMPACTGRAPH_NOW=AT),
        )
        async with Client(command, mode="legacy") as client:
            got = await answer(client, "blast_radius")
            return got["headline"], len((await client.list_tools()).tools)

    assert run_apart(ask()) == (expected, 14)


def test_standard_input_and_output_over_a_server(store: Store) -> None:
    async def ask(address: str) -> tuple[int, str]:
        command = StdioServerParameters(
            command=COMMAND, args=["mcp", "--server", address], env=environment(IMPACTGRAPH_NOW=AT)
        )
        async with Client(command) as client:
            page = await answer(client, "affected_orders", limit=3)
            return page["totalCount"], await error(client, "element", id="system:omx")

    with served(create_app(store, Settings(), now=lambda: NOW)) as address:
        total, message = run_apart(ask(address))
    assert total == 40
    assert "Did you mean system:oms?" in message


def test_a_store_that_is_not_there_is_an_error_before_any_message(tmp_path: Path) -> None:
    ran = run("mcp", "--store", tmp_path / "nothing")
    assert (ran.status, ran.out) == (2, "")
    assert "There is no store in the folder" in ran.err


def test_hostile_lines_of_standard_input_are_answered_and_leave_no_error(tmp_path: Path) -> None:
    endpoint = LineEndpoint(tmp_path)

    @settings(max_examples=30, suppress_health_check=SLOW)
    @given(line=lines())
    def answered(line: bytes) -> None:
        endpoint.send(line)

    answered()
    endpoint.close()


def test_a_request_for_a_stream_is_refused_and_does_not_stay_open(address: str) -> None:
    refused = httpx.get(f"{address}/mcp", headers={"authorization": f"Bearer {VIEWER}", **ACCEPT})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
