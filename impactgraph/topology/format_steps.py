"""The fields of a step, and of what systems and steps need."""

from dataclasses import replace
from typing import Any

from graph_models.enums import RecordKind
from graph_models.needs import Choice, Need, Needs
from graph_models.topology import Emission, Step, Takes, Transition, When
from impactgraph.topology import element_checks
from impactgraph.topology.document import Items, Map, Node
from impactgraph.topology.fields import WRONG, Body, Either, Field, Fields, JsonSchema, Reading, Several
from impactgraph.topology.format_hours import Pickup
from impactgraph.topology.reference_fields import Pointer, PostingType, StepPointer
from impactgraph.topology.values import Amount, Duration, Flag, Fraction, Text, Word

LOCATION_KINDS = ("store", "dc", "3pl", "dark_store", "supplier")
TEXT = Text()
SPAN = Duration()
INTEGRATION = Pointer("integration", full=True)
NAME = Field("name", TEXT, "What people call it; the key where it is left out.")


class _Alternative:
    """One reference, or a list of references that are needed together; the value is a tuple."""

    one = Pointer("system", "api", "integration", full=True)
    many = Several(one, least=1)

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, Items):
            return self.many.read(node, line, name, reading)
        reference = self.one.read(node, line, name, reading)
        return reference if reference is WRONG else (reference,)

    def schema(self) -> JsonSchema:
        return {"anyOf": [self.one.schema(), self.many.schema()]}


_ANY_OF = Several(_Alternative(), least=1)
_SWITCH = Field(
    "switch_after",
    SPAN,
    "How long a call tries one alternative before it takes the next; at once after its attempts where it is "
    "left out.",
)
_CHOICE = Fields(
    (
        Field(
            "any_of",
            _ANY_OF,
            "Alternatives in order of preference; each is a list of what is needed together.",
            required=True,
        ),
        _SWITCH,
    )
)
_NEED = Either(_Alternative.one, Body(_CHOICE, lambda v: Choice(v["any_of"], v.get("switch_after"))))
NEEDS = (
    Field(
        "needs",
        Several(_NEED),
        "Systems, apis and integrations that it cannot work without; an item may be a choice {any_of, "
        "switch_after}.",
    ),
    Field(
        "any_of", _ANY_OF, "The short form of one choice beside `needs`: alternatives in order of preference."
    ),
    _SWITCH,
    Field(
        "optional",
        Several(_Alternative.one),
        "Systems, apis and integrations without which it is degraded, not stopped.",
    ),
)


def with_needs(values: dict[str, Any]) -> dict[str, Any]:
    """Returns the values with the fields in NEEDS combined into one `needs`."""
    rest = dict(values)
    requirements: tuple[Need, ...] = rest.pop("needs", ())
    optional: tuple[str, ...] = rest.pop("optional", ())
    alternatives = rest.pop("any_of", None)
    switch_after = rest.pop("switch_after", None)
    if alternatives:
        requirements += (Choice(alternatives, switch_after),)
    return {**rest, "needs": Needs(requirements, optional)}


_WHEN = Fields(
    (
        Field("channels", Several(TEXT), "Channels of the order."),
        Field("modes", Several(TEXT), "Fulfillment modes."),
        Field("location_kinds", Several(Word(LOCATION_KINDS)), "Kinds of the location that fulfils it."),
        Field("regions", Several(TEXT), "Regions."),
    )
)
_TRANSITION = Fields(
    (
        Field("step", StepPointer(), "The next step.", required=True),
        Field("via", INTEGRATION, "The integration that hands the order over."),
        Field(
            "when",
            Body(_WHEN, lambda v: When(**v)),
            "Which orders go this way: any value within a field, all fields across.",
        ),
        Field("share", Fraction(), "The usual fraction, among the next steps without `when`."),
        Field(
            "pickup",
            Pickup(),
            "Orders leave with a pick-up: true for those of their location, a carrier for its pick-ups "
            "there, or times for locations without their own.",
        ),
        Field("cutoff", SPAN, "How long before a pick-up an order must be ready, unless the location says."),
    )
)


