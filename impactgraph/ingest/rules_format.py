"""The format of a mapping of version 2, declared once for the loader, the JSON Schema and the reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from impactgraph.ingest.mapping_fields import (
    DELIMITER,
    ENCODING,
    NAME,
    PART_ID,
    TIME_FORMAT,
    ZONE,
    ByName,
    Checked,
)
from impactgraph.ingest.rule_fields import (
    AMOUNT,
    CONDITION,
    CURRENCY,
    DECIMAL,
    MAPS,
    PLAIN,
)
from impactgraph.ingest.rules import Basis, CsvRecords, EventRule, OcelObjects, PartRule, Rule
from impactgraph.topology.composite_values import OneOrSeveral
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
)
from impactgraph.topology.references import either
from impactgraph.topology.values import Flag, Whole

STEP_ENDED = "step.ended"
FLAGS = ("adds", "earliest", "last")


def _quote(text: str) -> str:
    if len(text) != 1 or text in "\r\n \t":
        raise ValueError("one character, such as \" or '")
    return text


_ID = Field("id", PLAIN, "Id of the record or event; without, records with the same content are one.")
_TIME = Field("time", PLAIN, "When it happened.")
_ORDER = Field("order", PLAIN, "Id of the order.")
_FULFILLMENT = Field("fulfillment", PLAIN, "Id of the fulfillment; without, each order is one, with its id.")
_WHEN = Field("when", CONDITION, "Only where this expression is true: not false, empty or null.")
BASIS_FIELDS = (_ID, _TIME, _ORDER, _FULFILLMENT)
_LOCATION = Field("location", PLAIN, "Key of the location.")
_STEP = Field("step", PLAIN, "Key of the step in its workflow.", required=True)
_WORKFLOW = Field("workflow", PLAIN, "Key of the workflow.", required=True)
_TYPE = Field("type", PLAIN, "Its type.", required=True)
_REASON = Field("reason", PLAIN, "Why.")

PART_FIELDS = Fields(
    (
        Field("for_each", CONDITION, "Expression that finds a list: a fulfillment for each member."),
        Field("fulfillment", PLAIN, "Its id; without, the fulfillment of the rule."),
        _WORKFLOW,
        _LOCATION,
        Field("value", AMOUNT, "Its share of the order's value."),
    )
)


def _part(values: dict[str, Any]) -> PartRule:
    return PartRule(for_each=values.pop("for_each", None), values=values)


@dataclass(frozen=True)
class _PartShort:
    """A workflow: the fulfillment of the rule is in it."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        value = PLAIN.read(node, line, name, reading)
        return WRONG if value is WRONG else PartRule(values={"workflow": value})

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"]}


