"""Evidence for a suspect, as text."""

from graph_models.counts import say_count
from graph_models.scope import Scope
from graph_models.time import Millis
from graph_models.topology import Topology
from graph_models.zones import TextClock
from impactgraph.diagnosis.suspects.rank import Explanation
from impactgraph.topology.names import display_name, element_text

_MOST_NAMED = 3
_KINDS = {"locations": "location", "workflows": "workflow"}
"""Kind of the elements that a limit of a scope names."""


def observation_text(topology: Topology, explanation: Explanation) -> str:
    """Where fewer steps were completed than expected, and which errors and detours were more frequent;
    without the time.
    """
    observations: list[str] = []
    if explanation.expected_ends >= 1 and explanation.ends < explanation.expected_ends:
        observations.append(
            f"{explanation.ends:,.0f} of about {explanation.expected_ends:,.0f} expected steps, hand-overs "
            "and records that need it were completed"
        )
    if explanation.errors > explanation.usual_errors:
        names = ", ".join(element_text(topology, each) for each in explanation.named_elements[:_MOST_NAMED])
        usual = f"usually {explanation.usual_errors:.1f}"
        observations.append(
            f"{say_count(round(explanation.errors), 'error names', 'errors name')} {names} ({usual})"
        )
    if explanation.detours > explanation.usual_detours:
        usual = f"usually {explanation.usual_detours:.1f}"
        orders = say_count(round(explanation.detours), "order was", "orders were")
        observations.append(f"{orders} rerouted or cancelled ({usual})")
    where = "" if explanation.scope.everything else f", for {scope_text(topology, explanation.scope)}"
    others = [element_text(topology, each.element) for each in explanation.hypotheses[1:]]
    alike = f" Orders alone do not distinguish it from {', '.join(others[:_MOST_NAMED])}." if others else ""
    return f"{where}: {'; '.join(observations) or 'fewer steps were completed than usual'}.{alike}"


def evidence_text(observation: str, since: Millis, until: Millis | None, clock: TextClock) -> str:
    """The observation with its time."""
    if until is None:
        return f"Since {clock.time(since)}{observation}"
    return f"From {clock.time(since)} to {clock.time(until)}{observation}"


def summary_text(evidence: str) -> str:
    """Summary of the failure that a suspect would be reported as."""
    return f"Suspected: {evidence}"


def scope_text(topology: Topology, scope: Scope) -> str:
    """`versions 7 and locations Lisbon Chiado, Porto`."""
    return " and ".join(
        f"{name.replace('_', ' ')} {', '.join(_value_text(topology, name, each) for each in values)}"
        for name, values in scope.limits
    )


def _value_text(topology: Topology, name: str, value: str) -> str:
    kind = _KINDS.get(name)
    return display_name(topology, f"{kind}:{value}") if kind else value
