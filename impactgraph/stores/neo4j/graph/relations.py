"""Every relation of the graph, declared once.

Those of the topology go from what depends to what it depends on, as its edges do.
"""

from impactgraph.stores.neo4j.graph.kinds import Property, RelationKind, Value
from impactgraph.stores.neo4j.graph.nodes import LISTED, RECORDS
from impactgraph.topology.edges import EdgeKind

_NEEDED = ("System", "Api", "Integration", "Data")
_PLACE = Property("place", Value.WHOLE, "tells several between the same two apart: 0 on")
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
    _edge(EdgeKind.ANY_OF, ("System", "Step"), _NEEDED, "It is one of its alternatives."),
    _edge(EdgeKind.OPTIONAL, ("System", "Step"), _NEEDED, "It works with less without it."),
    _edge(EdgeKind.RUNS_ON, ("Step",), ("System",), "The system that people or machines do the step with."),
    _edge(EdgeKind.READS, ("Step",), ("Data",), "The figures that the step decides by."),
    _edge(EdgeKind.HANDED_OVER, ("Step",), ("Integration",), "The integration brings orders to this step."),
    _edge(EdgeKind.FOLLOWS, ("Step",), ("Step",), "Orders come to this step from that one.", _WHEN),
    _edge(
        EdgeKind.EMITS_VIA,
        ("Step",),
        ("Integration",),
        "A posting, message, task or supplier order of the step goes through it.",
    ),
    _edge(EdgeKind.FROM, ("Integration",), ("System", "Api"), "Who sends."),
    _edge(EdgeKind.TO, ("Integration",), ("System", "Api"), "Who receives."),
    _edge(EdgeKind.VIA, ("Integration",), ("System",), "What it passes on its way."),
    _edge(EdgeKind.FED_BY, ("Data",), ("Integration",), "What keeps it fresh."),
    _edge(EdgeKind.OFFERED_BY, ("Api",), ("System",), "The system whose interface it is."),
    _edge(EdgeKind.HELD_BY, ("Data",), ("System",), "The system that has it."),
    _edge(EdgeKind.HAS_STEP, ("Workflow",), ("Step",), "A step of it; `place` is the order."),
    _edge(EdgeKind.OWNED_BY, ("System", "Integration"), ("Team",), "Who cares for it."),
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
    "What the failure does to an element while it is active; several where scopes or windows differ. A scope is a property for each dimension that is limited: "
    "`locations`, `regions`, `channels`, `modes`, `messageTypes`, `versions`, `carriers`, `suppliers`, `currencies`, `workflows`, `attributes.NAME`.",
    (
        Property(
            "effect", Value.TEXT, "`REJECTED`, `BLOCKED`, `DELAYED`, `STALE`, `DUPLICATED` or `DEGRADED`"
        ),
        Property("from", Value.MOMENT, "when it begins"),
        Property("until", Value.MOMENT, "when it ends, as far as that can be told; absent: not by itself"),
        Property("likelihood", Value.NUMBER, "that what passes is hit, 0 to 1"),
        Property("delay", Value.SPAN, "what passes takes longer by it"),
        Property("drain", Value.SPAN, "after the end, until what waited has passed"),
        Property("atStart", Value.TRUTH, "of steps: whether it meets an order when the step starts"),
        Property(
            "atCompletion",
            Value.TRUTH,
            "of steps: whether it meets an order when the step's completion is recorded",
        ),
        Property("scope", Value.TEXT, "whom it touches, in words; absent: everyone"),
        Property("rule", Value.TEXT, "the rule by which it came about"),
        Property("detail", Value.TEXT, "in words"),
        Property("hops", Value.WHOLE, "how far from what failed: 0 there"),
        Property("cause", Value.TEXT, "id of the element that it came from, one hop nearer to what failed"),
        Property(
            "failures",
            Value.TEXTS,
            "ids of all failures that must stand together for it, where there are several",
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