def _transition(values: dict[str, Any]) -> Transition:
    cutoff = values.pop("cutoff", None)
    pickup = values.pop("pickup", None)
    return Transition(**values, pickup=replace(pickup, cutoff=cutoff) if pickup is not None else None)


_MEASURED = Fields(
    (
        Field("p50", SPAN, "The median.", required=True),
        Field("p95", SPAN, "Nineteen of twenty are done by then."),
    )
)


class _Takes:
    """A typical duration, or its median and p95."""

    form = Either(SPAN, Body(_MEASURED, lambda v: Takes(**v)))

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        value = self.form.read(node, line, name, reading)
        if isinstance(value, Takes) and value.p95 is not None and value.p95 < value.p50:
            return reading.wrong(f"`{name}.p95` must not be less than `{name}.p50`.", line)
        return Takes(value) if isinstance(value, int) else value

    def schema(self) -> JsonSchema:
        return self.form.schema()


def _emissions(kind: RecordKind, *more: Field) -> Several:
    common = (
        Field("type", TEXT, "What kind of record it is, as events say it.", required=True),
        Field("via", INTEGRATION, "The integration that carries it."),
        Field("due", SPAN, "How long after the step's completion it must be there."),
    )
    return Several(Body(Fields(common + more), lambda v: Emission(kind, **v)))


_POSTING = (
    Field("after", Several(PostingType()), "Types of postings that must come first."),
    Field("amount", Amount(), "`value`, or a fraction of the fulfillment's value."),
    Field("account", TEXT, "The account it is posted to."),
)
_EMITS = Fields(
    (
        Field("postings", _emissions(RecordKind.POSTING, *_POSTING), "Finance postings."),
        Field(
            "notifications",
            _emissions(RecordKind.NOTIFICATION, Field("channel", TEXT, "Such as email or sms.")),
            "Messages to the customer.",
        ),
        Field("tasks", _emissions(RecordKind.TASK), "Work for people, such as a pick task."),
        Field("supplier_orders", _emissions(RecordKind.SUPPLIER_ORDER), "Orders to suppliers."),
    )
)


def _together(values: dict[str, tuple[Emission, ...]]) -> tuple[Emission, ...]:
    return tuple(emission for each in values.values() for emission in each)


_THEN = (
    "Next steps, a key or {step, via, when, share}. One is taken: the first whose `when` holds, else one "
    "without by `share`, the rest in equal parts."
)
STEP_FIELDS = Fields(
    (
        NAME,
        Field(
            "runs_on",
            Pointer("system", full=True),
            "The system that does the step and records its completion.",
            required=True,
        ),
        Field("takes", _Takes(), "Typical duration, or {p50, p95}."),
        Field("within", SPAN, "The limit before it counts as overdue."),
        Field("when_open", Flag(), "Its work begins only while the location of the order is open."),
        *NEEDS,
        Field("reads", Several(Pointer("data", full=True)), "Data that it decides by."),
        Field("surfaces_at", StepPointer(), "The step where a wrong decision made here comes to light."),
        Field(
            "then",
            Several(Either(StepPointer(short=True), Body(_TRANSITION, _transition))),
            _THEN,
        ),
        Field("emits", Body(_EMITS, _together), "What the step must cause elsewhere when it completes."),
    )
)


class Steps:
    """The steps of a workflow in their order; the first is where orders begin."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map) or not node:
            return reading.wrong(f"`{name}` must be a map from key to step, with at least one.", line)
        workflow = reading.element
        steps = [self._step(key, node, reading) for key in node]
        reading.element = workflow
        return WRONG if any(step is None for step in steps) else tuple(steps)

    def _step(self, key: str, steps: Map, reading: Reading) -> Step | None:
        reading.element = f"step:{reading.workflow}/{key}"
        body = steps[key]
        before = len(reading.problems)
        if not isinstance(body, Map):
            reading.wrong("a step must be a map with at least `runs_on`.", steps.lines[key])
            return None
        values = {"name": key, **STEP_FIELDS.read(body, reading)}
        element_checks.step(values, body, reading)
        return (
            Step(key=key, workflow=reading.workflow, **with_needs(values))
            if len(reading.problems) == before
            else None
        )

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"$ref": "#/$defs/key"},
            "additionalProperties": {"$ref": "#/$defs/step"},
        }
