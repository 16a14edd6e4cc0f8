"""GET /export/list: every list of GraphQL, whole."""

import csv
import io
import json

import httpx
import pytest

from api.config import ApiSettings
from api.lists import MOST, exported_lists, row_blocks
from api.schema import build_schema
from impactgraph.settings import Settings
from tests.functional.http.serving import Api
from tests.functional.http.shop import NOW, event
from tests.own_loop import run_apart

SETTINGS: ApiSettings = Settings()
LISTS = exported_lists(build_schema(SETTINGS).core_schema)
NEEDED = {
    "blastRadius.breakdown": {"by": "STEP"},
    "blastRadius.forecast": {"bucket": "PT1H"},
    "incident": {"id": "incident:none"},
    "order": {"id": "O-0001"},
    "paths": {"from": "system:oms", "to": "system:erp"},
    "search": {"text": "O-0001"},
    "searchHits": {"text": "O-0001"},
    "reconciliation": {"system": "oms"},
    "compareTopologies": {"from": "none", "to": "none"},
    "noticesDue": {"rules": "{}"},
}
"""Arguments of lists that need some, by list or root field."""


def rows_of(http: httpx.Client, of: str, **arguments: str) -> list[dict[str, str]]:
    response = http.get("/export/list", params={"of": of, **arguments})
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


def test_every_list_is_answered(http: httpx.Client) -> None:
    """With rows or with none; by an error of its own where what it is about does not exist."""
    answers = {
        name: http.get(
            "/export/list",
            params={"of": name, **NEEDED.get(name, {}), **NEEDED.get(name.partition(".")[0], {})},
        )
        for name in LISTS
    }
    about_nothing = ("incident", "reconciliation", "compareTopologies", "noticesDue")

    failed = {name: answer.text for name, answer in answers.items() if answer.status_code != 200}
    unexpected = {name: text for name, text in failed.items() if name.partition(".")[0] not in about_nothing}
    assert unexpected == {}
    assert all(answer.status_code in (200, 400, 404) for answer in answers.values())


def test_all_rows_are_those_of_the_pages(api: Api, http: httpx.Client) -> None:
    """More than a page of GraphQL may have."""
    placed = json.loads(event("order.placed", NOW, {}, "x"))
    many = [
        json.dumps(
            placed
            | {
                "id": f"many-{n}",
                "data": {
                    "order": f"M-{n:04d}",
                    "channel": "web", "mode": "sfs", "value": "5.00", "currency": "EUR",
                    "fulfillments": [{"fulfillment": f"M-{n:04d}/1", "workflow": "ship-from-store"}],
                },
            }
        ).encode()
        for n in range(MOST + 1)
    ]  # fmt: skip
    headers = {"content-type": "application/x-ndjson"}
    assert http.post("/events", content=b"\n".join(many), headers=headers).status_code == 200
    total = api.ask("{ orders { totalCount } }")["orders"]["totalCount"]

    rows = rows_of(http, "orders", orderBy="PLACED_ASC")

    (first,) = api.ask("{ orders(first: 1) { edges { node { id channel value { amount currency } } } } }")[
        "orders"
    ]["edges"]
    assert total > MOST and len(rows) == len({row["id"] for row in rows}) == total
    node = first["node"]
    assert (rows[0]["id"], rows[0]["channel"]) == (node["id"], node["channel"])
    assert (rows[0]["value"], rows[0]["value_currency"]) == tuple(node["value"].values())


def test_arguments_are_those_of_the_list(http: httpx.Client) -> None:
    where = json.dumps({"channels": ["web"]})

    assert {row["channel"] for row in rows_of(http, "orders", where=where)} == {"web"}
    assert rows_of(http, "elements", kinds="SYSTEM", search="erp")[0]["id"] == "system:erp"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ({"of": "order"}, 404, "Did you mean orders?"),
        ({"of": "orders", "were": "1"}, 400, "orders has no argument 'were'. Did you mean where?"),
        ({"of": "orders", "where": "{"}, 400, "where: '{' is not JSON"),
        ({"of": "orders", "asOf": "yesterday"}, 400, "yesterday"),
        ({"of": "order.timeline"}, 400, "order.timeline needs the argument 'id'."),
        ({"of": "orders", "where": '{"channels": ["wbe"]}'}, 404, "wbe"),
    ],
)
def test_what_cannot_be_exported_is_an_error(
    http: httpx.Client, arguments: dict[str, str], status: int, message: str
) -> None:
    answer = http.get("/export/list", params=arguments)

    assert answer.status_code == status and message in answer.json()["message"]


def test_pages_are_asked_one_after_another() -> None:
    """The cursor of each is the end of the one before."""
    asked: list[object] = []

    async def ask(document: str, variables: dict[str, object]) -> dict[str, object]:
        asked.append(variables["after"])
        number = len(asked)
        edges = [{"node": {"id": f"order:O-{number}"} | dict.fromkeys(names, None)}]
        page = {"hasNextPage": number < 3, "endCursor": f"c{number}"}
        return {"orders": {"edges": edges, "pageInfo": page}}

    names = {column.keys[0] for column in LISTS["orders"].columns} - {"id"}

    async def read() -> list[object]:
        return [row["id"] async for rows in row_blocks(ask, LISTS["orders"], {}) for row in rows]

    assert run_apart(read()) == ["order:O-1", "order:O-2", "order:O-3"]
    assert asked == [None, "c1", "c2"]
