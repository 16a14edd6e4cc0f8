"""Sentences of drift."""

from graph_models.diagnosis import Drift, DriftGroup, DriftKind
from graph_models.topology import Topology
from impactgraph.topology.names import display_name, element_title

_NAMED = 3
_FAR = 20.0
"""From this ratio on the figure says little: a rare event has become frequent."""
_SUBJECTS = {
    "step": "step {}",
    "hand-over": "the hand-over after {}",
    "record": "the {}",
    "location": "{}",
    "mode": "mode {}",
    "channel": "channel {}",
}
"""By dimension."""
_VERBS = {
    DriftKind.ERRORS: "fails",
    DriftKind.REROUTES: "has orders rerouted",
    DriftKind.REJECTIONS: "rejects orders",
    DriftKind.CANCELLATIONS: "has orders cancelled",
}


def drift_sentence(topology: Topology, drift: Drift) -> str:
    """Such as `step Picking of Ship from store takes 2.3 times as long`."""
    subject = _SUBJECTS[drift.dimension].format(place_name(topology, drift))
    if drift.kind is DriftKind.DURATION:
        return f"{subject} takes {_ratio_text(drift, 'long', 'longer')}"
    return f"{subject} {_VERBS[drift.kind]} {_ratio_text(drift, 'often', 'more often')}"


def place_name(topology: Topology, drift: Drift) -> str:
    """What changed by its display name: `Lisbon Chiado`, `Picking of Same day`, `invoice of Packing of Same
    day`; a mode or channel as it is.
    """
    if drift.dimension == "location":
        return display_name(topology, f"location:{drift.value}")
    if drift.dimension not in ("step", "hand-over", "record"):
        return drift.value
    step, _, record = drift.value.partition(" ")
    name = element_title(topology, f"step:{step}")
    return f"{record.replace('_', ' ')} of {name}" if record else name


def places_text(topology: Topology, group: DriftGroup) -> str:
    """`Lisbon Chiado, Porto and 92 more`: the places with the most affected orders, and how many others."""
    names = ", ".join(place_name(topology, member) for member in group.members[:_NAMED])
    more = len(group.members) - _NAMED
    return f"{names} and {more:,} more" if more > 0 else names


def _ratio_text(drift: Drift, equal: str, comparative: str) -> str:
    if not drift.before:
        return f"{comparative} than before"
    ratio = drift.after / drift.before
    return f"far {comparative}" if ratio >= _FAR else f"{ratio:.1f} times as {equal}"