EVENT_FIELDS: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "order.placed": (
        "",
        (
            Field("channel", PLAIN, "Sales channel; without, `unknown`."),
            Field("mode", PLAIN, "Mode, such as ship_from_store; without, `unknown`."),
            Field("currency", CURRENCY, "Currency of the order.", required=True),
            Field("value", AMOUNT, "Value of the order.", required=True),
            Field("region", PLAIN, "Region of the order."),
            Field("customer_tier", PLAIN, "Tier of the customer."),
            Field("promised_by", PLAIN, "Moment that was promised to the customer."),
            Field("attributes", ByName(PLAIN), "More attributes, by the name that the order will have."),
            Field(
                "fulfillments",
                OneOrSeveral(Either(_PartShort(), Body(PART_FIELDS, make=_part))),
                "Its fulfillments: a workflow, or a map, or a list of them.",
                required=True,
                attribute="parts",
            ),
            Field("adds", Flag(), "The fulfillments come beside those of earlier records."),
            Field("earliest", Flag(), "Only the earliest record of a fulfillment places it. It adds."),
        ),
    ),
    "fulfillment.entered": ("step", (_STEP, _LOCATION)),
    STEP_ENDED: (
        "step",
        (
            _STEP,
            Field("next", PLAIN, "Key of the step that begins with it."),
            Field("last", Flag(), "Nothing follows: the fulfillment is completed."),
            _LOCATION,
        ),
    ),
    "fulfillment.completed": ("", ()),
    "fulfillment.failed": (
        "code",
        (
            Field("code", PLAIN, "Error code."),
            Field("message", PLAIN, "Text of the error."),
            Field("element", PLAIN, "Where it came from: an element of the topology."),
            Field("step", PLAIN, "Key of the step."),
        ),
    ),
    "fulfillment.rerouted": ("", (_WORKFLOW, _STEP, _LOCATION)),
    "fulfillment.cancelled": ("reason", (_REASON,)),
    "order.cancelled": ("reason", (_REASON,)),
    "posting.recorded": (
        "type",
        (
            _TYPE,
            Field("amount", AMOUNT, "Its amount."),
            Field("currency", CURRENCY, "Currency of the amount."),
            Field("document", PLAIN, "Number of the document."),
        ),
    ),
    "notification.sent": ("type", (_TYPE, Field("channel", PLAIN, "Such as email."))),
    "task.closed": ("type", (_TYPE,)),
    "supplier_order.confirmed": ("type", (_TYPE, Field("supplier", PLAIN, "Key of the supplier."))),
    "inventory.reported": (
        "",
        (
            Field("location", PLAIN, "Key of the location.", required=True),
            Field("item", PLAIN, "Id of the item.", required=True),
            Field("system", PLAIN, "Key of the system that reports it.", required=True),
            Field("on_hand", AMOUNT, "The stock.", required=True),
        ),
    ),
}
"""By type: the field that a text alone states, and the fields of its own."""
HELP: Mapping[str, str] = {
    "order.placed": "An order and its fulfillments.",
    "fulfillment.entered": "It enters a step. A text alone is the step.",
    STEP_ENDED: "A step ends. What begins with it, or that nothing does, is said by `next` or `last`.",
    "fulfillment.completed": "All of its steps are done.",
    "fulfillment.failed": "An error. A text alone is the code.",
    "fulfillment.rerouted": "It enters a step of another workflow or location.",
    "fulfillment.cancelled": "The fulfillment is cancelled.",
    "order.cancelled": "All of the order is cancelled.",
    "posting.recorded": "A finance posting. A text alone is its type.",
    "notification.sent": "A message to the customer. A text alone is its type.",
    "task.closed": "A task was completed. A text alone is its type.",
    "supplier_order.confirmed": "A supplier confirmed. A text alone is its type.",
    "inventory.reported": "The stock that a system reports.",
}


def event_fields(type_: str) -> Fields:
    """All fields of an event of a rule."""
    own = EVENT_FIELDS[type_][1]
    basis = (_ID, _TIME) if type_ == "inventory.reported" else (_ID, _TIME, _ORDER)
    has_parts = type_.startswith("order.") or type_ == "inventory.reported"
    return Fields((_WHEN, *own, *basis, *(() if has_parts else (_FULFILLMENT,))))


@dataclass(frozen=True)
class _Event:
    """An event of a rule: a map, a text for its main field, or `true` where it needs none."""

    type: str

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        main, own = EVENT_FIELDS[self.type]
        if isinstance(node, Map):
            body = Body(event_fields(self.type), make=self._make)
            value = body.read(node, line, name, reading)
            return value if value is WRONG else self._check(value, line, name, reading)
        if node is True and not any(each.required for each in own):
            return EventRule(type=self.type)
        if not main:
            needed_fields = either([each.name for each in own], "and") if own else "nothing: write `true`"
            return reading.wrong(
                f"`{name}` must be a map with {needed_fields}, not {display_text(node)}.", line
            )
        value = PLAIN.read(node, line, name, reading)
        return value if value is WRONG else EventRule(type=self.type, values={main: value})

    def _make(self, values: dict[str, Any]) -> EventRule:
        flags = frozenset(name for name in FLAGS if values.pop(name, False))
        return EventRule(
            type=self.type,
            basis=_take_basis(values),
            when=values.pop("when", None),
            attributes=values.pop("attributes", {}),
            parts=values.pop("parts", ()),
            flags=flags,
            values=values,
        )

    def _check(self, event: EventRule, line: int, name: str, reading: Reading) -> Any:
        if "last" in event.flags and "next" in event.values:
            return reading.wrong(f"`{name}`: after the last step there is no `next`.", line)
        return event

    def schema(self) -> JsonSchema:
        main, own = EVENT_FIELDS[self.type]
        schemas: list[JsonSchema] = [event_fields(self.type).schema()]
        if main:
            schemas.append({"type": ["string", "number"]})
        if not any(each.required for each in own):
            schemas.append({"const": True})
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _take_basis(values: dict[str, Any]) -> Basis:
    return Basis(**{name: values.pop(name, None) for name in ("id", "time", "order", "fulfillment")})


