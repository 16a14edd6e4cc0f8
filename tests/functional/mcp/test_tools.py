"""What the tools answer, with the SDK's client over Streamable HTTP."""

from typing import Any

import orjson
import pytest
from mcp import Client

from api.mcp.bounds import LARGEST_ANSWER
from tests.functional.http.serving import Api
from tests.functional.mcp.asking import answer, error, over_http, walk
from tests.functional.mcp.conftest import VIEWER

SUPPOSED = [{"target": "system:oms", "class": "OUTAGE"}]
CALLS: dict[str, dict[str, Any]] = {
    "blast_radius": {},
    "affected_orders": {},
    "affected_records": {"kind": "notifications"},
    "explain": {"order": "O-0001"},
    "why": {"order": "O-0000", "timezone": "Europe/Berlin", "language": "de"},
    "overdue": {"by": ["REGION", "STEP"], "asOf": "2026-03-03T09:30:00Z"},
    "record_findings": {"asOf": "2026-03-03T09:30:00Z"},
    "failures": {},
    "incidents": {},
    "incident": {"id": "failure:F-1"},
    "find": {"text": "oms"},
    "element": {"id": "system:oms"},
    "neighbours": {"id": "system:oms"},
    "paths": {"start": "step:ship-from-store/pick", "end": "system:oms"},
}


def ask(address: str, tool: str, **arguments: Any) -> dict[str, Any]:
    return over_http(address, lambda client: answer(client, tool, **arguments), VIEWER)


def fails(address: str, tool: str, **arguments: Any) -> str:
    return over_http(address, lambda client: error(client, tool, **arguments), VIEWER)


def test_every_tool_changes_nothing_and_has_a_typed_result(address: str) -> None:
    async def tools(client: Client):
        return (await client.list_tools()).tools

    listed = over_http(address, tools, VIEWER)
    assert {each.name for each in listed} == CALLS.keys()
    for tool in listed:
        assert tool.annotations is not None and tool.annotations.read_only_hint
        assert tool.description and tool.input_schema["additionalProperties"] is False
        assert tool.output_schema is not None and tool.output_schema["type"] == "object"


@pytest.mark.parametrize("tool", CALLS)
def test_a_tool_answers_within_its_schema_and_its_size(address: str, tool: str) -> None:
    got = ask(address, tool, **CALLS[tool])
    assert len(orjson.dumps(got)) <= LARGEST_ANSWER
    assert got.get("note") is None or got["items"] == []


def test_totals_are_those_of_graphql(address: str, api: Api) -> None:
    totals = "{ orders { expected low high possible } value { currency expected low high converted } }"
    expected = api.ask(f"{{ blastRadius {{ headline totals {{ estimates {totals} }} }} }}")["blastRadius"]
    got = ask(address, "blast_radius")
    assert got["headline"] == expected["headline"]
    assert {name: got["totals"][name] for name in ("orders", "value")} == expected["totals"]["estimates"]


@pytest.mark.parametrize("question", [{}, {"suppose": SUPPOSED, "asOf": "2026-03-02T09:30:00Z"}])
@pytest.mark.parametrize("limit", [7, 50])
def test_pages_of_affected_orders_are_those_of_graphql(
    address: str, api: Api, question: dict[str, Any], limit: int
) -> None:
    supposed = [{"startedAt": "2026-03-02T09:30:00Z", **each} for each in question.get("suppose", ())]
    document = """query ($suppose: [FailureInput!], $asOf: DateTime) {
      blastRadius(suppose: $suppose, asOf: $asOf) {
        orders(first: 500) { edges { node { band hitAt likelihood order { id } } } } } }"""
    data = api.ask(document, suppose=supposed or None, asOf=question.get("asOf"))
    expected = [edge["node"] for edge in data["blastRadius"]["orders"]["edges"]]
    items = over_http(
        address, lambda client: walk(client, "affected_orders", **question, limit=limit), VIEWER
    )
    assert [
        {"order": {"id": each["order"]["id"]}}
        | {name: each[name] for name in ("band", "hitAt", "likelihood")}
        for each in items
    ] == expected
    assert len(expected) > limit or limit == 50


