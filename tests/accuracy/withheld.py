"""The development cases with the failure events withheld: which elements does the public API suspect?"""

import gzip
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from api.app import create_app
from graph_models.ids import split_id
from graph_models.time import parse_moment
from graph_models.topology import Api, Integration, Topology
from impactgraph.bootstrap import open_store
from impactgraph.ingest.files import read_blocks
from impactgraph.settings import Settings
from impactgraph.topology.load import check_path
from impactgraph.usecases.apply_topology import apply_path
from tests.accuracy.scoring import HOME
from tests.own_loop import run_apart

FIRST = 3
SHARE = 0.75
"""Of the cases with a trace, in which the failed element has to be among the first three."""
_QUERY = (
    "query ($at: DateTime) { overdue(asOf: $at) { totalCount inCommon { dimension value } suspects { "
    "likelihood evidence element { id } } } }"
)


@cache
def suspected(case: str) -> dict[str, Any]:
    """What `overdue` says of a case at the moment of its question, asked over GraphQL."""
    return suspected_in(HOME / "cases" / case)


def suspected_in(folder: Path) -> dict[str, Any]:
    """What `overdue` says of the day in this folder."""
    asked = json.loads((folder / "question.json").read_text())["as_of"]
    at = parse_moment(asked)
    with TemporaryDirectory() as made:
        store = open_store(str(Path(made) / "store"), now=lambda: at)
        try:
            assert not apply_path(store, folder / "topology", at).problems
            for block in read_blocks(str(folder / "events.ndjson.gz")):
                assert not store.ingest(block.lines, places=block.places).quarantined
            app = create_app(store, Settings(deadline=120), now=lambda: at)
            return run_apart(ask_overdue(httpx.ASGITransport(app), asked))
        finally:
            store.close()


async def ask_overdue(transport: httpx.AsyncBaseTransport, at: str) -> dict[str, Any]:
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=None) as http:
        body = (await http.post("/graphql", json={"query": _QUERY, "variables": {"at": at}})).json()
    assert "errors" not in body, body["errors"]
    return body["data"]["overdue"]


def truth_of(case: str) -> dict[str, Any]:
    with gzip.open(HOME / "cases" / case / "truth.json.gz", "rt") as file:
        return json.load(file)


def place_of(case: str) -> int | None:
    """At which place of the list the failed element stands, or one that orders cannot tell from it: an
    integration over it, its API. None where it does not.
    """
    topology = check_path(HOME / "cases" / case / "topology").require_topology()
    roots = truth_of(case)["root"]
    for place, suspect in enumerate(suspected(case)["suspects"], 1):
        if any(is_like(topology, suspect["element"]["id"], root) for root in roots):
            return place
    return None


def is_like(topology: Topology, suspect: str, root: str) -> bool:
    """The element itself, an API of it, or an integration that leads to it, comes from it or passes
    through it.
    """
    element = topology.elements.get(suspect)
    if suspect == root:
        return True
    if isinstance(element, Api):
        return f"system:{element.system}" == root
    if isinstance(element, Integration):
        apis = {f"api:{api.key}" for api in topology.apis.values() if f"system:{api.system}" == root}
        return bool({element.target, element.source, *element.via} & {root, *apis})
    return False


def with_trace(cases: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(case for case in cases if truth_of(case)["leaves_trace"])


def rows(cases: tuple[str, ...]) -> list[str]:
    """Of the report: a line a case."""
    lines = [
        "| case | failed element | leaves a trace | rank among the suspects | first suspect | common factors "
        "|",
        "| --- | --- | --- | ---: | --- | --- |",
    ]
    for case in cases:
        truth, found = truth_of(case), suspected(case)
        first = found["suspects"][0]["element"]["id"] if found["suspects"] else "none"
        common = "; ".join(f"{each['dimension']} {each['value']}" for each in found["inCommon"]) or "nothing"
        failed = ", ".join(split_id(root)[0] + " " + split_id(root)[1] for root in truth["root"])
        lines.append(
            f"| {case} | {failed} | {'yes' if truth['leaves_trace'] else 'no'} | {place_of(case) or '-'} | "
            f"{first} | {common} |"
        )
    return lines
