"""Every relation of the graph, declared once.

Those of the topology go from what depends to what it depends on, as its edges do.
"""

from impactgraph.stores.neo4j.graph.kinds import Property, RelationKind, Value
from impactgraph.stores.neo4j.graph.nodes import LISTED, RECORDS
from impactgraph.topology.edges import EdgeKind

_NEEDED = ("System", "Api", "Integration", "Data")
_PLACE = Property("place", Value.WHOLE, "distinguishes several between the same two elements: from 0 on")
BETWEEN_VERSIONS = (Property("since", Value.WHOLE, "number of the version that brought it"), *LISTED, _PLACE)
"""Of every relation of the topology, beside its own properties."""

_WHEN = (
    Property("via", Value.TEXT, "id of the integration that hands the order over"),
    Property("share", Value.NUMBER, "part of the orders that go this way, where the topology says it"),
    Property("channels", Value.TEXTS, "orders of these only; absent: of any"),
    Property("modes", Value.TEXTS, "orders of these only; absent: of any"),
    Property("locationKinds", Value.TEXTS, "at locations of these kinds only; absent: of any"),
    Property("regions", Value.TEXTS, "at locations of these regions only; absent: of any"),
)


def _edge(
    kind: EdgeKind,
    sources: tuple[str, ...],
    targets: tuple[str, ...],
    text: str,
    properties: tuple[Property, ...] = (),
) -> RelationKind:
    return RelationKind(kind.name, sources, targets, text, properties, kind)


EDGES: tuple[RelationKind, ...] = (
    _edge(EdgeKind.NEEDS, ("System", "Step"), _NEEDED, "It cannot work without it."),
    _edge(EdgeKind.ANY_OF, ("System", "Step"), _NEEDED, "One of several alternatives it needs."),
    _edge(EdgeKind.OPTIONAL, ("System", "Step"), _NEEDED, "It works with less without it."),
    _edge(EdgeKind.RUNS_ON, ("Step",), ("System",), "The system that people or machines do the step with."),
    _edge(EdgeKind.READS, ("Step",), ("Data",), "Data that the step uses for decisions."),
    _edge(EdgeKind.HANDED_OVER, ("Step",), ("Integration",), "The integration brings orders to this step."),
    _edge(EdgeKind.FOLLOWS, ("Step",), ("Step",), "Orders come to this step from that one.", _WHEN),
    _edge(
        EdgeKind.EMITS_VIA,
        ("Step",),
        ("Integration",),
        "A posting, message, task or supplier order of the step goes through it.",
    ),
    _edge(EdgeKind.FROM, ("Integration",), ("System", "Api"), "Sender."),
    _edge(EdgeKind.TO, ("Integration",), ("System", "Api"), "Receiver."),
    _edge(EdgeKind.VIA, ("Integration",), ("System",), "System that it passes through."),
    _edge(EdgeKind.FED_BY, ("Data",), ("Integration",), "Integration that updates it."),
    _edge(EdgeKind.OFFERED_BY, ("Api",), ("System",), "The system that offers the interface."),
    _edge(EdgeKind.HELD_BY, ("Data",), ("System",), "The system that stores it."),
    _edge(EdgeKind.HAS_STEP, ("Workflow",), ("Step",), "A step of it; `place` is the order."),
    _edge(EdgeKind.OWNED_BY, ("System", "Integration"), ("Team",), "Owning team."),
    _edge(
        EdgeKind.COVERS,
        ("Playbook",),
        ("System", "Api", "Integration", "Data", "Workflow", "Step", "Location"),
        "An element that the playbook names.",
    ),
)

ADDED_IN = RelationKind(
    "ADDED_IN", ("Element",), ("TopologyVersion",), "The version that brought it, or brought it back."
)
RETIRED_IN = RelationKind(
    "RETIRED_IN", ("Element",), ("TopologyVersion",), "The version that no longer lists it."
)

PART_OF = RelationKind("PART_OF", ("Fulfillment",), ("Order",), "The order that it is a part of.")
AT = RelationKind(
    "AT", ("Fulfillment",), ("Step",), "The step that it is in now; only while it is in flight."
)
LOCATED_AT = RelationKind("LOCATED_AT", ("Fulfillment",), ("Location",), "Where it is handled.")
OF = RelationKind(
    "OF",
    tuple(kind.label for kind in RECORDS.values()),
    ("Fulfillment",),
    "The fulfillment that it is about.",
)

TARGETS = RelationKind("TARGETS", ("Failure",), ("Element",), "What failed.")
IMPAIRS = RelationKind(
    "IMPAIRS",
    ("Failure",),
    ("Element",),
    "What the failure does to an element while it is active; several where scopes or windows differ. "
    "A scope is a property for each dimension that is limited: `locations`, `regions`, `channels`, `modes`, "
    "`messageTypes`, `versions`, `carriers`, `suppliers`, `currencies`, `workflows`, `attributes.NAME`.",
    (
        Property(
            "effect", Value.TEXT, "`REJECTED`, `BLOCKED`, `DELAYED`, `STALE`, `DUPLICATED` or `DEGRADED`"
        ),
        Property("from", Value.MOMENT, "when it begins"),
        Property("until", Value.MOMENT, "expected end; absent: no end is expected"),
        Property("likelihood", Value.NUMBER, "probability that what passes is affected, 0 to 1"),
        Property("delay", Value.SPAN, "added delay of what passes"),
        Property("drain", Value.SPAN, "time after the end until the backlog is cleared"),
        Property("atStart", Value.TRUTH, "of steps: whether it meets an order when the step starts"),
        Property(
            "atCompletion",
            Value.TRUTH,
            "of steps: whether it meets an order when the step's completion is recorded",
        ),
        Property("scope", Value.TEXT, "scope in words; absent: everything"),
        Property("rule", Value.TEXT, "propagation rule that derived it"),
        Property("detail", Value.TEXT, "in words"),
        Property("hops", Value.WHOLE, "hops from the failed element: 0 there"),
        Property(
            "cause", Value.TEXT, "id of the element it was derived from, one hop nearer to the failed one"
        ),
        Property(
            "failures",
            Value.TEXTS,
            "ids of all failures that cause it together, where there are several",
        ),
    ),
)

RELATIONS: tuple[RelationKind, ...] = (
    *EDGES,
    ADDED_IN,
    RETIRED_IN,
    PART_OF,
    AT,
    LOCATED_AT,
    OF,
    TARGETS,
    IMPAIRS,
)
