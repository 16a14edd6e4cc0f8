"""Values in the scopes of failures that neither the topology nor an order has."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.impact.filter_text import say_limit
from impactgraph.impact.known_values import KnownValues, UnknownValue, hint
from impactgraph.topology.names import failure_label


@dataclass(frozen=True, slots=True)
class ScopeGap:
    """A limit of a failure's scope with unknown values."""

    failure: Failure
    label: str
    """What sentences call the failure."""
    limit: str
    """Such as `regions=EMEA`: the unknown values."""
    hint: str
    """Such as `did you mean emea?`."""
    is_whole: bool
    """Whether the limit has no other values, so that no order can be in the scope. Message types do not limit
    orders.
    """

    @property
    def reason(self) -> str:
        """Why the failure affects nothing, where the gap is whole."""
        return f"no order is in this scope ({self.limit}; {self.hint})"

    @property
    def sentence(self) -> str:
        """What an answer leaves out because of it."""
        if self.is_whole:
            return f"{self.label} affects nothing: {self.reason}."
        return f"{self.label} names {self.limit}, which no order and no element has ({self.hint})."


def scope_gaps(columns: Columns, topology: Topology, failures: Sequence[Failure]) -> tuple[ScopeGap, ...]:
    """The gaps of all scopes, failure by failure; none while no order was seen."""
    if not len(columns.orders):
        return ()
    known_values = KnownValues(columns, topology)
    return tuple(
        _gap(topology, failure, name, values, unknown)
        for failure in failures
        for name, values in failure.scope.limits
        if (unknown := known_values.unknown(name, values))
    )


def _gap(
    topology: Topology, failure: Failure, name: str, values: Sequence[str], unknown: Sequence[UnknownValue]
) -> ScopeGap:
    is_attribute = unknown[0].dimension == "attributes"
    unknown_values = values if is_attribute else [each.value for each in unknown]
    return ScopeGap(
        failure=failure,
        label=failure_label(topology, failure),
        limit=say_limit(name, unknown_values),
        hint=hint(unknown),
        is_whole=len(unknown_values) == len(values) and name != "message_types",
    )
