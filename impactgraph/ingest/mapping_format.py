"""The format of a mapping of version 1, read as topologies are: with lines, and all problems at once."""

import re
from dataclasses import dataclass, replace
from typing import Any

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.mapping import (
    CsvMapping,
    From,
    FulfillmentMapping,
    Mapping,
    OrderMapping,
    PostingMapping,
)
from impactgraph.ingest.mapping_fields import DELIMITER, ENCODING, NAME, PART_ID, TIME_FORMAT, ZONE, ByName
from impactgraph.topology.document import Map, Node
from impactgraph.topology.fields import (
    WRONG,
    Body,
    Either,
    Field,
    Fields,
    JsonSchema,
    Reading,
    Several,
    display_text,
    source_text,
)
from impactgraph.topology.values import Whole, Word

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CURRENCY = re.compile("[A-Z]{3}")


@dataclass(frozen=True)
class ConstantOrAttribute:
    """A constant, or `{attribute: NAME}`: an attribute or column of the log."""

    pattern: re.Pattern[str] | None = None
    expected: str = "text"

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, Map):
            values = _ATTRIBUTE.read(node, reading, f"{name}.")
            return From(values["attribute"]) if "attribute" in values else WRONG
        text = source_text(node)
        if text is not None and (self.pattern is None or self.pattern.fullmatch(text)):
            return text
        return reading.wrong(
            f"`{name}` must be {self.expected}, or {{attribute: NAME}}, not {display_text(node)}.", line
        )

    def schema(self) -> JsonSchema:
        constant: JsonSchema = {"type": ["string", "number"]}
        if self.pattern is not None:
            constant = {"type": ["string", "number"], "pattern": f"^{self.pattern.pattern}$"}
        return {"anyOf": [constant, _ATTRIBUTE.schema()]}


_ATTRIBUTE = Fields((Field("attribute", NAME, "Name of an attribute or column of the log.", required=True),))
_VALUE = ConstantOrAttribute()
_AMOUNT_VALUE = ConstantOrAttribute(_AMOUNT, "an amount such as 12.50")
_CURRENCY_VALUE = ConstantOrAttribute(_CURRENCY, "a currency such as EUR")
_ORDER = Fields(
    (
        Field("type", NAME, "Object type (OCEL), or the column with the order's id (CSV).", required=True),
        Field("placed", Several(NAME), "Activities that place an order; none: its earliest entry places it."),
        Field("channel", _VALUE, "Sales channel."),
        Field("mode", _VALUE, "Mode, such as ship_from_store."),
        Field("currency", _CURRENCY_VALUE, "Currency of the order.", required=True),
        Field("value", _AMOUNT_VALUE, "Value of the order."),
        Field("region", _VALUE, "Region of the order."),
        Field("customer_tier", _VALUE, "Tier of the customer."),
        Field("promised_by", _VALUE, "Moment that was promised to the customer."),
        Field("attributes", ByName(_VALUE), "More attributes, by the name that the order will have."),
    )
)
_FULFILLMENT = Fields(
    (
        Field("type", NAME, "Object type (OCEL) or column (CSV); without: each order is one fulfillment."),
        Field("id", PART_ID, "Template of its id: '{order}/{fulfillment}' for numbers per order."),
        Field("through", Several(NAME), "OCEL: object types that relate fulfillments to orders."),
        Field("workflow", _VALUE, "Key of its workflow.", required=True),
        Field("location", _VALUE, "Key of its location."),
        Field("value", _AMOUNT_VALUE, "Its part of the order's value."),
    )
)
_POSTING = Body(
    Fields(
        (
            Field("type", NAME, "Type of the posting.", required=True),
            Field("amount", _AMOUNT_VALUE, "Its amount."),
            Field("currency", _CURRENCY_VALUE, "Currency of the amount."),
            Field("document", _VALUE, "Number of the document."),
        )
    ),
    make=lambda values: PostingMapping(**values),
)
_CSV = Fields(
    (
        Field("activity", NAME, "Column of the activity.", required=True),
        Field("time", NAME, "Column of the moment.", required=True),
        Field("id", NAME, "Column of the entry's id; without, identical rows are one entry."),
        Field("delimiter", DELIMITER, "Default: as the header shows."),
        Field("encoding", ENCODING, "Default: UTF-8, or UTF-16 with a byte order mark."),
    )
)
FORMAT = Fields(
    (
        Field("version", Whole(1), "1; may be left out."),
        Field("source", NAME, "CloudEvents source of all events.", required=True),
        Field("order", Body(_ORDER, make=lambda values: OrderMapping(**values)), "Orders.", required=True),
        Field(
            "fulfillment",
            Body(_FULFILLMENT, make=lambda values: FulfillmentMapping(**values)),
            "Fulfillments.",
            required=True,
        ),
        Field("csv", Body(_CSV, make=lambda values: CsvMapping(**values)), "Columns of a CSV file."),
        Field("steps", ByName(NAME), "Activity to key of the step that begins."),
        Field("completed", Several(NAME), "Activities that complete a fulfillment."),
        Field("cancelled", Several(NAME), "Activities that cancel a fulfillment."),
        Field("failed", ByName(NAME), "Activity to error code."),
        Field("postings", ByName(Either(NAME, _POSTING)), "Activity to posting."),
        Field("notifications", ByName(NAME), "Activity to type of the message."),
        Field("tasks", ByName(NAME), "Activity to type of the task."),
        Field("supplier_orders", ByName(NAME), "Activity to type of the supplier order."),
        Field("time_format", TIME_FORMAT, "How the log writes moments; default: ISO 8601."),
        Field("zone", ZONE, "Time zone of moments without one; default: UTC."),
        Field("decimal", Word((".", ",")), "Decimal mark of amounts."),
    )
)


def read_version_1(root: Map, reading: Reading, digest: str) -> Mapping:
    """Raises BadInputError with everything that is wrong, each with its line."""
    values = FORMAT.read(root, reading)
    if reading.problems:
        raise BadInputError(*sorted(reading.problems, key=lambda problem: problem.line or 0))
    values.pop("version", None)
    values["postings"] = {
        activity: PostingMapping(type=posting) if isinstance(posting, str) else posting
        for activity, posting in values.get("postings", {}).items()
    }
    mapping = replace(Mapping(**values), digest=digest)
    if not mapping.activities():
        raise BadInputError(Problem("It maps no activity: name at least one under `steps`.", reading.file))
    return mapping
