"""Tools for what failures affect: totals, orders, records, and the path to one order."""

from typing import Annotated, Literal

from pydantic import Field

from api.answers import Json
from api.mcp import documents
from api.mcp.asking import Asking, Call
from api.mcp.bounds import page_of, shorten
from api.mcp.impact_results import AffectedOrders, AffectedRecords, BlastRadius, Explanation
from api.mcp.inputs import (
    DEFAULT_SIZE,
    AsOf,
    Cursor,
    Failures,
    Limit,
    OrderSort,
    RecordEffect,
    Suppose,
    Text,
    Where,
    Zone,
)


class ImpactTools(Asking):
    async def blast_radius(
        self,
        call: Call,
        failures: Failures = None,
        suppose: Suppose = None,
        where: Where = None,
        asOf: AsOf = None,
        timezone: Zone = "UTC",
    ) -> BlastRadius:
        """What failures affect, now and in the coming two days: orders, money, promises, records, owners.

        Of all active failures, of some, or of supposed ones (a what-if question). Start here; then read
        `affected_orders` and `affected_records` in pages with the same arguments.
        """
        variables = await self.question(call, failures, suppose, where, asOf)
        data = await self.ask(call, documents.BLAST_RADIUS, variables | {"timezone": timezone})
        answer = data["blastRadius"]
        lists = {"failures": 10, "owners": 5, "absorbed": 5, "assumptions": 5, "leftOut": 5}
        return BlastRadius.model_validate(shorten(answer | {"totals": answer["totals"]["estimates"]}, lists))

    async def affected_orders(
        self,
        call: Call,
        failures: Failures = None,
        suppose: Suppose = None,
        where: Where = None,
        asOf: AsOf = None,
        orderBy: OrderSort = "PROMISE_ASC",
        timezone: Zone = "UTC",
        limit: Limit = DEFAULT_SIZE,
        cursor: Cursor = None,
    ) -> AffectedOrders:
        """The orders that failures affect, a page at a time, each with when, how likely, and why.

        Of supposed failures without `startedAt`, later pages need the `asOf` of the first one.
        """
        variables = await self.question(call, failures, suppose, where, asOf)
        variables |= {"orderBy": orderBy, "timezone": timezone, "first": limit, "after": cursor}
        data = await self.ask(call, documents.AFFECTED_ORDERS, variables)
        return AffectedOrders.model_validate(_page(data["blastRadius"]))

    async def affected_records(
        self,
        call: Call,
        kind: Literal["postings", "notifications", "tasks"] = "postings",
        types: Annotated[list[str] | None, Field(description="Only these, such as invoice.")] = None,
        effects: list[RecordEffect] | None = None,
        failures: Failures = None,
        suppose: Suppose = None,
        where: Where = None,
        asOf: AsOf = None,
        timezone: Zone = "UTC",
        limit: Limit = DEFAULT_SIZE,
        cursor: Cursor = None,
    ) -> AffectedRecords:
        """Finance postings, customer messages (notifications) or tasks that failures affect, in pages.

        `types` and `effects` are not available for tasks. Of supposed failures without `startedAt`, later
        pages need the `asOf` of the first one.
        """
        variables = await self.question(call, failures, suppose, where, asOf)
        variables |= {"timezone": timezone, "first": limit, "after": cursor}
        if kind != "tasks":
            variables |= {"types": types, "effects": effects}
        data = await self.ask(call, documents.AFFECTED_RECORDS[kind], variables)
        none = f"No {kind} of these types and effects are affected. " if types or effects else ""
        return AffectedRecords.model_validate(_page(data["blastRadius"], none))

    async def explain(
        self,
        call: Call,
        order: Text,
        failures: Failures = None,
        suppose: Suppose = None,
        where: Where = None,
        asOf: AsOf = None,
        timezone: Zone = "UTC",
    ) -> Explanation:
        """How failures reach one order, hop by hop, or what stopped them before it."""
        variables = await self.question(call, failures, suppose, where, asOf)
        match = await self.ask(call, documents.FIND_ORDER, {"text": order})
        identifier = order_in(match["findOrder"])
        data = await self.ask(
            call, documents.EXPLAIN, variables | {"timezone": timezone, "order": identifier}
        )
        answer = data["blastRadius"]
        explanation = answer["explain"] | {"asOf": answer["asOf"], "order": identifier}
        return Explanation.model_validate(shorten(explanation, {"paths": 5, "stoppedBy": 5}))


def order_in(hit: Json) -> str:
    """Full id of the order of a search hit."""
    node = hit["node"]
    return node["order"]["id"] if "order" in node else node["id"]


def _page(answer: Json, none: str = "") -> Json:
    """A list of a blast radius; `none` begins the reason of an empty one."""
    page = page_of(answer["list"])
    stops = [f"Stopped at {each['element']['name']}: {each['detail']}" for each in answer["absorbed"][:3]]
    note = None if page["totalCount"] else none + " ".join([answer["headline"], *stops])
    return page | {"asOf": answer["asOf"], "headline": answer["headline"], "note": note}