@pytest.mark.parametrize("kind", ["postings", "notifications", "tasks"])
def test_pages_of_affected_records_are_those_of_graphql(address: str, api: Api, kind: str) -> None:
    field = f"{kind}(first: 500) {{ edges {{ node {{ fulfillment type effect due }} }} }}"
    edges = api.ask(f"{{ blastRadius {{ {field} }} }}")["blastRadius"][kind]["edges"]
    items = over_http(address, lambda client: walk(client, "affected_records", kind=kind, limit=9), VIEWER)
    shown = [{name: each[name] for name in ("fulfillment", "type", "effect", "due")} for each in items]
    assert shown == [edge["node"] for edge in edges]


def test_pages_of_what_needs_an_element_are_those_of_graphql(address: str, api: Api) -> None:
    field = "element(id: $id) { dependents(first: 500) { edges { node { id name kind } } } }"
    edges = api.ask(f"query ($id: ID!) {{ {field} }}", id="system:oms")["element"]["dependents"]["edges"]
    items = over_http(address, lambda client: walk(client, "neighbours", id="system:oms", limit=4), VIEWER)
    assert items == [edge["node"] for edge in edges]


def test_why_has_the_verdict_and_the_message_to_the_customer(address: str, api: Api) -> None:
    document = """{ order(id: "O-0000") { diagnosis { headline
      customerMessages(form: NORMAL, language: "de") { text } } } }"""
    expected = api.ask(document)["order"]["diagnosis"]
    got = ask(address, "why", order="O-0000", language="de")
    assert got["headline"] == expected["headline"]
    assert got["customerMessage"] == expected["customerMessages"][0]["text"]
    assert got["causes"][0]["failure"]["id"] == "failure:F-1"


def test_a_supposed_failure_without_a_start_begins_at_the_moment_of_the_answer(address: str) -> None:
    got = ask(address, "blast_radius", suppose=SUPPOSED)
    assert got["failures"][0]["startedAt"] == got["asOf"] == "2026-03-02T09:30:00Z"


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("affected_orders", {"where": {"regions": ["amer"]}}, "affects no order"),
        ("affected_records", {"effects": ["DUPLICATED"]}, "No postings of these"),
        ("overdue", {"where": {"regions": ["amer"], "minValue": "100000"}}, "matches `where`"),
        ("record_findings", {}, "passed steps"),
        ("failures", {"active": False}, "no ended failure"),
        ("incidents", {"active": False}, "no incident"),
        ("find", {"text": "zzqqxx"}, "zzqqxx"),
        ("paths", {"start": "team:orders", "end": "system:pos"}, "No path"),
    ],
)
def test_an_empty_answer_says_why(address: str, tool: str, arguments: dict[str, Any], reason: str) -> None:
    got = ask(address, tool, **arguments)
    assert got["items"] == []
    assert reason.lower() in got["note"].lower()


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("blast_radius", {"failures": ["F-11"]}, "Did you mean failure:F-1?"),
        ("why", {"order": "O-00000"}, "Did you mean"),
        ("element", {"id": "system:omx"}, "Did you mean system:oms?"),
        ("neighbours", {"id": "system:omx"}, "Did you mean system:oms?"),
        ("incident", {"id": "F-11"}, "F-11"),
        ("affected_orders", {"where": {"channels": ["kiosk"]}}, "There are app, web."),
        ("affected_orders", {"cursor": "nonsense"}, "cursor"),
        ("affected_orders", {"asOf": "yesterday"}, "asOf"),
        ("affected_orders", {"limit": 51}, "limit is 51: input should be less than or equal to 50."),
        (
            "affected_orders",
            {"channels": ["web"]},
            "channels: there is no such argument. affected_orders has",
        ),
        ("blast_radius", {"where": {"chanels": []}}, "where.chanels: there is no such argument."),
        ("blast_radius", {"suppose": [{"class": "OUTAGE"}]}, "suppose.0.target: is missing."),
        (
            "blast_radius",
            {"suppose": [{"target": "system:oms", "class": "FIRE"}]},
            "suppose.0.class is 'FIRE'",
        ),
        ("blast_radius", {"timezone": "Mars/Olympus"}, "Mars/Olympus"),
    ],
)
def test_an_error_says_what_is_wrong_and_what_there_is(
    address: str, tool: str, arguments: dict[str, Any], words: str
) -> None:
    message = fails(address, tool, **arguments)
    assert words in message
    assert "Error executing" not in message and "pydantic" not in message