RULE_FIELDS = Fields(
    (
        _WHEN,
        Field("for_each", CONDITION, "Expression that finds a list: the events come for each member."),
        *BASIS_FIELDS,
        *(Field(type_, OneOrSeveral(_Event(type_)), HELP[type_]) for type_ in EVENT_FIELDS),
    )
)


class _Rule:
    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(
                f"`{name}` must be a map from events to their fields, such as "
                f"{{fulfillment.entered: pick}}, not {display_text(node)}.",
                line,
            )
        before = len(reading.problems)
        values = RULE_FIELDS.read(node, reading, f"{name}.")
        if len(reading.problems) > before:
            return WRONG
        events = tuple(event for type_ in EVENT_FIELDS for event in values.pop(type_, ()))
        if not events:
            return reading.wrong(
                f"`{name}` has no event: name at least one of {either(list(EVENT_FIELDS), 'and')}.", line
            )
        basis = _take_basis(values)
        return Rule(basis=basis, events=events, **values)

    def schema(self) -> JsonSchema:
        return {"$ref": "#/$defs/rule"}


RULE = OneOrSeveral(_Rule())
_JSON = Fields(
    (
        Field(
            "records",
            CONDITION,
            "Expression that finds the records in a document; without, a list has one in "
            "each member, and any other document is one.",
        ),
    )
)
_CSV = Fields(
    (
        Field("delimiter", DELIMITER, "Default: as the header shows."),
        Field("encoding", ENCODING, "Default: UTF-8, or UTF-16 with a byte order mark."),
        Field("quote", Checked(_quote), 'Character around cells; default: ".'),
    )
)
_SQL = Fields((Field("query", NAME, "Query over a SQLite database: a record is a row.", required=True),))
_OCEL = Fields(
    (
        Field("order", NAME, "Object type of orders.", required=True),
        Field("fulfillment", NAME, "Object type of fulfillments; without, each order is one."),
        Field(
            "id", PART_ID, "Template of the fulfillment's id: '{order}/{fulfillment}' for numbers per order."
        ),
        Field(
            "through",
            Several(NAME),
            "Object types over which orders and fulfillments are related; without, "
            "those whose objects belong to one order each.",
        ),
        Field("qualifiers", Several(NAME), "Relations between objects that count; without, all."),
    )
)
SECTIONS: Mapping[str, Fields] = {"json": _JSON, "csv": _CSV, "sql": _SQL, "ocel": _OCEL}
"""Maps that say how the records of a kind of log are found."""
FORMAT = Fields(
    (
        Field("version", Whole(2), "2.", required=True),
        Field(
            "source",
            NAME,
            "CloudEvents source of all events: with it and its id, an event is idempotent.",
            required=True,
        ),
        Field("activity", PLAIN, "Name of a record in reports and in `activities`."),
        *BASIS_FIELDS,
        Field("activities", ByName(RULE), "Rules for the records with an activity.", attribute="by_activity"),
        Field("rules", ByName(RULE), "Rules for all records, by a name of yours."),
        Field("maps", MAPS, "Maps of values, by a name of yours."),
        Field(
            "time_format",
            TIME_FORMAT,
            "How moments are written: a pattern, `epoch`, `epoch_ms` or `excel`; default: ISO 8601.",
        ),
        Field("zone", ZONE, "Time zone of moments without one; default: UTC."),
        Field("decimal", DECIMAL, "Decimal mark of amounts, which may have groups of three digits."),
        Field("json", Body(_JSON), "JSON documents."),
        Field("csv", Body(_CSV, make=lambda values: CsvRecords(**values)), "CSV files."),
        Field("sql", Body(_SQL), "SQLite databases."),
        Field("ocel", Body(_OCEL, make=lambda values: OcelObjects(**values)), "OCEL logs."),
    )
)
