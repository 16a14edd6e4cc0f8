"""The format of a mapping file. It is read as topologies are: with lines, and all problems at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.mapping import (
    CsvMapping,
    From,
    FulfillmentMapping,
    Mapping,
    OrderMapping,
    PostingMapping,
)
from impactgraph.ingest.moments import TIME_WORDS
from impactgraph.ingest.text_files import UndecodableError, read_text
from impactgraph.topology.document import Map, Node, parse_document
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
from impactgraph.topology.references import KeyIndex
from impactgraph.topology.values import Word

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_CURRENCY = re.compile("[A-Z]{3}")
_PLACEHOLDER = re.compile(r"\{(.*?)\}")
_DELIMITERS = {"tab": "\t", "\\t": "\t"}


class Name:
    """A name as the log has it; spaces around it do not count, as they do not in logs."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = (source_text(node) or "").strip()
        return text or reading.wrong(f"`{name}` must be text, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


@dataclass(frozen=True)
class Checked:
    """Text that a check accepts: it returns the value, and raises ValueError with what is expected."""

    check: Callable[[str], str]

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        try:
            return self.check(source_text(node) or "")
        except ValueError as error:
            return reading.wrong(f"`{name}` must be {error}, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


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


@dataclass(frozen=True)
class ByName:
    """A map from names of the log, such as activities, to values."""

    value: Any

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(f"`{name}` must be a map, not {display_text(node)}.", line)
        values: dict[str, Any] = {}
        for key, item in node.items():
            at = node.lines[key]
            if item is None:
                reading.wrong(f"`{name}.{key}` has no value.", at)
                continue
            value = self.value.read(item, at, f"{name}.{key}", reading)
            if value is not WRONG:
                values[key.strip()] = value
        return values

    def schema(self) -> JsonSchema:
        return {"type": "object", "additionalProperties": self.value.schema()}


def _delimiter(text: str) -> str:
    mark = _DELIMITERS.get(text, text)
    if len(mark) != 1 or mark in '"\r\n':
        raise ValueError("one character, such as ; or tab")
    return mark


def _encoding(text: str) -> str:
    try:
        "".encode(text)
    except (LookupError, ValueError):
        raise ValueError("an encoding that Python knows, such as utf-8, cp1252 or iso-8859-15") from None
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("a time zone such as Europe/Berlin") from None
    return text


def _time_format(text: str) -> str:
    expected = "a pattern such as '%d/%m/%Y %H:%M', or epoch, epoch_ms or excel"
    if text in TIME_WORDS:
        return text
    if "%" not in text:
        raise ValueError(expected)
    try:
        sample = datetime(2026, 3, 2, 9, 30, tzinfo=UTC).strftime(text)
        datetime.strptime(sample, text)  # noqa: DTZ007 - only the pattern is of interest
    except ValueError:
        raise ValueError(expected) from None
    return text


def _template(text: str) -> str:
    names = _PLACEHOLDER.findall(text)
    if "fulfillment" not in names or not set(names) <= {"order", "fulfillment"}:
        raise ValueError("a template with {fulfillment}, and {order} where needed: '{order}/{fulfillment}'")
    return text


_ATTRIBUTE = Fields(
    (Field("attribute", Name(), "Name of an attribute or column of the log.", required=True),)
)
_NAME = Name()
_VALUE = ConstantOrAttribute()
_AMOUNT_VALUE = ConstantOrAttribute(_AMOUNT, "an amount such as 12.50")
_CURRENCY_VALUE = ConstantOrAttribute(_CURRENCY, "a currency such as EUR")
_ORDER = Fields(
    (
        Field("type", _NAME, "Object type (OCEL), or the column with the order's id (CSV).", required=True),
        Field(
            "placed", Several(_NAME), "Activities that place an order; none: its earliest entry places it."
        ),
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
        Field("type", _NAME, "Object type (OCEL) or column (CSV); without: each order is one fulfillment."),
        Field("id", Checked(_template), "Template of its id: '{order}/{fulfillment}' for numbers per order."),
        Field("through", Several(_NAME), "OCEL: object types that relate fulfillments to orders."),
        Field("workflow", _VALUE, "Key of its workflow.", required=True),
        Field("location", _VALUE, "Key of its location."),
        Field("value", _AMOUNT_VALUE, "Its part of the order's value."),
    )
)
_POSTING = Body(
    Fields(
        (
            Field("type", _NAME, "Type of the posting.", required=True),
            Field("amount", _AMOUNT_VALUE, "Its amount."),
            Field("currency", _CURRENCY_VALUE, "Currency of the amount."),
            Field("document", _VALUE, "Number of the document."),
        )
    ),
    make=lambda values: PostingMapping(**values),
)
_CSV = Fields(
    (
        Field("activity", _NAME, "Column of the activity.", required=True),
        Field("time", _NAME, "Column of the moment.", required=True),
        Field("id", _NAME, "Column of the entry's id; without, identical rows are one entry."),
        Field("delimiter", Checked(_delimiter), "Default: as the header shows."),
        Field("encoding", Checked(_encoding), "Default: UTF-8, or UTF-16 with a byte order mark."),
    )
)
FORMAT = Fields(
    (
        Field("source", _NAME, "CloudEvents source of all events.", required=True),
        Field("order", Body(_ORDER, make=lambda values: OrderMapping(**values)), "Orders.", required=True),
        Field(
            "fulfillment",
            Body(_FULFILLMENT, make=lambda values: FulfillmentMapping(**values)),
            "Fulfillments.",
            required=True,
        ),
        Field("csv", Body(_CSV, make=lambda values: CsvMapping(**values)), "Columns of a CSV file."),
        Field("steps", ByName(_NAME), "Activity to key of the step that begins."),
        Field("completed", Several(_NAME), "Activities that complete a fulfillment."),
        Field("cancelled", Several(_NAME), "Activities that cancel a fulfillment."),
        Field("failed", ByName(_NAME), "Activity to error code."),
        Field("postings", ByName(Either(_NAME, _POSTING)), "Activity to posting."),
        Field("notifications", ByName(_NAME), "Activity to type of the message."),
        Field("tasks", ByName(_NAME), "Activity to type of the task."),
        Field("supplier_orders", ByName(_NAME), "Activity to type of the supplier order."),
        Field("time_format", Checked(_time_format), "How the log writes moments; default: ISO 8601."),
        Field("zone", Checked(_zone), "Time zone of moments without one; default: UTC."),
        Field("decimal", Word((".", ",")), "Decimal mark of amounts."),
    )
)


def load_mapping(path: Path) -> Mapping:
    """Raises BadInputError with the file, the lines and what is wrong in it."""
    try:
        text = read_text(path)
    except UndecodableError as error:
        raise BadInputError(Problem(str(error), str(path), error.line)) from error
    except OSError as error:
        raise BadInputError(
            Problem(f"The mapping cannot be read: {error.strerror or error}.", str(path))
        ) from error
    return parse_mapping(text, str(path))


def parse_mapping(text: str, name: str = "mapping.yaml") -> Mapping:
    """Raises BadInputError with everything that is wrong, each with its line."""
    document = parse_document(text, name)
    reading = Reading(KeyIndex(), file=name, problems=document.problems)
    root = document.root
    if not isinstance(root, Map):
        if not document.problems:
            reading.wrong("It must be a map with `source`, `order` and `fulfillment` (docs/mapping.md).", 1)
        raise BadInputError(*reading.problems)
    values = FORMAT.read(root, reading)
    if reading.problems:
        raise BadInputError(*sorted(reading.problems, key=lambda problem: problem.line or 0))
    values["postings"] = {
        activity: PostingMapping(type=posting) if isinstance(posting, str) else posting
        for activity, posting in values.get("postings", {}).items()
    }
    mapping = replace(Mapping(**values), digest=blake2b(text.encode(), digest_size=16).hexdigest())
    if not mapping.activities():
        raise BadInputError(Problem("It maps no activity: name at least one under `steps`.", name))
    return mapping
