"""What the public API says of a case: its events ingested as a user's files are, then the blast radius
asked for over GraphQL, page by page.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from graph_models.time import format_duration, parse_duration, parse_moment
from impactgraph.bootstrap import open_store
from impactgraph.ingest.files import read_blocks
from impactgraph.ports.store import Store
from impactgraph.settings import Settings
from impactgraph.usecases.apply_topology import apply_path
from tests.own_loop import run_apart

Row = dict[str, Any]
LISTS = ("orders", "postings", "notifications")
PAGE = 500

_RECORD = "order { id } fulfillment type effect likelihood"
_NODES = {
    "orders": "order { id } likelihood band expectedDelay missesPromise missLikelihood",
    "postings": _RECORD,
    "notifications": _RECORD,
}
_TOTALS = {"orders": "orders", "missed": "promisesMissed", "postings": "postings"}
"""GraphQL's estimates by their names in an answer."""
_ESTIMATES = " ".join(f"{name}: {field} {{ low expected high }}" for name, field in _TOTALS.items())
_FIGURES = " ".join(f"{name} {{ low expected high }}" for name in ("placed", "affected", "promisesMissed"))
_TO_COME = f"toCome {{ {_FIGURES} }}"
_ABOUT = f"headline complete absorbed {{ rule detail }} totals {{ estimates {{ {_ESTIMATES} }} }}"


def answer_of(case: Path, folder: Path, true_end: str) -> Row:
    """The answer to the question of a case, in the words of its README; a store is made in `folder`.

    Beside it `headline`, `complete` and `absorbed`, and `to_come`: the orders to come as asked (`reported`),
    and where the failures end at `true_end` (`known`).
    """
    question = json.loads((case / "question.json").read_text())
    as_of = parse_moment(question["as_of"])
    store = open_store(str(folder), now=lambda: as_of)
    try:
        _fill(store, case, as_of)
        app = create_app(store, Settings(deadline=120, max_cost=10_000_000), now=lambda: as_of)
        transport = httpx.ASGITransport(app)
        answer = run_apart(_asked(transport, question))
        return answer | {"to_come": run_apart(_to_come(transport, question, true_end))}
    finally:
        store.close()


def _fill(store: Store, case: Path, as_of: int) -> None:
    applied = apply_path(store, case / "topology", as_of)
    assert not applied.problems, applied.problems
    for name in ("events.ndjson.gz", "failure.ndjson"):
        for block in read_blocks(str(case / name)):
            intake = store.ingest(block.lines, places=block.places)
            assert not intake.quarantined, intake.quarantined[:3]


async def _asked(transport: httpx.AsyncBaseTransport, question: Row) -> Row:
    """Every page of every list, from one question after the other."""
    answer: Row = {name: [] for name in LISTS}
    after: dict[str, str | None] = dict.fromkeys(LISTS)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=None) as http:
        while after:
            found = await _page(http, question, after)
            answer |= {name: found[name] for name in ("headline", "complete", "absorbed")}
            answer["totals"] = found["totals"]["estimates"]
            answer |= {
                name: answer[name] + [_ROW[name](edge["node"]) for edge in found[name]["edges"]]
                for name in after
            }
            after = {
                name: found[name]["pageInfo"]["endCursor"]
                for name in after
                if found[name]["pageInfo"]["hasNextPage"]
            }
    return answer


async def _to_come(transport: httpx.AsyncBaseTransport, question: Row, true_end: str) -> Row:
    """From one question: as asked, and from the cost of delay at the true end."""
    end = format_duration(max(parse_moment(true_end) - parse_moment(question["as_of"]), 0))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=None) as http:
        found = await _ask(http, question, f'{_TO_COME} costOfDelay(ends: ["{end}"]) {{ {_TO_COME} }}')
    return {"reported": found["toCome"], "known": found["costOfDelay"][0]["toCome"]}


async def _page(http: httpx.AsyncClient, question: Row, after: Mapping[str, str | None]) -> Row:
    lists = " ".join(
        f"{name}(first: {PAGE}, after: ${name}) "
        f"{{ pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {_NODES[name]} }} }} }}"
        for name in after
    )
    return await _ask(http, question, f"{_ABOUT} {lists}", after)


async def _ask(
    http: httpx.AsyncClient, question: Row, fields: str, after: Mapping[str, str | None] | None = None
) -> Row:
    """These fields of the blast radius; `after`: the cursors that they name."""
    after = after or {}
    named = "".join(f", ${name}: String" for name in after)
    query = f"""query ($failures: [ID!], $asOf: DateTime, $horizon: Duration, $tolerance: Duration{named}) {{
        blastRadius(failures: $failures, asOf: $asOf, horizon: $horizon, tolerance: $tolerance, minLikelihood:
        0) {{ {fields} }}
    }}"""
    asked = {
        "failures": question["failures"],
        "asOf": question["as_of"],
        "horizon": question["horizon"],
        "tolerance": question["tolerance"],
    }
    body = (await http.post("/graphql", json={"query": query, "variables": {**asked, **after}})).json()
    assert "errors" not in body, body["errors"]
    return body["data"]["blastRadius"]


def _order(node: Row) -> Row:
    delay = node["expectedDelay"]
    return {
        "order": _bare(node["order"]["id"]),
        "likelihood": node["likelihood"],
        "band": node["band"],
        "delay_s": None if delay is None else parse_duration(delay) / 1000,
        "misses_promise": node["missesPromise"],
        "miss_likelihood": node["missLikelihood"],
    }


def _record(node: Row) -> Row:
    of = {"order": _bare(node["order"]["id"]), "fulfillment": _bare(node["fulfillment"])}
    return of | {name: node[name] for name in ("type", "effect", "likelihood")}


_ROW: Mapping[str, Callable[[Row], Row]] = {"orders": _order, "postings": _record, "notifications": _record}


def _bare(identifier: str) -> str:
    return identifier.partition(":")[2]
