"""Tools for orders: why one is where it is, which are overdue, which records are wrong or missing."""

from typing import Annotated

from pydantic import Field

from api.answers import Json
from api.mcp import documents
from api.mcp.asking import Asking, Call
from api.mcp.bounds import clip, page_of, shorten
from api.mcp.impact_tools import order_in
from api.mcp.inputs import (
    DEFAULT_SIZE,
    AsOf,
    Cursor,
    Limit,
    OverdueDimension,
    RecordEffect,
    Text,
    Where,
    Zone,
)
from api.mcp.order_results import Diagnosis, Overdue, RecordFindings

_TIMELINE = 12
"""Entries of a timeline: the latest, and those ahead."""
_NO_ORDERS = "No order matches `where`."


class OrderTools(Asking):
    async def why(
        self,
        call: Call,
        order: Annotated[
            Text,
            Field(description="An order by id or number, a fulfillment, a document or an external id."),
        ],
        asOf: AsOf = None,
        timezone: Zone = "UTC",
        language: Annotated[
            str | None, Field(description="Of the customer message, such as de; null: the customer's.")
        ] = None,
    ) -> Diagnosis:
        """Why one order is where it is: verdict, causes, missing records, what is next, whom to call, and
        what to tell the customer.
        """
        hit = (await self.ask(call, documents.FIND_ORDER, {"text": order}))["findOrder"]
        variables = {"id": order_in(hit), "asOf": asOf, "timezone": timezone, "language": language}
        answer = (await self.ask(call, documents.WHY, variables))["order"]
        return Diagnosis.model_validate(_diagnosis(answer, hit["matched"]))

    async def overdue(
        self,
        call: Call,
        where: Where = None,
        by: Annotated[
            list[OverdueDimension] | None, Field(description="Groups of the counts; null: by step.")
        ] = None,
        asOf: AsOf = None,
        timezone: Zone = "UTC",
        limit: Limit = DEFAULT_SIZE,
        cursor: Cursor = None,
    ) -> Overdue:
        """Orders that are in a step for longer than usual, also without a known failure; what they have in
        common, and which elements would explain them. The longest overdue first.
        """
        variables = {
            "where": where.variables() if where else None,
            "by": by,
            "asOf": asOf,
            "timezone": timezone,
            "first": limit,
            "after": cursor,
        }
        return Overdue.model_validate(
            _overdue((await self.ask(call, documents.OVERDUE, variables))["overdue"])
        )

    async def record_findings(
        self,
        call: Call,
        where: Where = None,
        types: Annotated[list[str] | None, Field(description="Only these, such as invoice.")] = None,
        effects: list[RecordEffect] | None = None,
        asOf: AsOf = None,
        timezone: Zone = "UTC",
        limit: Limit = DEFAULT_SIZE,
        cursor: Cursor = None,
    ) -> RecordFindings:
        """Postings and messages that are missing, late, wrong, duplicated or out of sequence after the steps
        that orders have passed: what has gone wrong already, with totals per type.
        """
        variables = {
            "where": where.variables() if where else None,
            "types": types,
            "effects": effects,
            "asOf": asOf,
            "timezone": timezone,
            "first": limit,
            "after": cursor,
        }
        data = await self.ask(call, documents.RECORDS, variables)
        page = page_of(data["records"])
        has_orders = data["matching"]["totalCount"] > 0
        empty = "Every record that passed steps cause is there, or not due yet." if has_orders else _NO_ORDERS
        note = None if page["totalCount"] else empty
        return RecordFindings.model_validate(
            page | {"asOf": asOf or data["serverTime"], "totals": data["totals"][:20], "note": note}
        )


def _diagnosis(order: Json, match: str) -> Json:
    diagnosis = order["diagnosis"]
    messages = diagnosis["customerMessages"]
    timeline = [each for each in order["timeline"] if not each["expected"]][-_TIMELINE:]
    expected_entries = [each for each in order["timeline"] if each["expected"]][:_TIMELINE]
    answer = {
        **diagnosis,
        "order": order,
        "status": order["status"],
        "placedAt": order["placedAt"],
        "matched": match,
        "customerMessage": messages[0]["text"] if messages else None,
        "timeline": timeline + expected_entries,
    }
    lists = {"causes": 5, "missing": 10, "outOfSequence": 10, "playbooks": 5, "leftOut": 5}
    result = shorten(answer, lists | {"timeline": 2 * _TIMELINE})
    left_out_count = len(order["timeline"]) - len(answer["timeline"])
    if left_out_count:
        result["omitted"]["timeline"] = result["omitted"].get("timeline", 0) + left_out_count
    return result


def _overdue(report: Json) -> Json:
    connection = report["orders"]
    for edge, excess in zip(connection["edges"], report["excess"], strict=True):
        edge["node"] = _overdue_order(edge["node"], excess["beyond"])
    page = page_of(connection)
    none = "No order is past its limit." if report["inFlight"] else "No order in flight matches `where`."
    return page | {
        "asOf": report["asOf"],
        "note": None if page["totalCount"] else none,
        "groups": report["groups"][:10],
        "inCommon": report["inCommon"][:5],
        "suspects": clip(report["suspects"][:5]),
    }


def _overdue_order(order: Json, beyond: str) -> Json:
    late = next((each for each in order["fulfillments"] if each["overdue"]), None)
    place = {name: late[name]["id"] if late and late[name] else None for name in ("step", "location")}
    return {
        "order": {name: order[name] for name in order if name != "fulfillments"},
        **place,
        "beyond": beyond,
    }
